import Foundation
import Testing

@testable import TrafficSimulation

/// A simulator that says what it should not.
@Suite(.timeLimit(.minutes(20)))
struct TraCIConnectionTests {
    /// An answer to a command that all is well, with `rest` behind it.
    private static func fine(_ command: UInt8, _ rest: [UInt8] = []) -> [UInt8] {
        var commands = TraCIWriter()
        commands.command(command) {
            $0.byte(0)
            $0.string("")
        }
        var message = TraCIWriter()
        message.int(commands.bytes.count + rest.count + 4)
        return message.bytes + commands.bytes + rest
    }

    private static func bytes(_ write: (inout TraCIWriter) -> Void) -> [UInt8] {
        var writer = TraCIWriter()
        write(&writer)
        return writer.bytes
    }

    private static func error(
        _ answer: [UInt8], closes: Bool = true, _ body: (TraCIConnection) throws(TraCIError) -> Void
    ) throws -> TraCIError? {
        let server = try OneAnswer(answer, closes: closes)
        defer { server.close() }
        let connection = try TraCIConnection(port: server.port, patience: closes ? .seconds(600) : .milliseconds(200))
        do throws(TraCIError) { try body(connection) } catch { return error }
        return nil
    }

    private static func step(_ connection: TraCIConnection) throws(TraCIError) { _ = try connection.step() }

    @Test func `a step without reports is one`() throws {
        #expect(try Self.error(Self.fine(0x02, Self.bytes { $0.int(0) }), Self.step) == nil)
    }

    @Test(
        arguments: [
            ([], .closed),
            ([0, 0], .closed),
            ([0, 0, 0, 0], .tooLong(-4)),
            ([0xFF, 0xFF, 0xFF, 0xFF], .tooLong(-5)),
            ([0x7F, 0xFF, 0xFF, 0xFF], .tooLong(0x7FFF_FFFB)),
            ([0, 0, 0, 4], .cutShort),
            ([0, 0, 0, 100, 7], .closed),
            ([0, 0, 0, 6, 7, 2], .cutShort),
            (Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), .tooLong(0x4854_5450 - 4)),
            ([0, 0, 0, 11, 7, 2, 0, 0, 0, 0, 9], .cutShort),
            ([0, 0, 0, 11, 7, 2, 0, 0xFF, 0xFF, 0xFF, 0xFF], .cutShort),
        ] as [([UInt8], TraCIError)])
    func `an answer that is none ends the step with the reason`(answer: [UInt8], expected: TraCIError) throws {
        #expect(try Self.error(answer, Self.step) == expected)
    }

    @Test func `an answer to another command is refused`() throws {
        #expect(
            try Self.error(Self.fine(0x03, Self.bytes { $0.int(0) }), Self.step) == .refused(command: 2, reason: ""))
    }

    @Test(
        arguments: [
            // More reports than there are.
            bytes { $0.int(Int(Int32.max)) },
            // A report whose object's name is longer than the message.
            bytes {
                $0.int(1)
                $0.byte(9)
                $0.byte(0xE0)
                $0.int(1_000)
            },
            // A report without its values.
            bytes {
                $0.int(1)
                $0.byte(9)
                $0.byte(0xE0)
                $0.string("a")
                $0.byte(200)
            },
        ])
    func `reports that are not there end the step`(reports: [UInt8]) throws {
        #expect(try Self.error(Self.fine(0x02, reports), Self.step) == .cutShort)
    }

    @Test func `reports less than none are none`() throws {
        #expect(try Self.error(Self.fine(0x02, Self.bytes { $0.int(-5) }), Self.step) == nil)
    }

    @Test(
        arguments: [
            ([0x42], .unknownType(0x42)),
            // A list of 2,000,000,000 values, and one of as many texts.
            ([0x0F, 0x77, 0x35, 0x94, 0x00], .tooLong(2_000_000_000)),
            ([0x0E, 0x77, 0x35, 0x94, 0x00], .cutShort),
            // A list in a list in a list ...
            (Array((0..<20).map { _ in [0x0F, 0, 0, 0, 1] }.joined()), .unknownType(0x0F)),
            ([0x0B], .cutShort),
        ] as [([UInt8], TraCIError)])
    func `values of no known kind, without end or too deep are refused`(
        value: [UInt8], expected: TraCIError
    ) throws {
        let report = Self.bytes {
            $0.int(1)
            $0.byte(9)
            $0.byte(0xE0)
            $0.string("a")
            $0.byte(1)
            $0.byte(0x10)
            $0.byte(0)
            for byte in value { $0.byte(byte) }
        }
        #expect(try Self.error(Self.fine(0x02, report), Self.step) == expected)
    }

    @Test(arguments: [[], [0, 0, 0], [0, 0, 0, 100, 7, 2]] as [[UInt8]])
    func `a simulator that falls silent is not waited for without end`(answer: [UInt8]) throws {
        #expect(try Self.error(answer, closes: false, Self.step) == .silent)
    }

    @Test func `nobody at the port is said so`() throws {
        let server = try OneAnswer([], closes: true)
        server.close()
        #expect(throws: TraCIError.cannotConnect(port: server.port)) { try TraCIConnection(port: server.port) }
    }
}

/// Takes a connection, reads something, gives one answer whatever it was, and closes or says nothing more.
private final class OneAnswer: Sendable {
    private let socket: Int32
    let port: UInt16

    init(_ answer: [UInt8], closes: Bool) throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.socket = socket
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, size) == 0 && listen(socket, 4) == 0 && getsockname(socket, $0, &size) == 0
            }
        }
        try #require(isBound)
        port = UInt16(bigEndian: address.sin_port)
        // Its own descriptor: that of the socket may be another server's by the time that this thread begins.
        let listener = dup(socket)
        try #require(listener >= 0)
        Thread {
            let connection = accept(listener, nil, nil)
            Glibc.close(listener)
            guard connection >= 0 else { return }
            var bytes = [UInt8](repeating: 0, count: 4_096)
            _ = recv(connection, &bytes, bytes.count, 0)
            _ = answer.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            // Until the client goes.
            if !closes { while recv(connection, &bytes, bytes.count, 0) > 0 {} }
            Glibc.close(connection)
        }.start()
    }

    func close() {
        shutdown(socket, Int32(SHUT_RDWR))
        _ = Glibc.close(socket)
    }
}
