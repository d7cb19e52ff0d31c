import BrokerStorage
import GRDBSQLite

extension Reader {
    /// Visits all entities by number, in one state of the store, also where pages of their table are damaged.
    ///
    /// - Parameters:
    ///   - damaged: told the numbers among which entities may be that cannot be read, and why; also when `visit` throws
    ///     `StorageError.corrupt`.
    ///   - visit: called with each entity that can be read.
    /// - Cost: as `visitEntities`, and some 80 looks for each damaged place.
    func visitIntactEntities(
        damaged: (ClosedRange<Int64>, String) -> Void,
        _ visit: (StoredEntity, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let outcome = try connection.use { () throws(StorageError) in
            defer { connection.rollback() }
            try connection.prepare("BEGIN").run()
            return Result { try visitIntactRows(damaged, visit) }
        }
        try outcome.get()
    }

    private func visitIntactRows(
        _ damaged: (ClosedRange<Int64>, String) -> Void, _ visit: (StoredEntity, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var names: [Int64: String] = [:]
        let tenants = try connection.prepare("SELECT number, name FROM tenant")
        while try tenants.step() { names[tenants.int64(0)] = tenants.text(1) }
        tenants.reset()
        let rows = try connection.prepare(
            "SELECT number, tenant, id, revision, body FROM entity WHERE number > ?1 ORDER BY number")
        let next = try connection.prepare("SELECT number FROM entity WHERE number >= ?1 ORDER BY number LIMIT 1")
        var last: Int64 = 0
        while true {
            do {
                defer { rows.reset() }
                rows.bind(last, at: 1)
                while try rows.step() {
                    let number = rows.int64(0)
                    defer { last = max(last, number) }
                    do {
                        guard let tenant = names[rows.int64(1)] else {
                            throw StorageError.corrupt(path: connection.path, reason: "an entity has no tenant")
                        }
                        let stored = StoredEntity(
                            tenant: tenant, id: rows.text(2), number: number, revision: rows.uint64(3))
                        try visit(stored, rows.bytes(4))
                    } catch StorageError.corrupt(_, let reason) { damaged(number...number, reason) }
                }
                return
            } catch StorageError.corrupt(_, let reason) {
                guard let after = firstReadable(after: last, next) else {
                    damaged(last + 1...Int64.max, reason)
                    return
                }
                damaged(last + 1...max(last + 1, after - 1), reason)
                last = max(last + 1, after - 1)
            }
        }
    }

    /// The first number from which on the table can be read; `nil` if there is none.
    private func firstReadable(after last: Int64, _ next: Statement) -> Int64? {
        func isReadable(_ number: Int64) -> Bool {
            defer { next.reset() }
            next.bind(number, at: 1)
            return (try? next.step()) != nil
        }
        var unreadable = last
        var step: Int64 = 1
        var found: Int64?
        while found == nil, step < 1 << 48 {
            let (number, overflow) = last.addingReportingOverflow(step)
            if overflow { return nil }
            if isReadable(number) { found = number } else { unreadable = number }
            step *= 2
        }
        guard var readable = found else { return nil }
        while readable - unreadable > 1 {
            let middle = unreadable + (readable - unreadable) / 2
            if isReadable(middle) { readable = middle } else { unreadable = middle }
        }
        return readable
    }
}
