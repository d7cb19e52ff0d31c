import BrokerStorage
import StorageConformance
import Testing

@testable import SQLiteStorage

@Suite struct SQLiteStorageTests {
    @Test(arguments: StorageConformance.checks)
    func `a store in a file keeps the contract`(_ check: StorageCheck) throws {
        let root = try TemporaryDirectory()
        try check.run(
            StoreEngine(
                make: { try SQLiteStorage(directory: root.file("data")) },
                reopen: { store in
                    store.close()
                    return try SQLiteStorage(directory: root.file("data"))
                }))
    }

    @Test(arguments: StorageConformance.checks)
    func `a store keeps the contract when its log is copied after every commit`(_ check: StorageCheck) throws {
        let root = try TemporaryDirectory()
        var configuration = SQLiteStorage.Configuration()
        configuration.checkpointBytes = 0
        configuration.idle = .zero
        try check.run(
            StoreEngine(make: { [configuration] in
                try SQLiteStorage(directory: root.file("data"), configuration: configuration)
            }))
    }
}
