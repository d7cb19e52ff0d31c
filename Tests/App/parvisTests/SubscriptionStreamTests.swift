import Foundation
import Logging
import Testing

@testable import parvis

/// A subscription whose notifications are read from Parvis itself, over real sockets.
/// One after the other: each holds a thread of the few that deliver notifications while it waits for one.
@Suite(.serialized, .timeLimit(.minutes(20)))
struct SubscriptionStreamTests {
    private let directory = FileManager.default.temporaryDirectory
        .appendingPathComponent("parvis-\(UUID().uuidString)").path

    private func server() throws -> CityServer {
        var settings = Settings()
        settings.isOpen = true
        settings.port = 0
        settings.data = directory
        return try CityServer(settings, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Runs what blocks on a thread of its own: delivery needs the threads that tests run on.
    private func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
        }
    }

    private func post(_ port: Int, _ path: String, _ body: String) throws {
        let socket = try LineSocket(port)
        try socket.send(
            "POST /ngsi-ld/v1/\(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        #expect(try socket.text(through: "\r\n").contains(" 201 "))
    }

    private func subscribe(_ port: Int, _ id: String, _ uri: String = "parvis:stream") throws {
        try post(
            port, "subscriptions",
            #"{"id":"\#(id)","type":"Subscription","entities":[{"type":"Room"}],"notificationTrigger":["entityCreated"],"notification":{"endpoint":{"uri":"\#(uri)"}}}"#
        )
    }

    private func room(_ port: Int, _ number: Int) throws {
        try post(port, "entities", #"{"id":"urn:ngsi-ld:Room:\#(number)","type":"Room"}"#)
    }

    private func open(_ port: Int, _ id: String, _ headers: String = "") throws -> LineSocket {
        let socket = try LineSocket(port)
        try socket.send("GET /streams/subscriptions/\(id) HTTP/1.1\r\nHost: a\r\n\(headers)\r\n")
        return socket
    }

    @Test func `a reader gets each notification once, also those it was away for`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let server = try server()
        try await onThread {
            let id = "urn:ngsi-ld:Subscription:1"
            try subscribe(server.port, id)
            var place = ""
            var seen: [Int] = []
            // How many rooms each reader waits for before it goes away. Several may come in one notification.
            for (round, rooms) in [1, 3, 6].enumerated() {
                let socket = try open(server.port, id, place.isEmpty ? "" : "Last-Event-ID: \(place)\r\n")
                #expect(try socket.text(through: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
                #expect(try socket.text(through: "\n\n").contains("event: hello\n"))
                // The first reader listens before the rooms come, the later ones come back for what they missed.
                if round == 0 { for number in 1...3 { try room(server.port, number) } }
                while seen.count < rooms {
                    let event = try socket.text(through: "\n\n")
                    #expect(event.hasPrefix("event: notification\nid: "))
                    place = String(event.split(separator: "\n")[1].dropFirst(4))
                    seen += event.matches(of: /urn:ngsi-ld:Room:(\d+)/).compactMap { Int($0.1) }
                }
                if round == 1 { for number in 4...6 { try room(server.port, number) } }
            }
            #expect(seen == [1, 2, 3, 4, 5, 6])
        }
        await server.stop()
    }

    @Test func `a place that nobody knows is answered by a reset`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let server = try server()
        try await onThread {
            try subscribe(server.port, "urn:ngsi-ld:Subscription:1")
            let socket = try open(server.port, "urn:ngsi-ld:Subscription:1?lastEventId=before-1")
            _ = try socket.text(through: "\n\n")
            #expect(try socket.text(through: "\n\n").hasPrefix("event: reset\nid: "))
            try room(server.port, 1)
            #expect(try socket.text(through: "\n\n").hasPrefix("event: notification\n"))
        }
        await server.stop()
    }

    @Test func `over a WebSocket, too`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let server = try server()
        try await onThread {
            try subscribe(server.port, "urn:ngsi-ld:Subscription:1")
            let socket = try open(
                server.port, "urn:ngsi-ld:Subscription:1",
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            )
            #expect(try socket.text(through: "\r\n\r\n").hasPrefix("HTTP/1.1 101 "))
            #expect(try socket.text(through: "\"data\":{}}").contains(#"{"event":"hello","id":""#))
            try room(server.port, 1)
            #expect(try socket.text(through: "urn:ngsi-ld:Room:1").contains(#"{"event":"notification","id":""#))
        }
        await server.stop()
    }

    @Test func `what cannot be read says why`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let server = try server()
        try await onThread {
            try subscribe(server.port, "urn:ngsi-ld:Subscription:1", "http://127.0.0.1:9/")
            for (id, status, detail) in [
                ("urn:ngsi-ld:Subscription:1", 422, "parvis:stream"),
                ("urn:ngsi-ld:Subscription:2", 404, "does not exist"),
                ("nothing", 400, "id of a subscription"), ("%FF", 400, "id of a subscription"),
            ] {
                let socket = try open(server.port, id, "Connection: close\r\n")
                #expect(try socket.text(through: "\r\n").contains(" \(status) "), "\(id)")
                #expect(try socket.text(through: "}").contains(detail))
            }
        }
        await server.stop()
    }
}

/// A blocking socket that is read up to marks.
private final class LineSocket {
    private let socket: Int32
    private var pending: [UInt8] = []

    struct Failure: Error { let reason: String }

    init(_ port: Int) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let (socket, size) = (socket, socklen_t(MemoryLayout<sockaddr_in>.size))
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, size) }
        }
        if code != 0 { throw Failure(reason: "connect: \(errno)") }
        // So that a test that waits for what never comes fails instead of hanging.
        var limit = timeval(tv_sec: 600, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(socket) }

    func send(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure(reason: "send: \(errno)") }
            rest = rest.dropFirst(count)
        }
    }

    /// The text up to and with `end`.
    func text(through end: String) throws -> String {
        let mark = Array(end.utf8)
        while true {
            if let range = pending.firstRange(of: mark) {
                defer { pending.removeFirst(range.upperBound) }
                return String(decoding: pending[..<range.upperBound], as: UTF8.self)
            }
            var buffer = [UInt8](repeating: 0, count: 16 << 10)
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else {
                throw Failure(reason: "no \(end) in: \(String(decoding: pending, as: UTF8.self))")
            }
            pending += buffer[..<count]
        }
    }
}
