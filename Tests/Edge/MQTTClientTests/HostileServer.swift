import Foundation
import RealMosquitto
import Synchronization

/// Takes connections, says the same to each whatever it is asked, and waits.
final class HostileServer: Sendable {
    private let socket: Int32
    let port: Int
    private let state = Mutex((count: 0, open: [Int32](), waiting: [(Int, CheckedContinuation<Void, Never>)]()))

    init(_ bytes: [UInt8]) throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.socket = socket
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, size) == 0 && listen(socket, 64) == 0 && getsockname(socket, $0, &size) == 0
            }
        }
        guard isBound else { throw MosquittoServer.Failure(description: "no free port") }
        port = Int(UInt16(bigEndian: address.sin_port))
        // Its own descriptor: that of the socket may be another server's once this one is closed.
        let listener = dup(socket)
        guard listener >= 0 else { throw MosquittoServer.Failure(description: "no free descriptor") }
        let thread = Thread { [weak self] in
            defer { _ = Glibc.close(listener) }
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                guard let self else {
                    _ = Glibc.close(connection)
                    return
                }
                _ = bytes.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                self.took(connection)
            }
        }
        thread.start()
    }

    private func took(_ connection: Int32) {
        let ready = state.withLock { state in
            state.count += 1
            state.open.append(connection)
            let ready = state.waiting.filter { $0.0 <= state.count }
            state.waiting.removeAll { $0.0 <= state.count }
            return ready
        }
        for (_, continuation) in ready { continuation.resume() }
    }

    func waitForConnections(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.count >= count { return true }
                state.waiting.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func close() {
        shutdown(socket, Int32(SHUT_RDWR))
        _ = Glibc.close(socket)
        state.withLock { state in
            for connection in state.open { _ = Glibc.close(connection) }
            state.open = []
        }
    }
}
