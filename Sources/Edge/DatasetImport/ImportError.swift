/// Why an import cannot start or go on. Each case prints as one sentence that names the file, the place and the remedy.
public enum ImportError: Error, Equatable, Sendable {
    /// The operating system refuses to open or read the file.
    case unreadableFile(file: String, reason: String)
    /// The file is of a kind that the reader does not take.
    case unsupportedFormat(file: String, found: String, remedy: String)
    /// Compressed data ends too early or does not match its checksum. `member` is the file inside an archive.
    case damagedFile(file: String, member: String?, reason: String)
    /// Something passes a limit that protects memory or time.
    case tooLarge(file: String, line: Int?, what: String, limit: String, remedy: String)
    /// A feed lacks a file that GTFS requires. `present` lists the files it has.
    case missingTable(feed: String, table: String, present: [String])
    /// A table lacks a column. `present` lists the columns it has.
    case missingColumn(file: String, line: Int, column: String, present: [String], remedy: String)
    /// A row that cannot be split into fields, or a header that makes no sense.
    case malformedRow(file: String, line: Int, reason: String, remedy: String)
    /// A table whose every row was refused, so that nothing could be made of it. `example` is the first refusal.
    case noUsableRow(file: String, example: String)
    /// A mapping that does not say what the import needs. `key` is the path of the YAML key, such as `time.zone`.
    case invalidMapping(file: String, line: Int?, key: String, reason: String)
    /// A row older than the one before it, in a file that is to be replayed.
    case outOfTimeOrder(file: String, line: Int)
}

extension ImportError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadableFile(let file, let reason):
            return "\(file) cannot be read: \(reason); check the path and its permissions"
        case .unsupportedFormat(let file, let found, let remedy):
            return "\(file) is \(found); \(remedy)"
        case .damagedFile(let file, let member, let reason):
            let place = member.map { "\(file): \($0)" } ?? file
            return "\(place) is damaged: \(reason); download it again or ask its publisher for a whole copy"
        case .tooLarge(let file, let line, let what, let limit, let remedy):
            return "\(Self.place(file, line)): \(what) passes the limit of \(limit); \(remedy)"
        case .missingTable(let feed, let table, let present):
            let files = present.isEmpty ? "it holds no .txt file" : "it holds \(present.joined(separator: ", "))"
            return "\(feed) has no \(table), which a GTFS feed must have; \(files); "
                + "check that this is a GTFS Schedule feed and complete"
        case .missingColumn(let file, let line, let column, let present, let remedy):
            return "\(Self.place(file, line)): column \(column) is missing; "
                + "the columns are \(present.joined(separator: ", ")); \(remedy)"
        case .malformedRow(let file, let line, let reason, let remedy):
            return "\(Self.place(file, line)): \(reason); \(remedy)"
        case .noUsableRow(let file, let example):
            return "\(file) has no usable row (\(example)); correct the file, nothing was imported"
        case .invalidMapping(let file, let line, let key, let reason):
            return "\(Self.place(file, line)): \(key): \(reason)"
        case .outOfTimeOrder(let file, let line):
            return "\(Self.place(file, line)): the row is older than the one before it; "
                + "sort the file by its time column to replay it"
        }
    }

    private static func place(_ file: String, _ line: Int?) -> String {
        line.map { "\(file), line \($0)" } ?? file
    }
}
