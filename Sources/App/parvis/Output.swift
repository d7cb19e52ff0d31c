import Foundation

/// What commands print: results on standard output, everything else on standard error.
enum Output {
    /// Prints a result as JSON, members in the order of their names.
    static func printJSON(_ result: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(result), as: UTF8.self))
    }

    /// Writes a text beside the result; it brings its own end of line.
    static func tell(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
