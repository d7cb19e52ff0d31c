import BrokerStorage
import Synchronization

@preconcurrency import Dispatch

/// A few read-only connections, opened when first needed. Who finds all of them taken waits for one, never for a commit.
final class ReaderPool: Sendable {
    private let path: String
    private let cacheKiB: Int
    private let count: Int
    private let permits: DispatchSemaphore
    private let underWay = DispatchGroup()
    /// `nil` when the pool is closed.
    private let idle = Mutex<[Reader]?>([])
    /// While all connections have to be closed.
    private let isEmptied = Mutex(false)

    init(path: String, count: Int, cacheKiB: Int) {
        self.path = path
        self.cacheKiB = cacheKiB
        self.count = max(1, count)
        permits = DispatchSemaphore(value: 0)
        // A semaphore that ends below the value it began with stops the process, so it begins with none.
        for _ in 0..<self.count { permits.signal() }
    }

    /// Opens connections for later, while there are descriptors for them. Where that fails, reads try again.
    func fill() {
        while let count = idle.withLock({ $0?.count }), count < self.count {
            guard let reader = try? Reader(path: path, cacheKiB: cacheKiB) else { return }
            idle.withLock { $0?.append(reader) }
        }
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
        if isEmptied.withLock({ $0 }) { throw StorageError.failed(reason: "its connections are being opened anew") }
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

    /// Runs `body` while no connection of the pool is open; reads wait.
    ///
    /// - Returns: `nil`, without running it, if reads that are under way take longer than `patience`.
    func whileEmpty<R>(patience: Duration, _ body: () -> R) -> R? {
        isEmptied.withLock { $0 = true }
        defer { isEmptied.withLock { $0 = false } }
        let deadline = DispatchTime.now() + patience.seconds
        var held = 0
        defer { for _ in 0..<held { permits.signal() } }
        while held < count {
            guard permits.wait(timeout: deadline) == .success else { return nil }
            held += 1
        }
        guard underWay.wait(timeout: deadline) == .success else { return nil }
        idle.withLock { if $0 != nil { $0 = [] } }
        return body()
    }

    /// Waits for the reads that are under way, then closes all connections.
    func close() {
        idle.withLock { $0 = nil }
        underWay.wait()
    }
}
