import JSONTree

/// Which records are wanted; what is `nil` does not matter.
public struct AuditQuery: Sendable, Hashable {
    public static let limits = 1...1_000

    /// Nanoseconds since 1970.
    public var from: Int?
    public var to: Int?
    public var caller: String?
    public var operation: String?
    public var kind: String?
    public var tenant: String?
    /// The id of something that was acted on.
    public var id: String?
    /// Only records with a smaller number: `next` of the page before.
    public var before: Int?
    /// Records in a page, within `limits`.
    public var limit = 100

    public init() {}
}

/// Some records, the newest first.
public struct AuditPage: Sendable, Hashable {
    /// Lines that one page looks at; beyond, it ends, and the next goes on from there.
    static let lineLimit = 200_000

    /// Each as the JSON object it is in the log.
    public private(set) var records: [[UInt8]] = []
    /// `before` of the page after this one; `nil`: there are no more.
    public private(set) var next: Int?

    init(_ query: AuditQuery, segments: [AuditSegment]) {
        var lines = 0
        for segment in segments.reversed() {
            if let before = query.before, segment.first >= before { continue }
            if let from = query.from, segment.lastTime < from { break }
            guard let file = AuditFile(segment.path) else { continue }
            var isOver = false
            file.forEachLineBackwards { bytes in
                lines += 1
                guard let document = try? JSONDocument(parsing: Array(bytes)),
                    let number = document.member(document.root, named: "n").flatMap({ Int(document.text($0)) })
                else { return true }
                if let before = query.before, number >= before { return true }
                if records.count >= query.limit || lines > Self.lineLimit {
                    next = number + 1
                    isOver = true
                    return false
                }
                if Self.matches(document, query) { records.append(Array(bytes)) }
                return true
            }
            if isOver { break }
        }
    }

    private static func matches(_ document: JSONDocument, _ query: AuditQuery) -> Bool {
        func text(_ name: String) -> String? {
            document.member(document.root, named: name).flatMap { document.string($0) }
        }
        if query.from != nil || query.to != nil {
            guard let time = text("time").flatMap({ AuditTime.parse($0) }) else { return false }
            if let from = query.from, time < from { return false }
            if let to = query.to, time >= to { return false }
        }
        for (name, wanted) in [("caller", query.caller), ("operation", query.operation), ("kind", query.kind)] {
            if let wanted, text(name) != wanted { return false }
        }
        if let tenant = query.tenant, (text("tenant") ?? "") != tenant { return false }
        if let id = query.id {
            guard let ids = document.member(document.root, named: "ids") else { return false }
            return document.elements(ids).contains { document.string($0) == id }
        }
        return true
    }

    /// The page as JSON: `{"records": [...], "next": 123}`.
    public func json() -> [UInt8] {
        var writer = ByteWriter(capacity: records.reduce(64) { $0 + $1.count + 2 })
        writer.append("{\"records\":[")
        for (index, record) in records.enumerated() {
            if index > 0 { writer.append(",\n") }
            writer.append(record)
        }
        writer.append("],\"next\":")
        if let next { writer.append(integer: next) } else { writer.append("null") }
        writer.append("}")
        return writer.array()
    }

    /// Reads the log of a directory, also while a process writes it.
    public static func read(_ query: AuditQuery, directory: String) -> AuditPage {
        let files = AuditSegment.files(in: directory)
        return AuditPage(
            query,
            segments: files.map {
                AuditSegment(path: $0.path, first: $0.first, last: 0, lastHash: "", lastTime: .max, bytes: 0)
            })
    }
}
