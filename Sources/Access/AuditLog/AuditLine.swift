import Crypto
import JSONTree

/// The lines of the log, and the chain through them.
///
/// A line is a JSON object on one line whose last members are `prev`, the hash of the line before (64 zeros at the very
/// beginning), and `hash`, the SHA-256 of the line's own bytes up to the comma before `"hash"`; checkpoints and cuts have a
/// `signature` behind it. docs/audit.md tells more.
struct AuditChain {
    static let beginning = String(repeating: "0", count: 64)

    /// The number of the next line.
    var next = 1
    /// The hash of the line before.
    var hash = beginning
    private var stamp = AuditTime.Writer()

    /// Appends a record as the next line.
    mutating func append(_ record: AuditRecord, to writer: inout ByteWriter) {
        let start = begin(record.kind.rawValue, record.time, &writer)
        Self.member("operation", record.operation, &writer)
        Self.member("method", record.method, &writer)
        Self.member("path", record.path, &writer)
        Self.member("tenant", record.tenant, &writer)
        if !record.ids.isEmpty {
            writer.append(",\"ids\":[")
            for (index, id) in record.ids.prefix(AuditRecord.idLimit).enumerated() {
                if index > 0 { writer.append(",") }
                writer.append(jsonString: Self.cut(id))
            }
            writer.append("]")
        }
        if record.count > record.ids.count {
            writer.append(",\"count\":")
            writer.append(integer: record.count)
        }
        Self.member("caller", record.caller, &writer)
        Self.member("purpose", record.purpose, &writer)
        Self.member("address", record.address, &writer)
        writer.append(",\"status\":")
        writer.append(integer: record.status)
        end(from: start, signedBy: nil, &writer)
    }

    /// Appends a line that the log itself has to say.
    mutating func append(_ note: AuditNote, at time: Int, key: AuditKey, to writer: inout ByteWriter) {
        let start = begin(note.kind, time, &writer)
        switch note {
        case .start, .stop, .checkpoint: break
        case .cut(let through, let hash):
            writer.append(",\"through\":")
            writer.append(integer: through)
            writer.append(",\"throughHash\":")
            writer.append(jsonString: hash)
        case .gap(let lost, let reason):
            writer.append(",\"lost\":")
            writer.append(integer: lost)
            Self.member("reason", reason, &writer)
        case .broken(let reason): Self.member("reason", reason, &writer)
        }
        end(from: start, signedBy: note.isSigned ? key : nil, &writer)
    }

    private mutating func begin(_ kind: String, _ time: Int, _ writer: inout ByteWriter) -> Int {
        let start = writer.count
        writer.append("{\"n\":")
        writer.append(integer: next)
        writer.append(",\"time\":\"")
        stamp.append(time, to: &writer)
        writer.append("\",\"kind\":\"")
        writer.append(utf8: kind)
        writer.append("\"")
        return start
    }

    private mutating func end(from start: Int, signedBy key: AuditKey?, _ writer: inout ByteWriter) {
        writer.append(",\"prev\":\"")
        writer.append(utf8: hash)
        writer.append("\"")
        hash = writer.withBytes { Self.hash($0[start...]) }
        next += 1
        writer.append(",\"hash\":\"")
        writer.append(utf8: hash)
        writer.append("\"")
        if let signature = key?.sign("parvis-audit:\(hash)") {
            writer.append(",\"signature\":\"")
            writer.append(utf8: signature)
            writer.append("\"")
        }
        writer.append("}\n")
    }

    private static func member(_ name: StaticString, _ text: String, _ writer: inout ByteWriter) {
        if text.isEmpty { return }
        writer.append(",\"")
        writer.append(name)
        writer.append("\":")
        writer.append(jsonString: cut(text))
    }

    /// A text of at most `textLimit` bytes, whole characters.
    private static func cut(_ text: String) -> String {
        guard text.utf8.count > AuditRecord.textLimit else { return text }
        var end = text.startIndex
        var count = 0
        while end < text.endIndex {
            let next = text.index(after: end)
            count += text[end..<next].utf8.count
            if count > AuditRecord.textLimit - 3 { break }
            end = next
        }
        return text[..<end] + "…"
    }

    static func hash(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        hex(SHA256.hash(data: UnsafeRawBufferPointer(rebasing: bytes)))
    }

    private static func hex(_ digest: SHA256.Digest) -> String {
        String(unsafeUninitializedCapacity: 64) { text in
            var index = 0
            for byte in digest {
                text[index] = digit(byte >> 4)
                text[index + 1] = digit(byte & 15)
                index += 2
            }
            return index
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
}

/// What the log itself has to say.
enum AuditNote {
    /// The process began to record.
    case start
    /// It stopped in good order.
    case stop
    /// Signs all that is before.
    case checkpoint
    /// Signs that what is up to this line was deleted because of its age or for room.
    case cut(through: Int, hash: String)
    /// So many records could not be kept.
    case gap(lost: Int, reason: String)
    /// What was found at the start does not go together.
    case broken(String)

    var kind: String {
        switch self {
        case .start: "start"
        case .stop: "stop"
        case .checkpoint: "checkpoint"
        case .cut: "cut"
        case .gap: "gap"
        case .broken: "break"
        }
    }

    var isSigned: Bool {
        switch self {
        case .checkpoint, .cut, .stop: true
        case .start, .gap, .broken: false
        }
    }
}

/// A line as it was read.
struct AuditLine {
    let number: Int
    let time: Int
    let kind: String
    let previous: String
    let hash: String
    let signature: String?
    /// Of a cut.
    let through: Int?
    let throughHash: String?
    /// Whether the hash is that of the bytes.
    let isWhole: Bool

    /// - Parameter bytes: without the line end.
    /// - Returns: `nil` when it is no line of a log.
    init?(_ bytes: Slice<UnsafeRawBufferPointer>) {
        guard let document = try? JSONDocument(parsing: Array(bytes)), document.isObject(document.root) else {
            return nil
        }
        func text(_ name: String) -> String? {
            document.member(document.root, named: name).flatMap { document.string($0) }
        }
        func integer(_ name: String) -> Int? {
            document.member(document.root, named: name).flatMap { Int(document.text($0)) }
        }
        guard let number = integer("n"), number > 0, let time = text("time").flatMap({ AuditTime.parse($0) }),
            let kind = text("kind"), let previous = text("prev"), let hash = text("hash")
        else { return nil }
        self.number = number
        self.time = time
        self.kind = kind
        self.previous = previous
        self.hash = hash
        signature = text("signature")
        through = integer("through")
        throughHash = text("throughHash")
        guard let end = Self.hashedEnd(bytes, hash, signature) else { return nil }
        isWhole = AuditChain.hash(bytes[..<end]) == hash
    }

    /// Where the hashed bytes end: what is behind is the hash and, of signed lines, the signature, to the byte.
    private static func hashedEnd(
        _ bytes: Slice<UnsafeRawBufferPointer>, _ hash: String, _ signature: String?
    ) -> Int? {
        let tail = ",\"hash\":\"\(hash)\"" + (signature.map { ",\"signature\":\"\($0)\"" } ?? "") + "}"
        guard bytes.count > tail.utf8.count, bytes.suffix(tail.utf8.count).elementsEqual(tail.utf8) else { return nil }
        return bytes.endIndex - tail.utf8.count
    }
}
