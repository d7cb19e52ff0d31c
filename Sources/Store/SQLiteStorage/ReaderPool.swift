import BrokerStorage
import Synchronization

@preconcurrency import Dispatch

/// A few read-only connections, opened when first needed. Who finds all of them taken waits for one, never for a commit.
final class ReaderPool: Sendable {
    private let path: String
    private let cacheKiB: Int
    private let permits: DispatchSemaphore
    private let underWay = DispatchGroup()
    /// `nil` when the pool is closed.
    private let idle = Mutex<[Reader]?>([])

    init(path: String, count: Int, cacheKiB: Int) {
        self.path = path
        self.cacheKiB = cacheKiB
        permits = DispatchSemaphore(value: 0)
        // A semaphore that ends below the value it began with stops the process, so it begins with none.
        for _ in 0..<max(1, count) { permits.signal() }
    }

    /// Reads with one of the connections. `body` must not read through the pool again.
    func read<R>(_ body: (Reader) throws(StorageError) -> R) throws(StorageError) -> R {
        permits.wait()
        defer { permits.signal() }
        let known = try begin { $0.popLast() }
        defer { underWay.leave() }
        let reader = if let known { known } else { try Reader(path: path, cacheKiB: cacheKiB) }
        defer { idle.withLock { $0?.append(reader) } }
        return try body(reader)
    }

    /// Reads with a connection of its own, for reads that last and may themselves read.
    func readAlone<R>(_ body: (Reader) throws -> R) throws -> R {
        _ = try begin { _ in nil }
        defer { underWay.leave() }
        return try body(try Reader(path: path, cacheKiB: cacheKiB))
    }

    private func begin(_ take: (inout [Reader]) -> Reader?) throws(StorageError) -> Reader? {
        try idle.withLock { (idle) throws(StorageError) -> Reader? in
            guard idle != nil else { throw .closed }
            underWay.enter()
            return take(&idle!)
        }
    }

    /// Waits for the reads that are under way, then closes all connections.
    func close() {
        idle.withLock { $0 = nil }
        underWay.wait()
    }
}
