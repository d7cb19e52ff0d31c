public import NGSILDModel

/// A regular expression from outside, as in `idPattern` or `name~="^A"`.
///
/// It is found anywhere in a text unless anchored with `^` and `$`, sees Unicode characters, and takes POSIX extended
/// and Perl syntax. Of longer texts it sees the first 8 KiB. Its effort is bounded: where a text would need more steps
/// than the limit, the pattern gives up and the text counts as not matching; `gaveUp` then says so. Safe to use from many
/// threads.
public struct TextPattern: Sendable {
    /// How the comparison with one text ended.
    public enum Outcome: Sendable { case match, noMatch, gaveUp }

    /// How long a pattern may be, in bytes.
    public static let lengthLimit = 1_024

    public let source: String
    private let program: PatternProgram

    /// - Parameter parameter: the query parameter that errors name.
    /// - Throws: `badRequestData` naming the place in the pattern; `tooComplexQuery` when it is too long or too large.
    public init(
        parsing source: String, parameter: String = "idPattern", lifetime: QueryLifetime = .once
    ) throws(NGSILDError) {
        guard source.utf8.count <= Self.lengthLimit else {
            throw .tooComplexQuery("The pattern in \(parameter) is longer than \(Self.lengthLimit) bytes")
        }
        guard !source.isEmpty else {
            throw .badRequestData("The pattern in \(parameter) is empty; leave it out to match any text")
        }
        self.source = source
        do throws(PatternProgram.CompileError) {
            program = try PatternProgram(source, givesUpForGood: lifetime == .once)
        } catch {
            throw error.isTooLarge
                ? .tooComplexQuery("The pattern in \(parameter) is too large: \(error.message)")
                : .badRequestData(
                    "The pattern in \(parameter) is not a regular expression, at its character \(error.character): \(error.message)"
                )
        }
    }

    /// Whether the pattern is found in the text; a text on which it gives up counts as not matching.
    public func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { program.outcome($0) } == .match
    }

    /// The same for UTF-8 bytes, which must be valid.
    func outcome(_ text: UnsafeBufferPointer<UInt8>) -> Outcome { program.outcome(text) }

    /// Whether the pattern ever ran into its limits, so that matching texts may have been missed.
    public var gaveUp: Bool { program.gaveUp }
}
