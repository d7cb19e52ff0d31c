import NIOCore
import NIOEmbedded
import Testing

@testable import NGSILDHTTP

/// A stream's bounded buffer, without sockets.
struct EventStreamTests {
    private func open(_ wire: WireHarness, ready: @escaping () -> Void = {}) throws -> EventStream {
        wire.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        let request = try #require(wire.handler.kept.last)
        let stream = EventStream(.events, onEnd: {})
        #expect(request.connection.beginStream(request, stream, onReady: ready))
        wire.loop.flushTouched()
        return stream
    }

    @Test func `a client that does not read gets nothing more, and is told when it has read`() throws {
        let wire = try WireHarness()
        var calls = 0
        let stream = try open(wire) { calls += 1 }
        _ = wire.received()
        #expect(stream.send(ByteBuffer(string: "1")))
        wire.loop.flushTouched()
        #expect(wire.received() == "1")
        wire.channel.isWritable = false
        wire.channel.pipeline.fireChannelWritabilityChanged()
        for _ in 0..<1_000 { #expect(!stream.send(ByteBuffer(string: "2"))) }
        #expect(stream.isBehind)
        wire.loop.flushTouched()
        #expect(wire.received() == "")
        wire.channel.isWritable = true
        wire.channel.pipeline.fireChannelWritabilityChanged()
        #expect(calls == 1)
        #expect(stream.send(ByteBuffer(string: "3")))
        wire.loop.flushTouched()
        #expect(wire.received() == "3")
    }

    @Test func `a stream waits for a connection of its own`() throws {
        let wire = try WireHarness()
        wire.send(
            "POST /commit HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nxPOST /commit HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
        )
        let request = try #require(wire.handler.kept.last)
        let stream = EventStream(.events, onEnd: {})
        #expect(!request.connection.beginStream(request, stream))
    }

    @Test func `a stream ends with its client`() throws {
        let wire = try WireHarness()
        let stream = try open(wire)
        wire.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(!wire.isOpen)
        #expect(!stream.send(ByteBuffer(string: "late")))
        #expect(stream.hasEnded)
    }

    @Test func `a silent stream tells every 15 s where the client is`() throws {
        let wire = try WireHarness()
        let stream = try open(wire)
        _ = wire.received()
        stream.keepAlive(on: wire.loop) { "17" }
        wire.channel.embeddedEventLoop.advanceTime(by: .seconds(31))
        #expect(wire.received() == "id: 17\n: still here\n\nid: 17\n: still here\n\n")
    }

    @Test func `a message in both forms`() {
        let message = StreamMessage(event: "change", id: "7", data: Array("[1,\n2]".utf8))
        #expect(String(buffer: message.bytes(as: .events)) == "event: change\nid: 7\ndata: [1, 2]\n\n")
        let text = #"{"event":"change","id":"7","data":[1,"# + "\n2]}"
        #expect(
            Array(message.bytes(as: .webSocket).readableBytesView) == [0x81, UInt8(text.utf8.count)] + Array(text.utf8))
        #expect(
            String(buffer: StreamMessage(event: "hello").bytes(as: .events)) == "event: hello\ndata: {}\n\n")
    }

    @Test(arguments: [(125, 2), (126, 4), (65_535, 4), (65_536, 10)])
    func `a frame says its length`(length: Int, head: Int) {
        let frame = StreamMessage.frame(.text, [UInt8](repeating: 0x61, count: length))
        #expect(frame.readableBytes == length + head)
        #expect(frame.getInteger(at: 0, as: UInt8.self) == 0x81)
        let second = frame.getInteger(at: 1, as: UInt8.self)
        switch head {
        case 2: #expect(second == UInt8(length))
        case 4: #expect(second == 126 && frame.getInteger(at: 2, as: UInt16.self) == UInt16(length))
        default: #expect(second == 127 && frame.getInteger(at: 2, as: UInt64.self) == UInt64(length))
        }
    }
}
