import BrokerStorage
import InMemoryStorage
import StorageConformance
import Testing

@Suite struct InMemoryStorageTests {
    @Test(arguments: StorageConformance.checks)
    func `a store in memory keeps the contract`(_ check: StorageCheck) throws {
        try check.run(StoreEngine(make: { InMemoryStorage() }, share: { $0 }))
    }

    @Test func `a store in memory has no backup`() {
        #expect(throws: StorageError.unavailable(path: "copy", reason: "a store in memory has no backup")) {
            try InMemoryStorage().backup(to: "copy") { _ in }
        }
    }
}
