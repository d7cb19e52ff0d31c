import Testing

@testable import NGSILDHTTP

/// `/console/stream` over a WebSocket, on a real socket.
struct WebSocketTests {
    private struct Frame: Equatable {
        let opcode: UInt8
        let payload: String
    }

    private static let handshake =
        "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

    private func open(_ client: TestClient, _ query: String = "", _ headers: String = "") throws {
        try client.send("GET /console/stream\(query) HTTP/1.1\r\nHost: a\r\n\(Self.handshake)\(headers)\r\n")
        let head = try client.text(through: "\r\n\r\n")
        #expect(head.hasPrefix("HTTP/1.1 101 "))
        // RFC 6455 section 1.3 has this answer to this key.
        #expect(head.lowercased().contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n"))
        #expect(head.lowercased().contains("upgrade: websocket\r\n"))
    }

    private func frame(_ client: TestClient) throws -> Frame {
        let head = try client.bytes(2)
        #expect(head[0] & 0x80 == 0x80 && head[1] & 0x80 == 0, "whole messages without a mask")
        var length = Int(head[1])
        if length >= 126 { length = try client.bytes(length == 126 ? 2 : 8).reduce(0) { $0 << 8 | Int($1) } }
        return Frame(opcode: head[0] & 0x0F, payload: String(decoding: try client.bytes(length), as: UTF8.self))
    }

    private func send(_ client: TestClient, _ opcode: UInt8, _ payload: [UInt8], masked: Bool = true) throws {
        let mask: [UInt8] = [1, 2, 3, 4]
        let length = UInt8(payload.count)
        guard masked else { return try client.send([0x80 | opcode, length] + payload) }
        let hidden = payload.enumerated().map { $0.element ^ mask[$0.offset % 4] }
        try client.send([0x80 | opcode, 0x80 | length] + mask + hidden)
    }

    private func entity(_ id: Int) -> String { #"{"id":"urn:a:\#(id)","type":"T"}"# }

    @Test func `changes come as messages, and a client goes on where it was`() throws {
        let broker = try TestBroker()
        let socket = try broker.client()
        try open(socket)
        #expect(try frame(socket) == Frame(opcode: 1, payload: #"{"event":"hello","id":"0","data":{}}"#))
        let client = try broker.client()
        _ = try client.post("/entities", entity(1))
        #expect(
            try frame(socket).payload.hasPrefix(
                #"{"event":"change","id":"1","data":[{"op":"create","id":"urn:a:1","#))
        for id in 2...3 { _ = try client.post("/entities", entity(id)) }
        let again = try broker.client()
        try open(again, "?types=T&lastEventId=1")
        #expect(try frame(again).payload == #"{"event":"hello","data":{}}"#)
        let missed = try frame(again).payload
        #expect(missed.hasPrefix(#"{"event":"change","id":"3","#))
        #expect(!missed.contains("urn:a:1") && missed.contains("urn:a:2") && missed.contains("urn:a:3"))
        let late = try broker.client()
        try open(late, "?lastEventId=99")
        _ = try frame(late)
        #expect(try frame(late).payload.hasPrefix(#"{"event":"reset","id":"3","#))
    }

    @Test func `a ping is answered, a farewell too`() throws {
        let socket = try TestBroker().client()
        try open(socket)
        _ = try frame(socket)
        try send(socket, 9, Array("here".utf8))
        #expect(try frame(socket) == Frame(opcode: 10, payload: "here"))
        try send(socket, 8, [0x03, 0xE8])
        #expect(try frame(socket) == Frame(opcode: 8, payload: "\u{3}\u{FFFD}"))
        #expect(try socket.isClosed())
    }

    @Test(arguments: [(1, true, 1_003), (2, true, 1_003), (0, true, 1_003), (9, false, 1_002), (3, true, 1_002)])
    func `what no client should send closes with a code`(opcode: Int, masked: Bool, code: Int) throws {
        let socket = try TestBroker().client()
        try open(socket)
        _ = try frame(socket)
        try send(socket, UInt8(opcode), Array("x".utf8), masked: masked)
        let head = try socket.bytes(2)
        #expect(head[0] == 0x88)
        #expect(try socket.bytes(Int(head[1])).prefix(2).reduce(0) { $0 << 8 | Int($1) } == code)
        #expect(try socket.isClosed())
    }

    @Test func `a frame that is too long closes with a code`() throws {
        let socket = try TestBroker().client()
        try open(socket)
        _ = try frame(socket)
        try socket.send([0x82, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4])
        let head = try socket.bytes(2)
        #expect(try head[0] == 0x88 && socket.bytes(Int(head[1])).prefix(2) == [0x03, 0xF1])
    }

    @Test func `shutdown says goodbye`() throws {
        let broker = try TestBroker()
        let socket = try broker.client()
        try open(socket)
        _ = try frame(socket)
        broker.server.shutdown()
        let head = try socket.bytes(2)
        #expect(try head[0] == 0x88 && socket.bytes(Int(head[1])).prefix(2) == [0x03, 0xE9])
        #expect(try socket.isClosed())
    }

    @Test(arguments: [
        ("https://a", true), ("http://A", true), ("https://friend.example", true), ("https://b", false),
        ("null", false),
        ("https://a.evil.example", false),
    ])
    func `pages of other places may not open WebSockets`(origin: String, isAllowed: Bool) throws {
        let broker = try TestBroker { $0.streamOrigins = ["https://friend.example"] }
        let socket = try broker.client()
        try socket.send(
            "GET /console/stream HTTP/1.1\r\nHost: a\r\n\(Self.handshake)Origin: \(origin)\r\n\r\n")
        let head = try socket.text(through: "\r\n\r\n")
        #expect(head.hasPrefix(isAllowed ? "HTTP/1.1 101 " : "HTTP/1.1 403 "))
    }

    @Test(arguments: ["Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: a\r\n", "Sec-WebSocket-Version: 13\r\n"])
    func `half a handshake is answered 426`(headers: String) throws {
        let socket = try TestBroker().client()
        try socket.send(
            "GET /console/stream HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\(headers)\r\n")
        let answer = try socket.answer()
        #expect(answer.status == 426)
        #expect(answer.header("Sec-WebSocket-Version") == "13")
    }
}
