import BrokerStorage
import GRDB
import NGSILDModel

/// A read-only connection with its prepared statements. It sees whole commits, and never waits for one.
///
/// `@unchecked Sendable`: whoever took it from the `ReaderPool` is the only one to use it until it is given back.
final class Reader: @unchecked Sendable {
    let connection: Connection
    private let begin: Statement
    private let findEntity, entityAtNumber: Statement
    private let pruned, tenantName, tenantNumber: Statement
    private let changeRows: Statement
    private let outboxRows, outboxRow: Statement
    private let findSeries, chunks, chunksNewestFirst: Statement

    init(path: String, cacheKiB: Int) throws(StorageError) {
        connection = try Connection(path: path, role: .reader, cacheKiB: cacheKiB)
        begin = try connection.prepare("BEGIN")
        findEntity = try connection.prepare(
            """
            SELECT number, revision, body FROM entity
            WHERE tenant = (SELECT number FROM tenant WHERE name = ?1) AND id = ?2
            """)
        entityAtNumber = try connection.prepare(
            "SELECT body FROM entity WHERE number = ?1 AND tenant = ?2")
        tenantNumber = try connection.prepare("SELECT number FROM tenant WHERE name = ?1")
        pruned = try connection.prepare("SELECT value FROM mark WHERE name = 'pruned'")
        tenantName = try connection.prepare("SELECT name FROM tenant WHERE number = ?1")
        changeRows = try connection.prepare(
            """
            SELECT first, count, at, body FROM change
            WHERE first >= coalesce((SELECT max(first) FROM change WHERE first <= ?1), 0)
            ORDER BY first
            """)
        outboxRows = try connection.prepare("SELECT first, body FROM outbox WHERE first > ?1 ORDER BY first LIMIT ?2")
        outboxRow = try connection.prepare("SELECT body FROM outbox WHERE first = ?1")
        findSeries = try connection.prepare(
            """
            SELECT number, longest FROM series
            WHERE tenant = (SELECT number FROM tenant WHERE name = ?1)
                AND entity = ?2 AND attribute = ?3 AND dataset = ?4
            """)
        let overlap = """
            SELECT start, "end", count, body FROM history
            WHERE series = ?1 AND start BETWEEN ?2 AND ?3 AND "end" >= ?4 ORDER BY start
            """
        chunks = try connection.prepare(overlap + " LIMIT ?5")
        chunksNewestFirst = try connection.prepare(overlap + " DESC LIMIT ?5")
    }

    /// Runs `body` on one state of the store.
    private func snapshot<R>(_ body: () throws(StorageError) -> R) throws(StorageError) -> R {
        try connection.use { () throws(StorageError) in
            defer { connection.rollback() }
            try begin.run()
            return try body()
        }
    }

    // MARK: Entities

    func entity(tenant: String, id: String) throws(StorageError) -> (StoredEntity, [UInt8])? {
        try connection.use { () throws(StorageError) in
            try findEntity.bind(tenant, at: 1)
            try findEntity.bind(id, at: 2)
            defer { findEntity.reset() }
            guard try findEntity.step() else { return nil }
            let stored = StoredEntity(
                tenant: tenant, id: id, number: findEntity.int64(0), revision: findEntity.uint64(1))
            return (stored, [UInt8](findEntity.bytes(2)))
        }
    }

    /// Visits entities by their numbers, which are the table's own order, so that neighbours share pages.
    func visitEntities(
        tenant: String, at places: [EntityPlace], _ visit: (Int, UnsafeRawBufferPointer) -> Void
    ) throws(StorageError) {
        try snapshot { () throws(StorageError) in
            try tenantNumber.bind(tenant, at: 1)
            defer { tenantNumber.reset() }
            guard try tenantNumber.step() else { return }
            entityAtNumber.bind(tenantNumber.int64(0), at: 2)
            for (index, place) in places.enumerated() {
                entityAtNumber.bind(place.number, at: 1)
                defer { entityAtNumber.reset() }
                if try entityAtNumber.step() { visit(index, entityAtNumber.bytes(0)) }
            }
        }
    }

    /// Visits all entities by number, in one state of the store.
    func visitEntities(_ visit: (StoredEntity, UnsafeRawBufferPointer) throws -> Void) throws {
        let outcome = try snapshot { () throws(StorageError) in Result { try visitRows(visit) } }
        try outcome.get()
    }

    private func visitRows(_ visit: (StoredEntity, UnsafeRawBufferPointer) throws -> Void) throws {
        var names: [Int64: String] = [:]
        let tenants = try connection.prepare("SELECT number, name FROM tenant")
        while try tenants.step() { names[tenants.int64(0)] = tenants.text(1) }
        tenants.reset()

        let rows = try connection.prepare("SELECT number, tenant, id, revision, body FROM entity ORDER BY number")
        defer { rows.reset() }
        var tenantNumber: Int64 = 0
        var tenant = ""
        while try rows.step() {
            if rows.int64(1) != tenantNumber {
                tenantNumber = rows.int64(1)
                guard let name = names[tenantNumber] else {
                    throw StorageError.corrupt(path: connection.path, reason: "an entity has no tenant")
                }
                tenant = name
            }
            let stored = StoredEntity(
                tenant: tenant, id: rows.text(2), number: rows.int64(0), revision: rows.uint64(3))
            try visit(stored, rows.bytes(4))
        }
    }

    // MARK: Changes

    func changes(after sequence: UInt64, limit: Int) throws(StorageError) -> [StoredChange] {
        guard limit > 0, sequence < UInt64(Int64.max) else { return [] }
        return try snapshot { () throws(StorageError) in
            _ = try pruned.step()
            let sequence = max(sequence, pruned.uint64(0))
            pruned.reset()

            var found: [StoredChange] = []
            var names: [Int64: String?] = [:]
            changeRows.bind(sequence + 1, at: 1)
            defer { changeRows.reset() }
            while found.count < limit, try changeRows.step() {
                try decodeRow(after: sequence, limit: limit, names: &names, into: &found)
            }
            return found
        }
    }

    /// Decodes what is asked for of the row that `changeRows` is at.
    private func decodeRow(
        after sequence: UInt64, limit: Int, names: inout [Int64: String?], into found: inout [StoredChange]
    ) throws(StorageError) {
        let first = changeRows.uint64(0)
        let at = Timestamp(microseconds: changeRows.int64(2))
        guard var row = ChangeRow.Reader(changeRows.bytes(3)) else { throw damaged(first) }
        for offset in 0..<max(0, changeRows.int64(1)) {
            guard let item = row.next() else { throw damaged(first) }
            let number = first &+ UInt64(offset)
            if number <= sequence { continue }
            if found.count == limit { return }
            guard let tenant = try name(ofTenant: item.tenant, known: &names) else { continue }
            found.append(
                StoredChange(
                    sequence: number, at: at, tenant: tenant, id: String(decoding: item.id, as: UTF8.self),
                    number: item.number, isDeletion: item.isDeletion, change: [UInt8](item.change)))
        }
    }

    private func damaged(_ first: UInt64) -> StorageError {
        .corrupt(path: connection.path, reason: "the change record at \(first) cannot be read")
    }

    /// - Returns: `nil` for a tenant that was removed.
    private func name(ofTenant number: Int64, known: inout [Int64: String?]) throws(StorageError) -> String? {
        if let name = known[number] { return name }
        tenantName.bind(number, at: 1)
        defer { tenantName.reset() }
        let name = try tenantName.step() ? tenantName.text(0) : nil
        known[number] = .some(name)
        return name
    }

    // MARK: Outbox

    func outbox(after sequence: UInt64, limit: Int) throws(StorageError) -> [StoredOutboxRow] {
        guard limit > 0, sequence < UInt64(Int64.max) else { return [] }
        return try connection.use { () throws(StorageError) in
            outboxRows.bind(sequence, at: 1)
            outboxRows.bind(Int64(limit), at: 2)
            defer { outboxRows.reset() }
            var found: [StoredOutboxRow] = []
            while try outboxRows.step() {
                found.append(StoredOutboxRow(sequence: outboxRows.uint64(0), body: [UInt8](outboxRows.bytes(1))))
            }
            return found
        }
    }

    func outbox(_ sequences: [UInt64]) throws(StorageError) -> [StoredOutboxRow] {
        try snapshot { () throws(StorageError) in
            var found: [StoredOutboxRow] = []
            for sequence in sequences where sequence <= UInt64(Int64.max) {
                outboxRow.bind(sequence, at: 1)
                defer { outboxRow.reset() }
                guard try outboxRow.step() else { continue }
                found.append(StoredOutboxRow(sequence: sequence, body: [UInt8](outboxRow.bytes(0))))
            }
            return found
        }
    }

    // MARK: History

    func historyChunks(
        _ series: SeriesKey, from: Timestamp, to: Timestamp, newestFirst: Bool, limit: Int
    ) throws(StorageError) -> [HistoryChunk] {
        guard limit > 0 else { return [] }
        return try snapshot { () throws(StorageError) in
            try chunks(of: series, from: from, to: to, newestFirst: newestFirst, limit: limit)
        }
    }

    func newestHistoryChunks(_ series: [SeriesKey]) throws(StorageError) -> [HistoryChunk?] {
        try snapshot { () throws(StorageError) in
            var found: [HistoryChunk?] = []
            found.reserveCapacity(series.count)
            for one in series {
                found.append(try chunks(of: one, from: .none, to: .none, newestFirst: true, limit: 1).first)
            }
            return found
        }
    }

    private func chunks(
        of series: SeriesKey, from: Timestamp, to: Timestamp, newestFirst: Bool, limit: Int
    ) throws(StorageError) -> [HistoryChunk] {
        try findSeries.bind(series.tenant, at: 1)
        try findSeries.bind(series.entity, at: 2)
        findSeries.bind(Int64(series.attribute.number), at: 3)
        try findSeries.bind(series.dataset, at: 4)
        defer { findSeries.reset() }
        guard try findSeries.step() else { return [] }

        // A chunk that overlaps cannot begin earlier than the longest one before the range.
        let longest = findSeries.int64(1)
        let (start, overflow) = from.microseconds.subtractingReportingOverflow(longest)
        let rows = newestFirst ? chunksNewestFirst : chunks
        rows.bind(findSeries.int64(0), at: 1)
        rows.bind(overflow || longest == .max ? Int64.min : start, at: 2)
        rows.bind(to.isSet ? to.microseconds : Int64.max, at: 3)
        rows.bind(from.microseconds, at: 4)
        rows.bind(Int64(limit), at: 5)
        defer { rows.reset() }
        var found: [HistoryChunk] = []
        while try rows.step() {
            found.append(
                HistoryChunk(
                    series: series, start: Timestamp(microseconds: rows.int64(0)),
                    end: Timestamp(microseconds: rows.int64(1)), count: Int(rows.int64(2)),
                    body: [UInt8](rows.bytes(3))))
        }
        return found
    }
}
