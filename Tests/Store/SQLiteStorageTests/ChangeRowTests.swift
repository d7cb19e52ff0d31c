import BrokerStorage
import NGSILDModel
import Testing

@testable import SQLiteStorage

@Suite struct ChangeRowTests {
    private let writes = [
        EntityWrite(tenant: "", id: "urn:a", expectation: .absent, body: [1], change: Array(0...255)),
        EntityWrite(tenant: "", id: "", expectation: .revision(1), body: nil, change: []),
        EntityWrite(
            tenant: "", id: String(repeating: "é", count: 300), expectation: .revision(1), body: [], change: [7]),
    ]

    private func row() -> [UInt8] {
        var bytes: [UInt8] = [9, 9]
        ChangeRow.begin(&bytes)
        for (index, write) in writes.enumerated() {
            ChangeRow.append(write, tenant: Int64(index) * 1000, number: .max - Int64(index), to: &bytes)
        }
        return bytes
    }

    @Test func `a row gives back what was put in, and then nothing`() throws {
        try row().withUnsafeBytes { bytes in
            var reader = try #require(ChangeRow.Reader(bytes))
            for (index, write) in writes.enumerated() {
                let next = reader.next()
                let item = try #require(next)
                #expect(item.tenant == Int64(index) * 1000)
                #expect(item.number == .max - Int64(index))
                #expect(item.isDeletion == (write.body == nil))
                #expect(Array(item.id) == Array(write.id.utf8))
                #expect(Array(item.change) == write.change)
            }
            let end = reader.next()
            #expect(end == nil)
        }
    }

    @Test func `a row that was cut anywhere ends early`() throws {
        let whole = row()
        for length in 0..<whole.count {
            let count = Array(whole[..<length]).withUnsafeBytes { bytes in
                guard var reader = ChangeRow.Reader(bytes) else { return 0 }
                var count = 0
                while reader.next() != nil { count += 1 }
                return count
            }
            #expect(count < writes.count)
        }
    }

    @Test(
        arguments: [
            [], [0], [2, 1], [1, 0x80], [1] + Array(repeating: 0xFF, count: 20),
            [1, 1, 1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1],
            [1, 1, 1, 0, 1, 65, 0xFF, 0xFF, 0xFF, 0xFF, 7],
        ] as [[UInt8]])
    func `bytes that are no row give nothing`(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            var reader = ChangeRow.Reader(bytes)
            let item = reader?.next()
            #expect(item == nil)
        }
    }

    @Test func `a commit with large changes takes several rows`() throws {
        let root = try TemporaryDirectory()
        let store = try SQLiteStorage(directory: root.file("data"))
        defer { store.close() }
        var commit = Commit(at: Timestamp(microseconds: 1))
        commit.entities = (0..<10).map {
            EntityWrite(
                tenant: "", id: "urn:\($0)", expectation: .absent, body: [],
                change: [UInt8](repeating: UInt8($0), count: 300_000))
        }
        _ = try store.commit(commit)
        let rows = try store.gate.withWriter { (writer) throws(StorageError) in
            try writer.connection.cold { try Int.fetchAll($0, sql: "SELECT count FROM change ORDER BY first") }
        }
        #expect(rows == [4, 4, 2])
        #expect(try store.changes(after: 0, limit: 100).map(\.change) == commit.entities.map(\.change))
        #expect(try store.changes(after: 5, limit: 3).map(\.sequence) == [6, 7, 8])
        try store.pruneChanges(through: 6)
        #expect(try store.changes(after: 0, limit: 100).map(\.sequence) == [7, 8, 9, 10])
    }
}
