import Foundation
import Synchronization

/// Takes mail for whoever it is, but not for those with `gone` in their address.
final class TestSMTPServer: Sendable {
    struct NoPort: Error {}

    private let socket: Int32
    let port: Int
    private let mails = Mutex<[[String]]>([])

    /// The recipients of each mail that was taken.
    var taken: [[String]] { mails.withLock { $0 } }

    /// - Parameter isSilent: Whether it takes connections and never says a word.
    init(isSilent: Bool = false) throws {
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
        guard isBound else { throw NoPort() }
        port = Int(UInt16(bigEndian: address.sin_port))
        if isSilent { return }
        // Its own descriptor: that of the socket may be another server's once this one is closed.
        let listener = dup(socket)
        guard listener >= 0 else { throw NoPort() }
        let thread = Thread { [weak self] in
            defer { _ = Glibc.close(listener) }
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                self?.serve(connection)
                _ = Glibc.close(connection)
            }
        }
        thread.start()
    }

    func close() {
        shutdown(socket, Int32(SHUT_RDWR))
        _ = Glibc.close(socket)
    }

    private func serve(_ connection: Int32) {
        func say(_ line: String) {
            let bytes = Array((line + "\r\n").utf8)
            _ = bytes.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
        var recipients: [String] = []
        var isText = false
        say("220 mail.example")
        while let line = Self.line(connection) {
            if isText {
                guard line == "." else { continue }
                isText = false
                mails.withLock { $0.append(recipients) }
                say("250 taken")
            } else if line.hasPrefix("RCPT TO:<") {
                let address = String(line.dropFirst(9).prefix { $0 != ">" })
                if address.contains("gone") {
                    say("550 nobody of that name")
                } else {
                    recipients.append(address)
                    say("250 ok")
                }
            } else if line == "DATA" {
                isText = true
                say("354 go on")
            } else if line == "QUIT" {
                return say("221 bye")
            } else {
                say("250 ok")
            }
        }
    }

    private static func line(_ connection: Int32) -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while recv(connection, &byte, 1, 0) == 1 {
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            if byte != UInt8(ascii: "\r") { bytes.append(byte) }
        }
        return nil
    }
}
