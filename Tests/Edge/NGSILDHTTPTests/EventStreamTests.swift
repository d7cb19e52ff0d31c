import NIOCore
import NIOEmbedded
import Testing

@testable import NGSILDHTTP

/// A stream's bounded buffer, without sockets.
struct EventStreamTests {
    private func open(_ wire: WireHarness, behind: @escaping @Sendable () -> Void = {}) throws -> EventStream {
        wire.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        let request = try #require(wire.handler.kept.last)
        let stream = EventStream(types: [], tenant: "", newest: { 42 }, onEnd: { _ in }, onBehind: behind)
        #expect(request.connection.beginStream(request, stream))
        wire.loop.flushTouched()
        return stream
    }

    @Test func `a client that does not read gets nothing more, then is told to load again`() throws {
        let wire = try WireHarness()
        let stream = try open(wire)
        _ = wire.received()
        stream.send(ByteBuffer(string: "1"))
        wire.loop.flushTouched()
        #expect(wire.received() == "1")
        wire.channel.isWritable = false
        wire.channel.pipeline.fireChannelWritabilityChanged()
        for _ in 0..<1_000 { stream.send(ByteBuffer(string: "2")) }
        wire.loop.flushTouched()
        #expect(wire.received() == "")
        wire.channel.isWritable = true
        wire.channel.pipeline.fireChannelWritabilityChanged()
        wire.loop.flushTouched()
        #expect(wire.received() == "event: reset\nid: 42\ndata: {\"reason\":\"the client reads too slowly\"}\n\n")
        #expect(stream.sentThrough == 42)
        stream.send(ByteBuffer(string: "3"))
        wire.loop.flushTouched()
        #expect(wire.received() == "3")
    }

    @Test func `a stream waits for a connection of its own`() throws {
        let wire = try WireHarness()
        wire.send(
            "POST /commit HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nxPOST /commit HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
        )
        let request = try #require(wire.handler.kept.last)
        let stream = EventStream(types: [], tenant: "", newest: { 0 }, onEnd: { _ in }, onBehind: {})
        #expect(!request.connection.beginStream(request, stream))
    }

    @Test func `a stream ends with its client`() throws {
        let wire = try WireHarness()
        let stream = try open(wire)
        wire.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(!wire.isOpen)
        stream.send(ByteBuffer(string: "late"))
    }
}
