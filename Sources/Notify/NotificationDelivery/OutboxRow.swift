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
            bytes.append(run: recipient.tenant.utf8)
            bytes.append(run: recipient.id.utf8)
        }
        bytes.append(varint: UInt64(changes.count))
        for entry in changes { append(entry, first, to: &bytes) }
        return bytes
    }

    private static func append(_ entry: Change, _ first: UInt64, to bytes: inout [UInt8]) {
        let change = entry.change
        bytes.append(varint: change.sequence &- first)
        bytes.append(change.kind.rawValue)
        bytes.append(run: change.id.utf8)
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
    private let bytes: [UInt8]
    /// Where the changes begin.
    private let start: Int

    /// Reads the head of a row.
    ///
    /// - Returns: `nil` when the bytes are not of this form.
    init?(_ bytes: [UInt8], sequence: UInt64) {
        var recipients: [Recipient] = []
        let head = bytes.withUnsafeBytes { buffer -> (at: UInt64, start: Int)? in
            var reader = StoredReader(buffer)
            guard reader.byte() == OutboxRow.version else { return nil }
            let (at, count) = (reader.varint(), reader.count())
            recipients.reserveCapacity(count)
            for _ in 0..<count { recipients.append(Recipient(tenant: reader.text(), id: reader.text())) }
            return reader.isFine ? (at: at, start: reader.position) : nil
        }
        guard let head else { return nil }
        self.sequence = sequence
        self.at = Timestamp(microseconds: Int64(bitPattern: head.at))
        self.recipients = recipients
        self.bytes = bytes
        start = head.start
    }

    /// The changes that one of the recipients has to be told of, in order.
    ///
    /// - Returns: `nil` when the bytes are not of this form.
    func changes(for recipient: Int) -> [EntityChange]? {
        guard recipients.indices.contains(recipient) else { return nil }
        return bytes.withUnsafeBytes { buffer in
            var reader = StoredReader(buffer, from: start)
            var changes: [EntityChange] = []
            for _ in 0..<reader.count() {
                let distance = reader.varint()
                let kind = EntityChange.Kind(rawValue: reader.byte())
                let id = reader.text()
                let attributes = Self.attributes(&reader)
                var isMeant = false
                for _ in 0..<reader.count() where reader.varint() == UInt64(recipient) { isMeant = true }
                let (after, before) = (reader.run(), reader.run())
                guard reader.isFine, let kind, let attributes else { return nil }
                if !isMeant { continue }
                let (new, old) = (EntityCodec.decode(after, id: id), EntityCodec.decode(before, id: id))
                guard (new != nil) == !after.isEmpty, (old != nil) == !before.isEmpty, new != nil || old != nil else {
                    return nil
                }
                changes.append(
                    EntityChange(
                        sequence: sequence &+ distance, at: at, tenant: recipients[recipient].tenant, kind: kind,
                        before: old, after: new, attributes: attributes))
            }
            return reader.isFine ? changes : nil
        }
    }

    private static func attributes(_ reader: inout StoredReader) -> [AttributeChange]? {
        let count = reader.count()
        var attributes: [AttributeChange] = []
        attributes.reserveCapacity(count)
        for _ in 0..<count {
            let name = TermID(reader.number32())
            guard let kind = AttributeChange.Kind(rawValue: reader.byte()) else { return nil }
            attributes.append(AttributeChange(name: name, kind: kind))
        }
        return attributes
    }
}
