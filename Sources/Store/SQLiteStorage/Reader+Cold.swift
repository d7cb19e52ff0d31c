import BrokerStorage
import GRDB
import NGSILDModel

/// Reads that are rare, through GRDB.
extension Reader {
    func tenants() throws(StorageError) -> [String] {
        try connection.cold { try String.fetchAll($0, sql: "SELECT name FROM tenant ORDER BY name") }
    }

    func documents(kind: String) throws(StorageError) -> [StoredDocument] {
        try connection.cold { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT tenant.name, document.key, document.body
                    FROM document JOIN tenant ON tenant.number = document.tenant
                    WHERE document.kind = ? ORDER BY document.key, tenant.name
                    """, arguments: [kind]
            ).map { row in
                StoredDocument(kind: kind, tenant: row[0], key: row[1], body: try Reader.bytes(row, 2))
            }
        }
    }

    func document(kind: String, tenant: String, key: String) throws(StorageError) -> [UInt8]? {
        try connection.cold { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT body FROM document
                    WHERE kind = ? AND key = ? AND tenant = (SELECT number FROM tenant WHERE name = ?)
                    """)
            return try Row.fetchOne(statement, arguments: [kind, key, tenant]).map { try Reader.bytes($0, 0) }
        }
    }

    func documents(
        kind: String, tenant: String, after key: String?, limit: Int
    ) throws(StorageError) -> [StoredDocument] {
        try connection.cold { database in
            // No key is less than the empty one.
            let statement = try database.cachedStatement(
                sql: """
                    SELECT key, body FROM document
                    WHERE kind = ? AND key \(key == nil ? ">=" : ">") ?
                        AND tenant = (SELECT number FROM tenant WHERE name = ?)
                    ORDER BY key LIMIT ?
                    """)
            return try Row.fetchAll(statement, arguments: [kind, key ?? "", tenant, max(0, limit)]).map { row in
                StoredDocument(kind: kind, tenant: tenant, key: row[0], body: try Reader.bytes(row, 1))
            }
        }
    }

    private static func bytes(_ row: Row, _ index: Int) throws -> [UInt8] {
        try row.withUnsafeData(atIndex: index) { data in data.map { [UInt8]($0) } ?? [] }
    }

    func historySeries(tenant: String, entity: String) throws(StorageError) -> [SeriesKey] {
        try connection.cold { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT attribute, dataset FROM series
                    WHERE tenant = (SELECT number FROM tenant WHERE name = ?) AND entity = ?
                    ORDER BY attribute, dataset
                    """)
            return try Row.fetchAll(statement, arguments: [tenant, entity]).map { row in
                SeriesKey(tenant: tenant, entity: entity, attribute: TermID(row[0]), dataset: row[1])
            }
        }
    }

    func historySeries(
        after position: UInt64, limit: Int
    ) throws(StorageError) -> [(position: UInt64, key: SeriesKey)] {
        try connection.cold { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT series.number, tenant.name, entity, attribute, dataset
                    FROM series JOIN tenant ON tenant.number = series.tenant
                    WHERE series.number > ? ORDER BY series.number LIMIT ?
                    """, arguments: [Int64(clamping: position), limit]
            ).map { row in
                let number: Int64 = row[0]
                let key = SeriesKey(tenant: row[1], entity: row[2], attribute: TermID(row[3]), dataset: row[4])
                return (UInt64(number), key)
            }
        }
    }

    /// Counts; linear in the entities, but over the index only.
    func statistics() throws(StorageError) -> StorageStatistics {
        let counts = try connection.cold { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT (SELECT count(*) FROM entity) AS entities, (SELECT count(*) FROM history) AS chunks,
                        (SELECT coalesce(sum(count), 0) FROM change) AS changes,
                        (SELECT count(*) FROM outbox) AS outbox,
                        (SELECT value FROM mark WHERE name = 'pruned') AS pruned,
                        (SELECT first FROM change ORDER BY first LIMIT 1) AS first
                    """)
        }
        var statistics = StorageStatistics()
        statistics.entities = counts?["entities"] ?? 0
        statistics.historyChunks = counts?["chunks"] ?? 0
        statistics.changes = counts?["changes"] ?? 0
        statistics.outboxRows = counts?["outbox"] ?? 0
        // The oldest row may hold changes that are forgotten already.
        if let first: Int = counts?["first"], let pruned: Int = counts?["pruned"] {
            statistics.changes -= max(0, pruned - first + 1)
        }
        statistics.bytes = ["", "-wal", "-shm"].reduce(0) { $0 + FileSystem.size(connection.path + $1) }
        return statistics
    }
}
