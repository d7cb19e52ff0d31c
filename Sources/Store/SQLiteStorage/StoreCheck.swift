public import BrokerStorage
import GRDB
import NGSILDModel

/// Looks through a whole store: whether SQLite finds its pages in order, and whether each thing in it can be read.
///
/// It only reads, also while a Parvis has the store open. A bit that flipped inside a value and leaves it readable is not
/// seen: the file has no checksums of pages.
public struct StoreCheck: Sendable {
    /// What is wrong, each as a sentence; empty where nothing was found.
    public private(set) var findings: [String] = []
    /// What could be read.
    public private(set) var entities = 0, changes = 0, documents = 0, outboxRows = 0, chunks = 0
    /// The version of the tables, and the size of the file in bytes.
    public private(set) var version = 0, bytes = 0

    private static let findingLimit = 100

    /// Checks a store file, or a backup.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - readsChunk: whether a chunk of history can be read.
    ///   - progress: told what is looked at.
    /// - Throws: `StorageError` when it cannot be looked at: no such file, another program's, a newer Parvis's.
    /// - Cost: reads the whole file.
    public init(
        file path: String, readsChunk: ([UInt8]) -> Bool = { _ in true }, progress: (String) -> Void = { _ in }
    ) throws(StorageError) {
        guard FileSystem.exists(path) else {
            throw .unavailable(path: path, reason: "there is no such file; check the name, or --data")
        }
        bytes = FileSystem.size(path)
        let reader: Reader
        do throws(StorageError) {
            let connection = try Connection(path: path, role: .reader, cacheKiB: 4_096)
            version = try Schema.check(connection)
            progress("pages")
            checkPages(connection)
            reader = try Reader(path: path, cacheKiB: 4_096)
        } catch {
            guard case .corrupt(_, let reason) = error else { throw error }
            add("The file cannot be read as a store: \(reason)")
            return
        }
        progress("entities")
        checkEntities(reader)
        progress("changes")
        let change = Self.failure(of: "The change record") { () throws(StorageError) in
            changes = try Self.countChanges(reader)
        }
        let outbox = Self.failure(of: "The outbox") { () throws(StorageError) in
            outboxRows = try reader.outbox(after: 0, limit: .max).count
        }
        let document = Self.failure(of: "The documents (subscriptions, hosted contexts)") { () throws(StorageError) in
            documents = try reader.connection.cold {
                try Int.fetchOne($0, sql: "SELECT count(*) FROM (SELECT length(body) FROM document)") ?? 0
            }
        }
        for finding in [change, outbox, document] { add(finding) }
        progress("history")
        checkHistory(reader, readsChunk)
    }

    private mutating func add(_ finding: String?) {
        if let finding, findings.count < Self.findingLimit { findings.append(finding) }
    }

    /// Runs `body`.
    ///
    /// - Returns: a finding, if it could not.
    private static func failure(of part: String, _ body: () throws(StorageError) -> Void) -> String? {
        do throws(StorageError) { try body() } catch { return "\(part) cannot be read whole: \(error)" }
        return nil
    }

    private mutating func checkPages(_ connection: Connection) {
        do throws(StorageError) {
            let rows = try connection.cold { try String.fetchAll($0, sql: "PRAGMA integrity_check(50)") }
            for row in rows where row != "ok" { add("Pages: \(row)") }
        } catch { add("Pages: \(error)") }
    }

    private mutating func checkEntities(_ reader: Reader) {
        var count = 0
        var broken: [String] = []
        do {
            try reader.visitIntactEntities { numbers, reason in
                broken.append(
                    numbers.count == 1
                        ? "Entity number \(numbers.lowerBound) cannot be read: \(reason)"
                        : "Entities among the numbers \(numbers.lowerBound) to "
                            + "\(numbers.upperBound == .max ? "the last" : "\(numbers.upperBound)") "
                            + "cannot be read: \(reason)")
            } _: { stored, body in
                guard EntityCodec.decode(body, id: stored.id) != nil else {
                    throw StorageError.corrupt(
                        path: stored.id, reason: "the stored form of \(stored.id) makes no sense")
                }
                count += 1
            }
        } catch { broken.append("The entities cannot be read: \(error)") }
        entities = count
        for finding in broken { add(finding) }
    }

    private static func countChanges(_ reader: Reader) throws(StorageError) -> Int {
        var count = 0
        var last: UInt64 = 0
        while true {
            let some = try reader.changes(after: last, limit: 1_000)
            guard let end = some.last else { return count }
            count += some.count
            last = end.sequence
        }
    }

    private mutating func checkHistory(_ reader: Reader, _ readsChunk: ([UInt8]) -> Bool) {
        var readable = 0
        var broken: [String] = []
        let failure = Self.failure(of: "The history") { () throws(StorageError) in
            try reader.connection.cold { database in
                let rows = try Row.fetchCursor(
                    database,
                    sql: """
                        SELECT history.body, series.entity
                        FROM history LEFT JOIN series ON series.number = history.series
                        """)
                while let row = try rows.next() {
                    let isReadable = try row.withUnsafeData(atIndex: 0) { data in
                        readsChunk(data.map { [UInt8]($0) } ?? [])
                    }
                    let entity: String? = row[1]
                    if isReadable, entity != nil {
                        readable += 1
                    } else if broken.count < 20 {
                        broken.append(
                            entity.map { "There is history of \($0) that cannot be read" }
                                ?? "There is history that belongs to no entity")
                    }
                }
            }
        }
        chunks = readable
        for finding in broken { add(finding) }
        add(failure)
    }
}
