import BrokerStorage
import Synchronization

/// Lets one thread at a time use the writer.
final class WriterGate: Sendable {
    private let writer: Mutex<Writer?>

    init(_ writer: sending Writer) { self.writer = Mutex(writer) }

    func withWriter<R: Sendable>(_ body: (Writer) throws(StorageError) -> R) throws(StorageError) -> R {
        try writer.withLock { (writer) throws(StorageError) -> R in
            guard let writer else { throw .closed }
            return try body(writer)
        }
    }

    /// Runs `body` while no commit runs.
    func holding(_ body: () -> Void) {
        writer.withLock { _ in body() }
    }

    /// Closes the writer's connection and puts another in its place, while no commit runs.
    func replace(_ make: () throws(StorageError) -> sending Writer) throws(StorageError) {
        try writer.withLock { (writer) throws(StorageError) in
            writer = nil
            writer = try make()
        }
    }

    /// Closes the writer's connection, after the commit that is under way.
    func close() {
        writer.withLock { $0 = nil }
    }
}
