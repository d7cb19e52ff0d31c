import BrokerStorage
import NGSILDModel
import Synchronization

/// The entities that have a history but no current state: deleted ones, and those brought in as history only.
///
/// Kept as documents in the same store, and read from there: one costs some 10 us, one of a page 9 us. In memory are
/// only those that the store does not have yet, so that a city may delete for years. An entity that was created again may
/// still be in it: its current state counts then.
final class TemporalDirectory: Sendable {
    static let kind = "temporal-entity"

    struct Entry: Hashable, Sendable {
        var types: [TermID]
        var scopes: [String]
        /// The last change that it knows of; 0 in what was stored before this was kept. A replay of older ones, from
        /// before clients added to it, does not count.
        var through: UInt64 = 0

        func says(_ other: Entry?) -> Bool { types == other?.types && scopes == other?.scopes }
    }

    private struct Name: Hashable {
        let tenant: ExactText
        let id: ExactText

        init(_ tenant: String, _ id: String) {
            self.tenant = ExactText(tenant)
            self.id = ExactText(id)
        }
    }

    private let storage: any BrokerStorage
    /// Entries that are in the change record only; they count instead of what is stored.
    private let noted = Mutex<[Name: Entry]>([:])

    init(storage: any BrokerStorage) { self.storage = storage }

    /// - Throws: `StorageError` when the store cannot be read.
    func entry(tenant: String, id: String) throws(StorageError) -> Entry? {
        if let entry = noted.withLock({ $0[Name(tenant, id)] }) { return entry }
        return try storage.document(kind: Self.kind, tenant: tenant, key: id).flatMap { Self.decode($0, id: id) }
    }

    /// Puts the entry of an entity that was just deleted, to be stored with the recorder's next cursor. Any thread may do
    /// it; it does not wait for the store.
    func note(_ entry: Entry, tenant: String, id: String) {
        noted.withLock { $0[Name(tenant, id)] = entry }
    }

    /// What has been noted, to be stored; it counts until `stored` says that it was.
    var unstored: [DocumentWrite] {
        noted.withLock { $0 }.map { Self.document($0.value, tenant: $0.key.tenant.text, id: $0.key.id.text) }
    }

    /// Takes documents for stored: those of `unstored`, or newer ones.
    func stored(_ documents: [DocumentWrite]) {
        noted.withLock { noted in
            for document in documents {
                let name = Name(document.tenant, document.key)
                // What was noted meanwhile is to be stored next.
                if let entry = noted[name], Self.document(entry, tenant: document.tenant, id: document.key) == document
                {
                    noted[name] = nil
                }
            }
        }
    }

    /// Takes an entry that was stored otherwise; `nil`: removed. It counts instead of what was noted before.
    func put(_ entry: Entry?, tenant: String, id: String) {
        noted.withLock { noted in
            if noted[Name(tenant, id)] != nil { noted[Name(tenant, id)] = entry }
        }
    }

    /// Forgets what was noted of a tenant that is no more.
    func remove(tenant: String) {
        noted.withLock { noted in noted = noted.filter { !$0.key.tenant.text.isExactly(tenant) } }
    }

    /// The next entries of a tenant behind an id, or the first, in the order of the bytes of their ids.
    ///
    /// - Parameter limit: how many are read from the store; a few more may come.
    /// - Returns: `next` is where the next page begins; `nil` when there is none.
    /// - Throws: `StorageError` when the store cannot be read.
    func page(
        tenant: String, after start: String?, limit: Int
    ) throws(StorageError) -> (entries: [(id: String, entry: Entry)], next: String?) {
        // First what is noted: what is stored meanwhile is then in both, and in neither otherwise.
        var found: [ExactText: Entry] = [:]
        let after = start.map { ExactText($0) }
        noted.withLock { noted in
            for (name, entry) in noted where name.tenant.text.isExactly(tenant) && (after.map { $0 < name.id } ?? true)
            {
                found[name.id] = entry
            }
        }
        let documents = try storage.documents(kind: Self.kind, tenant: tenant, after: start, limit: limit)
        let next = documents.count < limit ? nil : documents.last?.key
        if let next { found = found.filter { !(ExactText(next) < $0.key) } }
        var entries: [(id: String, entry: Entry)] = []
        entries.reserveCapacity(documents.count + found.count)
        for document in documents where found.isEmpty || found[ExactText(document.key)] == nil {
            if let entry = Self.decode(document.body, id: document.key) { entries.append((document.key, entry)) }
        }
        if !found.isEmpty {
            entries += found.map { ($0.key.text, $0.value) }
            entries.sort { $0.id.isExactlyBefore($1.id) }
        }
        return (entries, next)
    }

    private static func decode(_ body: [UInt8], id: String) -> Entry? {
        EntityCodec.decode(body, id: id).map { record in
            Entry(
                types: record.types, scopes: record.scopes, through: UInt64(max(0, record.modifiedAt.microseconds)))
        }
    }

    static func document(_ entry: Entry?, tenant: String, id: String) -> DocumentWrite {
        let body = entry.map { entry in
            // A record has no place for the number of a change but its times, which are of no use here.
            let through = Timestamp(microseconds: Int64(clamping: entry.through))
            return EntityCodec.encode(
                EntityRecord(
                    id: id, types: entry.types, scopes: entry.scopes, createdAt: Timestamp(microseconds: 0),
                    modifiedAt: through, attributes: AttributeForest()))
        }
        return DocumentWrite(kind: kind, tenant: tenant, key: id, body: body)
    }
}
