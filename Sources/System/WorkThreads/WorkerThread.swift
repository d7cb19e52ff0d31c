#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A thread that runs one closure to its end.
public final class WorkerThread: Sendable {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private let handle: pthread_t?

    /// Starts the thread, unless the system has no room for one more; `isRunning` says so.
    public init(_ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let body = Unmanaged.passRetained(Body(run))
        let code = pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().run()
                return nil
            }, body.toOpaque())
        if code == 0 {
            handle = thread
        } else {
            body.release()
            handle = nil
        }
    }

    /// Whether the thread came about.
    public var isRunning: Bool { handle != nil }

    /// Waits for the closure to return. Call it once, or `detach`.
    public func join() {
        if let handle { pthread_join(handle, nil) }
    }

    /// Lets the thread end when its closure does, with nobody waiting for it.
    public func detach() {
        if let handle { pthread_detach(handle) }
    }
}
