import NIOCore
import Testing

@testable import NGSILDHTTP

/// Requests that are not HTTP as it is taken here: each is answered with a clear status, nothing behind it is run, and
/// the connection closes.
struct RefusedRequestsTests {
    /// A request that would be run if what comes before it were read otherwise than meant.
    static let smuggled = "GET /now/smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

    /// A request and the statuses that refuse it; shown by its name.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let request: String
        let statuses: Set<Int>
        init(_ name: String, _ request: String, _ statuses: Set<Int>) {
            self.name = name
            self.request = request
            self.statuses = statuses
        }
        var testDescription: String { name }
    }

    static let malformed: [Case] = [
        Case(
            "Content-Length beside Transfer-Encoding",
            "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [400]
        ),
        Case(
            "Transfer-Encoding beside Content-Length",
            "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", [400]
        ),
        Case(
            "two lengths", "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd", [400]),
        Case(
            "one length twice", "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
            [400]),
        Case("a list of lengths", "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 4, 4\r\n\r\nabcd", [400]),
        Case("a length below zero", "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: -4\r\n\r\nabcd", [400]),
        Case("a length with a sign", "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\nabcd", [400]),
        Case("a length in hexadecimal", "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 0x4\r\n\r\nabcd", [400]),
        Case("an empty length", "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\nabcd", [400]),
        Case(
            "a length without end",
            "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\nabcd", [400, 413]
        ),
        Case("gzip", "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", [400, 501]),
        Case(
            "chunked twice", "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
            [400, 501]),
        Case(
            "chunked not last",
            "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", [400, 501]),
        Case("identity", "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", [400, 501]),
        Case(
            "an unknown coding", "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            [400, 501]),
        Case(
            "two codings in two lines",
            "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n0\r\n\r\n",
            [400, 501]
        ),
        Case(
            "a space before the colon", "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
            [400]),
        Case("a folded header", "GET /now HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n", [400]),
        Case("a header without a colon", "GET /now HTTP/1.1\r\nHost: a\r\nX-A\r\n\r\n", [400]),
        Case("a header without a name", "GET /now HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", [400]),
        Case("a space in a header name", "GET /now HTTP/1.1\r\nHost: a\r\nX A: b\r\n\r\n", [400]),
        Case("a zero byte in a header", "GET /now HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n", [400]),
        Case("a zero byte in the target", "GET /now\0 HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
        Case(
            "a chunk size that is no number",
            "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n", [400]),
        Case(
            "a chunk size below zero",
            "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nab\r\n0\r\n\r\n", [400]),
        Case(
            "a chunk size with a prefix",
            "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nab\r\n0\r\n\r\n", [400]),
        Case(
            "a chunk size without end",
            "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nab\r\n0\r\n\r\n",
            [400, 413]
        ),
        Case(
            "a chunk longer than its size",
            "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n", [400]),
        Case(
            "a chunk size with an underscore",
            "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1_0\r\nab\r\n0\r\n\r\n", [400]),
        Case(
            "an empty chunk size",
            "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\r\nab\r\n0\r\n\r\n", [400]),
        Case(
            "chunked behind a tab of another kind",
            "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \u{0B}chunked\r\n\r\n0\r\n\r\n", [400, 501]),
        Case(
            "a length with a space inside", "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 1 4\r\n\r\nabcd", [400]),
        Case(
            "a length with a comma at its end", "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 4,\r\n\r\nabcd", [400]
        ),
        Case(
            "a length with an underscore", "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 1_0\r\n\r\nabcd", [400]),
        Case(
            "a length, then another by a folded line",
            "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n 4\r\n\r\nabcd", [400]),
        Case(
            "an empty Transfer-Encoding beside a length",
            "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding:\r\n\r\nabcd", [400, 501]),
        Case(
            "a length in a GET that hides a request",
            "GET /now HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 40\r\n\r\n", [400]),
        Case("a bare carriage return in a header", "GET /now HTTP/1.1\r\nHost: a\r\nX-A: b\rX-B: c\r\n\r\n", [400]),
        Case("two spaces in the request line", "GET  /now HTTP/1.1 HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
        Case("a host with a line of its own", "GET /now HTTP/1.1\r\n Host: a\r\n\r\n", [400]),
        Case("no host", "GET /now HTTP/1.1\r\n\r\n", [400]),
        Case("two hosts", "GET /now HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", [400]),
        Case("two tenants", "GET /now HTTP/1.1\r\nHost: a\r\nNGSILD-Tenant: a\r\nngsild-tenant: b\r\n\r\n", [400]),
        Case(
            "two content types",
            "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n\r\n",
            [400]),
        Case("chunks in HTTP/1.0", "POST /now HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [400]),
        Case("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400, 505]),
        Case("a later version", "GET /now HTTP/3.0\r\nHost: a\r\n\r\n", [400, 505]),
        Case("no version", "GET /now\r\nHost: a\r\n\r\n", [400, 505]),
        Case("not HTTP", "\u{16}\u{03}\u{01}\u{02}\0\u{01}\r\n\r\n", [400]),
        Case(
            "an unknown expectation", "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: more\r\n\r\n",
            [417]),
        Case("a method that is none", "G@T /now HTTP/1.1\r\nHost: a\r\n\r\n", [400]),
    ]

    @Test(arguments: malformed)
    func `a request that is not clear is refused and nothing behind it is run`(_ example: Case) throws {
        let wire = try WireHarness()
        wire.send(example.request + Self.smuggled)
        let answers = WireAnswer.parse(wire.received())
        #expect(answers.count == 1)
        let answer = try #require(answers.first)
        #expect(example.statuses.contains(answer.status), "\(answer.status) \(answer.body)")
        #expect(answer.header("Connection") == "close")
        #expect(answer.header("Content-Type") == "application/json")
        #expect(answer.body.contains("\"detail\":"))
        #expect(wire.handler.seen.allSatisfy { !$0.contains("smuggled") })
        #expect(!wire.isOpen)
        #expect(wire.loop.bodyBytes == 0)
    }

    @Test func `what came before a refused request is answered first`() throws {
        let wire = try WireHarness()
        wire.send("POST /commit HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx" + "GET /now HTTP/1.1\r\n\r\n")
        #expect(wire.received() == "")
        wire.answer(wire.handler.kept[0], "done")
        let answers = WireAnswer.parse(wire.received())
        #expect(answers.map(\.status) == [200, 400])
        #expect(!wire.isOpen)
    }

    // MARK: Limits

    static let limits: [Case] = [
        Case(
            "a target of 9 KiB", "GET /now/\(String(repeating: "a", count: 9 << 10)) HTTP/1.1\r\nHost: a\r\n\r\n", [414]
        ),
        Case(
            "headers of 33 KiB",
            "GET /now HTTP/1.1\r\nHost: a\r\nX-A: \(String(repeating: "a", count: 33 << 10))\r\n\r\n", [431]),
        Case(
            "headers of 40 KiB in many lines",
            "GET /now HTTP/1.1\r\nHost: a\r\n"
                + (0..<400).map { "X-\($0): \(String(repeating: "a", count: 100))\r\n" }.joined() + "\r\n", [431]
        ),
        Case("a body of 5 MiB", "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: \(5 << 20)\r\n\r\n", [413]),
        Case(
            "chunks of 5 MiB",
            "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(String(5 << 20, radix: 16))\r\n"
                + String(repeating: "a", count: 5 << 20), [413]
        ),
    ]

    @Test(arguments: limits) func `what is too long is refused`(_ example: Case) throws {
        let wire = try WireHarness()
        var rest = Array(example.request.utf8)[...]
        while !rest.isEmpty {
            wire.send(Array(rest.prefix(64 << 10)))
            rest = rest.dropFirst(64 << 10)
        }
        let statuses = WireAnswer.parse(wire.received()).map(\.status)
        #expect(statuses.count == 1)
        #expect(statuses.allSatisfy(example.statuses.contains))
        #expect(!wire.isOpen)
        #expect(wire.handler.seen == [])
        #expect(wire.loop.bodyBytes == 0)
    }

    @Test func `a target that never ends is refused before it fills the memory`() throws {
        let wire = try WireHarness()
        wire.send("GET /")
        var sent = 0
        while wire.channel.isActive, sent < 1 << 20 {
            wire.send(String(repeating: "a", count: 16 << 10))
            sent += 16 << 10
        }
        #expect(sent <= 96 << 10)
        let statuses = WireAnswer.parse(wire.received()).map(\.status)
        #expect(statuses == [414] || statuses == [431])
    }

    @Test func `bodies in memory are bounded over all connections`() throws {
        let wire = try WireHarness { $0.bodyMemory = 1_000 }
        wire.send(
            "POST /now/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n" + String(repeating: "a", count: 1_500))
        #expect(wire.loop.bodyBytes == 1_500)
        #expect(!wire.loop.hasRoomForBodies)
        wire.send(String(repeating: "a", count: 500))
        #expect(WireAnswer.parse(wire.received()).map(\.status) == [200])
        #expect(wire.loop.bodyBytes == 0)
    }

    @Test func `a connection beyond the limit is answered 503`() throws {
        let wire = try WireHarness { $0.connectionLimit = 0 }
        let answers = WireAnswer.parse(wire.received())
        #expect(answers.map(\.status) == [503])
        #expect(answers.first?.header("Retry-After") == "1")
        #expect(!wire.isOpen)
    }

    @Test func `a connection beyond those that are being told is closed without a word`() throws {
        let wire = try WireHarness {
            $0.connectionLimit = 0
            $0.refusalLimit = 0
        }
        #expect(wire.received() == "")
        #expect(!wire.isOpen)
        #expect(wire.metrics.connections == 0)
    }

    // MARK: Random input

    @Test(arguments: 0..<200) func `random changes of a stream never break the connection's bookkeeping`(seed: Int)
        throws
    {
        var random = SplitMix(seed: UInt64(seed))
        let stream = Array(
            ("GET /now/1 HTTP/1.1\r\nHost: a\r\n\r\n"
                + "POST /now/2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                + "POST /commit/3 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nbody"
                + "GET /now/4 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").utf8)
        for _ in 0..<20 {
            let wire = try WireHarness { $0.pipelineLimit = 2 }
            var bytes = stream
            for _ in 0..<Int(random.next() % 4 + 1) {
                let index = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: index)
                default: bytes.insert(contentsOf: bytes[..<min(index, 20)], at: index)
                }
            }
            while !bytes.isEmpty {
                let size = Int(random.next() % 50 + 1)
                wire.send(Array(bytes.prefix(size)))
                bytes.removeFirst(min(size, bytes.count))
                if random.next() % 4 == 0 { wire.handler.kept.forEach { wire.answer($0, "done") } }
            }
            wire.handler.kept.forEach { wire.answer($0, "done") }
            _ = wire.received()
            if wire.channel.isActive { try wire.channel.close().wait() }
            #expect(wire.loop.bodyBytes == 0)
            #expect(wire.metrics.connections == 0)
        }
    }
}

/// A small generator whose numbers depend on the seed alone.
///
/// - Source: S. Vigna, splitmix64.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
