import Foundation
import JSONTree

/// A file that a command is given by its path; - for the standard input.
enum GivenFile {
    /// - Throws: ``Refusal`` naming the file.
    static func bytes(_ path: String) throws -> [UInt8] {
        let data =
            path == "-" ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: path)
        guard let data else {
            throw Refusal(description: "\(path) cannot be read; check the path and its permissions")
        }
        return Array(data)
    }

    /// - Throws: ``Refusal`` naming the file and the place in it.
    static func json(_ path: String) throws -> JSONDocument {
        let bytes = try bytes(path)
        do throws(JSONParseError) { return try JSONDocument(parsing: bytes) } catch {
            throw Refusal(description: "\(path == "-" ? "The standard input" : path) is no JSON: \(error)")
        }
    }
}
