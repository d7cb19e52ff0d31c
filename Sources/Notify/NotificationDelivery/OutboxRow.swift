import NGSILDModel
import NGSILDOperations

/// What the outbox and dead letters keep of changes: each once, with the subscriptions that have to be told of it.
///
/// Form: a version byte (1); the time of the commit; the subscriptions (tenant and id each); then for each change the
/// distance of its sequence number from the row's, its kind, the entity's id, the changed attributes, the positions of
/// its subscriptions, and the entity after and before it (`EntityCodec`), each empty where it is not needed. Numbers are
/// LEB128, texts and bytes have their length before them.
struct OutboxRow {
    struct Recipient: Hashable {
        let tenant: String
        let id: String
    }

    struct Change {
        let change: EntityChange
        /// The entity after it, if it was encoded already.
        let encoded: [UInt8]?
        /// Positions in `recipients`.
        var recipients: [Int]
    }

    static let version: UInt8 = 1

    static func encode(at: Timestamp, first: UInt64, _ recipients: [Recipient], _ changes: [Change]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(
            64 + recipients.count * 80 + changes.reduce(0) { $0 + ($1.encoded?.count ?? 512) + 128 })
        bytes.append(version)
        bytes.append(varint: UInt64(bitPattern: at.microseconds))
        bytes.append(varint: UInt64(recipients.count))
        for recipient in recipients {
            bytes.append(text: recipient.tenant)
            bytes.append(text: recipient.id)
        }
        bytes.append(varint: UInt64(changes.count))
        for entry in changes { append(entry, first, to: &bytes) }
        return bytes
    }

    private static func append(_ entry: Change, _ first: UInt64, to bytes: inout [UInt8]) {
        let change = entry.change
        bytes.append(varint: change.sequence &- first)
        bytes.append(change.kind.rawValue)
        bytes.append(text: change.id)
        bytes.append(varint: UInt64(change.attributes.count))
        for attribute in change.attributes {
            bytes.append(varint: UInt64(attribute.name.number))
            bytes.append(attribute.kind.rawValue)
        }
        bytes.append(varint: UInt64(entry.recipients.count))
        for recipient in entry.recipients { bytes.append(varint: UInt64(recipient)) }
        bytes.append(run: entry.encoded ?? change.after.map(EntityCodec.encode) ?? [])
        bytes.append(run: change.before.map(EntityCodec.encode) ?? [])
    }

    let sequence: UInt64
    let at: Timestamp
    let recipients: [Recipient]
    private var rest: OutboxReader

    /// Reads the head of a row.
    ///
    /// - Returns: `nil` when the bytes are not of this form.
    init?(_ bytes: [UInt8], sequence: UInt64) {
        var reader = OutboxReader(bytes)
        guard reader.byte() == OutboxRow.version, let at = reader.varint(), let count = reader.count() else {
            return nil
        }
        var recipients: [Recipient] = []
        recipients.reserveCapacity(count)
        for _ in 0..<count {
            guard let tenant = reader.text(), let id = reader.text() else { return nil }
            recipients.append(Recipient(tenant: tenant, id: id))
        }
        self.sequence = sequence
        self.at = Timestamp(microseconds: Int64(bitPattern: at))
        self.recipients = recipients
        rest = reader
    }

    /// The changes that one of the recipients has to be told of, in order.
    ///
    /// - Returns: `nil` when the bytes are not of this form.
    func changes(for recipient: Int) -> [EntityChange]? {
        guard recipients.indices.contains(recipient) else { return nil }
        var reader = rest
        guard let count = reader.count() else { return nil }
        var changes: [EntityChange] = []
        for _ in 0..<count {
            guard let distance = reader.varint(), let kind = reader.byte().flatMap(EntityChange.Kind.init),
                let id = reader.text(), let attributes = attributes(&reader), let count = reader.count()
            else { return nil }
            var isMeant = false
            for _ in 0..<count {
                guard let position = reader.varint() else { return nil }
                if position == UInt64(recipient) { isMeant = true }
            }
            guard let after = reader.run(), let before = reader.run() else { return nil }
            if !isMeant { continue }
            let (new, old) = (EntityCodec.decode(Array(after), id: id), EntityCodec.decode(Array(before), id: id))
            guard (new != nil) == !after.isEmpty, (old != nil) == !before.isEmpty, new != nil || old != nil else {
                return nil
            }
            changes.append(
                EntityChange(
                    sequence: sequence &+ distance, at: at, tenant: recipients[recipient].tenant, kind: kind,
                    before: old, after: new, attributes: attributes))
        }
        return changes
    }

    private func attributes(_ reader: inout OutboxReader) -> [AttributeChange]? {
        guard let count = reader.count() else { return nil }
        var attributes: [AttributeChange] = []
        attributes.reserveCapacity(count)
        for _ in 0..<count {
            guard let number = reader.varint().flatMap({ UInt32(exactly: $0) }),
                let kind = reader.byte().flatMap(AttributeChange.Kind.init)
            else { return nil }
            attributes.append(AttributeChange(name: TermID(number), kind: kind))
        }
        return attributes
    }
}

/// Reads numbers, texts and runs of bytes; `nil` past the end.
struct OutboxReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func byte() -> UInt8? {
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64, let byte = byte() {
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    /// A number of things that take at least a byte each.
    mutating func count() -> Int? { varint().flatMap { $0 <= UInt64(bytes.count - position) ? Int($0) : nil } }

    mutating func run() -> ArraySlice<UInt8>? {
        guard let length = count() else { return nil }
        defer { position += length }
        return bytes[position..<position + length]
    }

    mutating func text() -> String? { run().map { String(decoding: $0, as: UTF8.self) } }
}

extension [UInt8] {
    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    mutating func append(text: String) {
        append(varint: UInt64(text.utf8.count))
        append(contentsOf: text.utf8)
    }

    mutating func append(run: [UInt8]) {
        append(varint: UInt64(run.count))
        append(contentsOf: run)
    }
}
