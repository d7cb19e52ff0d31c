import Testing

@testable import NGSILDHTTP

struct HTTP2ConnectionTests {
    /// What a client sends first (RFC 9113 section 3.4): the preface, settings of which none is set, and that it has taken the
    /// server's, which lets it open more than 100 streams.
    private static let preface =
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0] + [0, 0, 0, 4, 1, 0, 0, 0, 0]

    /// A HEADERS frame with a whole request for `/ngsi-ld/v1/entities`, on the stream that is the `number`th of its client.
    private static func request(_ number: Int) -> [UInt8] {
        let path = Array("/ngsi-ld/v1/entities".utf8)
        // RFC 7541 appendix A: 2 is :method GET, 7 :scheme https; 4 names :path and 1 :authority, whose values follow.
        let fields: [UInt8] = [0x82, 0x87, 0x04, UInt8(path.count)] + path + [0x01, 1, UInt8(ascii: "a")]
        let stream = UInt32(2 * number + 1)
        let identifier = (0..<4).reversed().map { UInt8(truncatingIfNeeded: stream >> (8 * $0)) }
        return [0, 0, UInt8(fields.count), 1, 0x05] + identifier + fields
    }

    private func wire() throws -> WireHarness {
        let wire = try WireHarness(isHTTP2: true) {
            $0.lagMilliseconds = 0
            $0.http2Streams = 1_000
        }
        wire.send(Self.preface)
        return wire
    }

    @Test func `a connection that reads again begins a round of the loop, so that few are never too many`() throws {
        let wire = try wire()
        for number in 0..<3 * LoopLag.patientRequests {
            wire.send(Self.request(number))
            let request = try #require(wire.handler.kept.last)
            wire.answer(request, "")
            // Those that were refused reached no handler.
            #expect(wire.handler.seen.count == number + 1)
        }
        #expect(wire.isOpen)
    }

    @Test func `streams that come in one read share one round`() throws {
        let wire = try wire()
        let many = LoopLag.patientRequests + 50
        wire.send((0..<many).flatMap { Self.request($0) })
        #expect(wire.handler.seen.count == LoopLag.patientRequests)
        wire.send(Self.request(many))
        #expect(wire.handler.seen.count == LoopLag.patientRequests + 1)
        #expect(wire.isOpen)
    }
}
