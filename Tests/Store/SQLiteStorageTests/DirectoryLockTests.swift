import BrokerStorage
import Foundation
import Testing

@testable import SQLiteStorage

@Suite struct DirectoryLockTests {
    let root: TemporaryDirectory
    let directory: String

    init() throws {
        root = try TemporaryDirectory()
        directory = root.file("data")
    }

    @Test func `a second store on the same directory is refused until the first is closed`() throws {
        let store = try SQLiteStorage(directory: directory)
        _ = try store.create(["urn:a"])
        #expect(throws: StorageError.inUse(path: directory, process: Int(getpid()))) {
            try SQLiteStorage(directory: directory)
        }
        #expect(try store.picture().last == 1)
        store.close()
        let again = try SQLiteStorage(directory: directory)
        #expect(try again.picture().last == 1)
        again.close()
    }

    @Test func `the lock file names the process`() throws {
        let store = try SQLiteStorage(directory: directory)
        defer { store.close() }
        #expect(try String(contentsOfFile: directory + "/parvis.lock", encoding: .utf8) == "\(getpid())\n")
    }

    @Test func `another process finds the directory locked`() throws {
        let store = try SQLiteStorage(directory: directory)
        #expect(try lockFromOutside() == 1)
        store.close()
        #expect(try lockFromOutside() == 0)
    }

    @Test func `a process that is killed leaves no lock`() throws {
        try SQLiteStorage(directory: directory).close()
        let other = Process()
        other.executableURL = URL(filePath: "/usr/bin/flock")
        other.arguments = ["--no-fork", directory + "/parvis.lock", "sh", "-c", "echo locked; exec sleep 600"]
        let output = Pipe()
        other.standardOutput = output
        try other.run()
        defer { if other.isRunning { kill(other.processIdentifier, SIGKILL) } }
        #expect(output.fileHandleForReading.availableData == Data("locked\n".utf8))

        // The other process has not written its number, so the last one stands there.
        #expect(throws: StorageError.inUse(path: directory, process: Int(getpid()))) {
            try SQLiteStorage(directory: directory)
        }
        kill(other.processIdentifier, SIGKILL)
        other.waitUntilExit()
        try SQLiteStorage(directory: directory).close()
    }

    /// The exit status of a process that tries to take the lock: 1 when it is taken.
    private func lockFromOutside() throws -> Int32 {
        let other = Process()
        other.executableURL = URL(filePath: "/usr/bin/flock")
        other.arguments = ["--nonblock", directory + "/parvis.lock", "true"]
        try other.run()
        other.waitUntilExit()
        return other.terminationStatus
    }
}
