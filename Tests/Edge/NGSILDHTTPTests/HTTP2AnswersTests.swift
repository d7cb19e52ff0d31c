import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import NGSILDHTTP

struct HTTP2AnswersTests {
    private let channel = EmbeddedChannel()

    init() throws {
        let state = ServerState(
            configuration: HTTPServer.Configuration(), handler: ScriptedHandler(), metrics: HTTPMetrics(),
            logger: Logger(label: "test"))
        let loop = LoopState(loop: channel.eventLoop, state: state)
        try channel.pipeline.syncOperations.addHandler(HTTP2Answers(HTTP2Connection(state: state, loop: loop)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func ask(_ method: HTTPMethod = .GET) throws {
        try channel.writeInbound(
            HTTPServerRequestPart.head(HTTPRequestHead(version: .http2, method: method, uri: "/")))
        guard case .head(let head)? = try channel.readInbound(as: HTTPServerRequestPart.self) else {
            Issue.record("the head goes on")
            return
        }
        // What HTTP/1.1 asks for and forbids holds on a stream, too.
        #expect(head.version == .http1_1)
    }

    private func write(_ text: String) throws { try channel.writeOutbound(ByteBuffer(string: text)) }

    /// What was sent: `200 name=value|body|.`, the point being the end of the stream.
    private func sent() throws -> String {
        var text = ""
        while let part = try channel.readOutbound(as: HTTPServerResponsePart.self) {
            switch part {
            case .head(let head):
                text += "\(head.status.code) \(head.headers.map { "\($0.name)=\($0.value)" }.joined(separator: " "))|"
            case .body(.byteBuffer(let buffer)): text += String(buffer: buffer) + "|"
            case .body(.fileRegion): text += "file|"
            case .end: text += "."
            }
        }
        return text
    }

    @Test(arguments: [
        (
            "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 3\r\n\r\nabc",
            "200 content-type=a/b content-length=3|abc|."
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200 content-length=0|."),
        ("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", "204 |."),
        ("HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n", "304 etag=\"x\"|."),
        ("HTTP/1.1 200 OK\r\nX-Empty:\r\nContent-Length: 1\r\n\r\na", "200 x-empty= content-length=1|a|."),
    ])
    func `an answer becomes a head, data and the end`(bytes: String, parts: String) throws {
        try ask()
        try write(bytes)
        #expect(try sent() == parts)
    }

    @Test func `an answer to HEAD ends with its head`() throws {
        try ask(.HEAD)
        try write("HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n")
        #expect(try sent() == "200 content-length=300|.")
    }

    @Test func `a body may come in several writes, and what is beyond its length is dropped`() throws {
        try ask()
        try write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nab")
        try write("cd")
        #expect(try sent() == "200 content-length=6|ab|cd|")
        try write("efgh")
        #expect(try sent() == "ef|.")
        try write("more")
        #expect(try sent() == "")
    }

    @Test func `100 Continue comes before the answer`() throws {
        try ask(.POST)
        try write("HTTP/1.1 100 Continue\r\n\r\n")
        try write("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
        #expect(try sent() == "100 |201 content-length=0|.")
    }

    @Test func `a stream of events ends when its output is closed`() throws {
        try ask()
        try write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        try write("data: 1\n\n")
        #expect(try sent() == "200 content-type=text/event-stream|data: 1\n\n|")
        channel.close(mode: .output, promise: nil)
        #expect(try sent() == ".")
    }
}
