import NIOCore
import NIOEmbedded
import Testing

@testable import NGSILDHTTP

/// How a connection reads requests and orders answers.
struct HTTPConnectionTests {
    private func get(_ path: String, _ headers: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\n\(headers)\r\n"
    }

    private func post(_ path: String, _ body: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test func `a request is answered with status, date, type, length and body`() throws {
        let wire = try WireHarness()
        wire.send(get("/now/1"))
        let answer = try #require(WireAnswer.parse(wire.received()).first)
        #expect(answer.status == 200)
        #expect(answer.body == "GET /now/1")
        #expect(answer.header("Content-Type") == "text/plain")
        #expect(answer.header("Content-Length") == "10")
        #expect(answer.header("Date")?.hasSuffix(" GMT") == true)
        #expect(answer.header("Connection") == nil)
        #expect(wire.isOpen)
    }

    @Test func `pipelined requests are answered in their order with one flush`() throws {
        let wire = try WireHarness()
        wire.send(get("/now/1") + get("/now/2") + get("/now/3"))
        var writes = 0
        var text = ""
        while let buffer = try wire.channel.readOutbound(as: ByteBuffer.self) {
            writes += 1
            text += String(buffer: buffer)
        }
        #expect(WireAnswer.parse(text).map(\.body) == ["GET /now/1", "GET /now/2", "GET /now/3"])
        #expect(writes == 1)
    }

    @Test func `a read behind a write that waits is run when the write is answered`() throws {
        let wire = try WireHarness()
        wire.send(post("/commit/1", "x") + get("/now/2"))
        #expect(wire.handler.seen == ["POST /commit/1"])
        #expect(wire.answers() == [])
        wire.answer(wire.handler.kept[0], "done")
        #expect(wire.answers() == ["done", "GET /now/2"])
    }

    @Test func `writes run one behind the other without waiting, and are answered in order`() throws {
        let wire = try WireHarness()
        wire.send(post("/commit/1", "x") + post("/commit/2", "x") + post("/commit/3", "x"))
        #expect(wire.handler.kept.count == 3)
        wire.answer(wire.handler.kept[2], "third")
        wire.answer(wire.handler.kept[1], "second")
        #expect(wire.answers() == [])
        wire.answer(wire.handler.kept[0], "first")
        #expect(wire.answers() == ["first", "second", "third"])
    }

    @Test func `a write behind a request that is not in the committer's order waits`() throws {
        let wire = try WireHarness()
        wire.send(post("/load/1", "x") + post("/commit/2", "x"))
        #expect(wire.handler.seen == ["POST /load/1"])
        wire.answer(wire.handler.kept[0], "loaded")
        #expect(wire.handler.seen == ["POST /load/1", "POST /commit/2"])
    }

    @Test func `a query by POST behind a write waits like a read`() throws {
        let wire = try WireHarness()
        wire.send(post("/commit/1", "x") + post("/ngsi-ld/v1/entityOperations/query", "{}"))
        #expect(wire.handler.seen == ["POST /commit/1"])
    }

    @Test func `an answer that is given twice counts once`() throws {
        let wire = try WireHarness()
        wire.send(post("/commit/1", "x"))
        wire.answer(wire.handler.kept[0], "first")
        wire.answer(wire.handler.kept[0], "again")
        #expect(wire.answers() == ["first"])
    }

    @Test func `an answer after the client has gone is dropped`() throws {
        let wire = try WireHarness()
        wire.send(post("/commit/1", "x"))
        let request = wire.handler.kept[0]
        try wire.channel.close().wait()
        wire.answer(request, "late")
        #expect(wire.received() == "")
        #expect(wire.metrics.connections == 0)
    }

    @Test(arguments: 1...60) func `a request is read the same however it is cut`(size: Int) throws {
        let wire = try WireHarness()
        let stream =
            get("/now/1")
            + "POST /now/2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n"
            + post("/now/3", "body") + get("/now/4", "Connection: close\r\n")
        var rest = Array(stream.utf8)[...]
        while !rest.isEmpty {
            wire.send(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        #expect(wire.answers() == ["GET /now/1", "POST /now/2 abcde", "POST /now/3 body", "GET /now/4"])
        #expect(!wire.isOpen)
    }

    @Test func `an answer to HEAD has the length and no body`() throws {
        let wire = try WireHarness()
        wire.send("HEAD /now/1 HTTP/1.1\r\nHost: a\r\n\r\n")
        let text = wire.received()
        #expect(text.contains("Content-Length: 11\r\n"))
        #expect(text.hasSuffix("\r\n\r\n"))
    }

    @Test func `204 has no length`() throws {
        let wire = try WireHarness()
        wire.send(post("/commit/1", "x"))
        wire.handler.kept[0].answer(HTTPAnswer(status: 204))
        wire.loop.flushTouched()
        let answer = try #require(WireAnswer.parse(wire.received()).first)
        #expect(answer.status == 204)
        #expect(answer.header("Content-Length") == nil)
    }

    @Test func `a header value cannot start a line of its own`() throws {
        let wire = try WireHarness()
        wire.send(post("/commit/1", "x"))
        wire.handler.kept[0].answer(HTTPAnswer(status: 200, headers: [("Location", "/a\r\nSet-Cookie: b")]))
        wire.loop.flushTouched()
        let answer = try #require(WireAnswer.parse(wire.received()).first)
        #expect(answer.header("Location") == "/aSet-Cookie: b")
        #expect(answer.header("Set-Cookie") == nil)
    }

    // MARK: Keeping and closing the connection

    @Test(
        arguments: [
            ("GET /now HTTP/1.1\r\nHost: a\r\n\r\n", true, nil),
            ("GET /now HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false, "close"),
            ("GET /now HTTP/1.0\r\n\r\n", false, "close"),
            ("GET /now HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true, "keep-alive"),
        ] as [(String, Bool, String?)])
    func `the connection stays open when both sides agree`(request: String, stays: Bool, header: String?) throws {
        let wire = try WireHarness()
        wire.send(request)
        let answer = try #require(WireAnswer.parse(wire.received()).first)
        #expect(answer.status == 200)
        #expect(answer.header("Connection") == header)
        #expect(wire.isOpen == stays)
    }

    @Test func `what comes after the last request is not run`() throws {
        let wire = try WireHarness()
        wire.send(get("/now/1", "Connection: close\r\n") + get("/now/2"))
        #expect(wire.handler.seen == ["GET /now/1"])
    }

    @Test func `a client that half-closes gets its answers`() throws {
        let wire = try WireHarness()
        wire.send(post("/commit/1", "x"))
        wire.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(wire.isOpen)
        wire.answer(wire.handler.kept[0], "done")
        #expect(wire.answers() == ["done"])
        #expect(!wire.isOpen)
    }

    @Test func `a client that half-closes in the middle of a request is let go`() throws {
        let wire = try WireHarness()
        wire.send("POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab")
        wire.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(!wire.isOpen)
        #expect(wire.handler.seen == [])
        #expect(wire.loop.bodyBytes == 0)
    }

    @Test func `at shutdown idle connections close and others answer first`() throws {
        let idle = try WireHarness()
        idle.loop.beginClosing()
        #expect(!idle.isOpen)
        let busy = try WireHarness()
        busy.send(post("/commit/1", "x"))
        busy.loop.beginClosing()
        #expect(busy.isOpen)
        busy.answer(busy.handler.kept[0], "done")
        let answer = try #require(WireAnswer.parse(busy.received()).first)
        #expect(answer.body == "done")
        #expect(answer.header("Connection") == "close")
        #expect(!busy.isOpen)
    }

    @Test func `at shutdown a request that is coming in is still answered`() throws {
        let wire = try WireHarness()
        wire.send("POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab")
        wire.loop.beginClosing()
        #expect(wire.isOpen)
        wire.send("cd")
        #expect(wire.answers() == ["POST /now abcd"])
        #expect(!wire.isOpen)
    }

    // MARK: Expect

    @Test func `a body is asked for when the client waits to be asked`() throws {
        let wire = try WireHarness()
        wire.send("POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        #expect(wire.received() == "HTTP/1.1 100 Continue\r\n\r\n")
        wire.send("body")
        #expect(wire.answers() == ["POST /now body"])
    }

    @Test func `a body is asked for after the answers before it`() throws {
        let wire = try WireHarness()
        wire.send(
            post("/commit/1", "x")
                + "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        #expect(wire.received() == "")
        wire.answer(wire.handler.kept[0], "done")
        let text = wire.received()
        #expect(text.contains("\r\n\r\ndone"))
        #expect(text.hasSuffix("doneHTTP/1.1 100 Continue\r\n\r\n"))
    }

    @Test func `a body that is too long is refused instead of asked for`() throws {
        let wire = try WireHarness { $0.bodyLimit = 3 }
        wire.send("POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        #expect(WireAnswer.parse(wire.received()).map(\.status) == [413])
    }
}
