import NIOCore
import NIOEmbedded
import Testing

@testable import NGSILDHTTP

/// What happens to clients that send or read too slowly, or want too much at once.
struct BackPressureTests {
    /// Counts the reads that reach the transport.
    private final class ReadCounter: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        private(set) var count = 0
        func read(context: ChannelHandlerContext) {
            count += 1
            context.read()
        }
    }

    private func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n" }

    private func post(_ path: String) -> String { "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx" }

    @Test func `nothing is read while too many requests wait for the committer`() throws {
        let wire = try WireHarness { $0.pipelineLimit = 2 }
        let counter = ReadCounter()
        try wire.channel.pipeline.syncOperations.addHandler(counter, position: .first)
        wire.channel.read()
        #expect(counter.count == 1)
        wire.send(post("/commit/1") + post("/commit/2") + post("/commit/3"))
        wire.channel.read()
        #expect(counter.count == 1)
        wire.answer(wire.handler.kept[0], "1")
        #expect(counter.count == 1)
        wire.answer(wire.handler.kept[1], "2")
        #expect(counter.count == 2)
        #expect(wire.handler.seen.count == 3)
    }

    @Test func `a connection that sends very many requests at once takes turns with others`() throws {
        let wire = try WireHarness()
        wire.send((0..<150).map { get("/now/\($0)") }.joined())
        #expect(wire.answers().count == 64)
        wire.advance(.milliseconds(1))
        #expect(wire.answers().count == 64)
        wire.advance(.milliseconds(1))
        #expect(wire.answers().count == 22)
        wire.send(get("/now/last"))
        #expect(wire.answers().count == 1)
    }

    @Test func `a client that does not read its answers gets no more work done`() throws {
        let wire = try WireHarness { $0.unsentLimit = 100 }
        wire.channel.isWritable = false
        wire.channel.pipeline.fireChannelWritabilityChanged()
        wire.send(get("/now/1") + get("/now/2"))
        #expect(wire.handler.seen == [])
        wire.channel.isWritable = true
        wire.channel.pipeline.fireChannelWritabilityChanged()
        #expect(wire.answers() == ["GET /now/1", "GET /now/2"])
    }

    @Test func `answers of one read are sent in pieces of about the limit`() throws {
        let wire = try WireHarness { $0.unsentLimit = 100 }
        wire.send((0..<10).map { get("/now/\($0)") }.joined())
        var pieces: [Int] = []
        var text = ""
        while let buffer = try wire.channel.readOutbound(as: ByteBuffer.self) {
            pieces.append(buffer.readableBytes)
            text += String(buffer: buffer)
        }
        #expect(pieces.allSatisfy { $0 < 400 })
        #expect(WireAnswer.parse(text).map(\.body) == (0..<10).map { "GET /now/\($0)" })
    }

    // MARK: Time

    private func connection(_ wire: WireHarness) throws -> HTTPConnection {
        try wire.channel.pipeline.syncOperations.handler(type: HTTPConnection.self)
    }

    private func sweep(_ wire: WireHarness, after seconds: Int64) throws {
        try connection(wire).sweep(.now() + .seconds(seconds))
        wire.loop.flushTouched()
    }

    @Test func `an idle connection is closed`() throws {
        let wire = try WireHarness { $0.idleSeconds = 10 }
        wire.send(get("/now"))
        _ = wire.received()
        try sweep(wire, after: 9)
        #expect(wire.isOpen)
        try sweep(wire, after: 12)
        #expect(!wire.isOpen)
        #expect(wire.received() == "")
    }

    @Test func `a head that takes too long is refused`() throws {
        let wire = try WireHarness { $0.headSeconds = 5 }
        wire.send("GET /now HTTP/1.1\r\nHo")
        try sweep(wire, after: 4)
        #expect(wire.isOpen)
        try sweep(wire, after: 7)
        #expect(WireAnswer.parse(wire.received()).map(\.status) == [408])
        #expect(!wire.isOpen)
    }

    @Test func `a body that takes too long is refused`() throws {
        let wire = try WireHarness { $0.bodySeconds = 5 }
        wire.send("POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
        try sweep(wire, after: 7)
        #expect(WireAnswer.parse(wire.received()).map(\.status) == [408])
        #expect(!wire.isOpen)
        #expect(wire.loop.bodyBytes == 0)
    }

    @Test func `a request that waits for the committer has all the time it needs`() throws {
        let wire = try WireHarness {
            $0.idleSeconds = 1
            $0.headSeconds = 1
            $0.bodySeconds = 1
        }
        wire.send(post("/commit"))
        try sweep(wire, after: 100)
        #expect(wire.isOpen)
        wire.answer(wire.handler.kept[0], "done")
        #expect(wire.answers() == ["done"])
    }

    @Test func `a client that leaves its answers unread is cut off`() throws {
        let wire = try WireHarness { $0.unreadSeconds = 5 }
        wire.send(post("/commit"))
        wire.channel.isWritable = false
        wire.channel.pipeline.fireChannelWritabilityChanged()
        try sweep(wire, after: 4)
        #expect(wire.isOpen)
        try sweep(wire, after: 7)
        #expect(!wire.isOpen)
    }
}
