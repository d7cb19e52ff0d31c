import CMosquitto
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Threads that call libmosquitto.
enum MQTTThread {
    private static let library: Void = { _ = mosquitto_lib_init() }()

    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        _ = library
        let thread = Thread {
            // OpenSSL writes to sockets without MSG_NOSIGNAL; a server that goes away must not end the process.
            var signals = sigset_t()
            sigemptyset(&signals)
            sigaddset(&signals, SIGPIPE)
            pthread_sigmask(SIG_BLOCK, &signals, nil)
            body()
        }
        thread.name = name
        thread.start()
    }
}

/// Wakes a thread that polls: an eventfd, readable once it has rung.
final class MQTTBell: Sendable {
    let descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))

    /// Nobody holds it any more, so nobody rings.
    deinit { if works { _ = close(descriptor) } }

    /// Whether the system had one to give.
    var works: Bool { descriptor >= 0 }

    func ring() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    func silence() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }
}
