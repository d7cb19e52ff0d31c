import Foundation
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import NGSILDHTTP

/// Files made by openssl in a directory of their own.
final class TLSFiles {
    let directory = FileManager.default.temporaryDirectory
        .appendingPathComponent("parvis-tls-\(UUID().uuidString)").path

    init() throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func path(_ name: String) -> String { directory + "/" + name }

    func openssl(_ words: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + words
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    /// A certificate that signs itself, good for some days, and its key.
    func make(_ name: String, days: Int = 30) throws -> (certificate: String, key: String) {
        let pair = (certificate: path(name + ".pem"), key: path(name + ".key"))
        try openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "\(days)",
            "-subj",
            "/CN=\(name)", "-keyout", pair.key, "-out", pair.certificate)
        return pair
    }
}

struct TLSTests {
    private let files: TLSFiles

    init() throws { files = try TLSFiles() }

    private func read(_ certificate: String, _ key: String) throws(TLSError) -> TLSCredentials {
        try TLSCredentials(certificate: certificate, key: key, protocols: ["h2", "http/1.1"])
    }

    @Test func `a pair is read, with the time that it is good for`() throws {
        let pair = try files.make("a", days: 30)
        let credentials = try read(pair.certificate, pair.key)
        let now = Int(Date().timeIntervalSince1970)
        #expect(credentials.warning(at: now) == nil)
        #expect(credentials.warning(at: now + 20 * 86_400)?.contains("renew") == true)
        #expect(
            credentials.warning(at: now + 31 * 86_400)
                == "The certificate has expired at \(TLSCredentials.date(credentials.notAfter)); clients refuse it")
        #expect(credentials.warning(at: now - 86_400)?.contains("not valid before") == true)
    }

    @Test func `what is wrong with the files is told, with the remedy`() throws {
        let (one, other) = (try files.make("one"), try files.make("other"))
        let locked = files.path("locked.key")
        try files.openssl("pkey", "-in", one.key, "-aes256", "-passout", "pass:secret", "-out", locked)
        let nowhere = files.path("nowhere")
        #expect(throws: TLSError.unreadable(path: nowhere)) { try read(nowhere, one.key) }
        #expect(throws: TLSError.unreadable(path: nowhere)) { try read(one.certificate, nowhere) }
        #expect(throws: TLSError.mismatch(certificate: one.certificate, key: other.key)) {
            try read(one.certificate, other.key)
        }
        #expect(throws: TLSError.encryptedKey(path: locked)) { try read(one.certificate, locked) }
        #expect(throws: TLSError.noCertificate(path: one.key)) { try read(one.key, one.key) }
        #expect(throws: TLSError.noKey(path: one.certificate)) { try read(one.certificate, one.certificate) }
        #expect(TLSError.encryptedKey(path: locked).description.contains("openssl pkey"))
    }

    @Test(arguments: [
        ("city.example", "https://city.example:8443/a?b=c"), ("city.example:80", "https://city.example:8443/a?b=c"),
        ("[::1]:80", "https://[::1]:8443/a?b=c"),
    ])
    func `plain requests are sent on to the same place`(host: String, location: String) throws {
        let answer = try redirected(host, publicURL: nil)
        #expect(answer?.status == 308)
        #expect(answer?.header("Location") == location)
    }

    @Test(arguments: ["a@b", "a/b", "[::1", "[]", "[a.example]", "a b"])
    func `nobody is sent to what is no host`(host: String) throws {
        let answer = try redirected(host, publicURL: nil)
        #expect(answer?.status == 400)
        #expect(answer?.header("Location") == nil)
    }

    @Test func `the public address goes before what the request says`() throws {
        #expect(
            try redirected("evil.example", publicURL: "https://city.example/parvis")?.header("Location")
                == "https://city.example/parvis/a?b=c")
    }

    private func redirected(_ host: String, publicURL: String?) throws -> WireAnswer? {
        let channel = EmbeddedChannel()
        let state = ServerState(
            configuration: HTTPServer.Configuration(), handler: HTTPSRedirect(publicURL: publicURL, port: 8_443),
            metrics: HTTPMetrics(), logger: Logger(label: "test"))
        try HTTPConnection.install(in: channel, state: state, loop: LoopState(loop: channel.eventLoop, state: state))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.writeInbound(ByteBuffer(string: "GET /a?b=c HTTP/1.1\r\nHost: \(host)\r\n\r\n"))
        var text = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        return WireAnswer.parse(text).first
    }

    @Test func `browsers are told to use https only where the server speaks it`() throws {
        let encoder = AnswerEncoder(strictTransportSeconds: 60)
        encoder.encode(HTTPAnswer(status: 200), length: 0, .implicit)
        #expect(encoder.bytes.string().contains("\r\nStrict-Transport-Security: max-age=60\r\n"))
        let plain = AnswerEncoder()
        plain.encode(HTTPAnswer(status: 200), length: 0, .implicit)
        #expect(!plain.bytes.string().contains("Strict-Transport-Security"))
    }

    @Test func `a server shows its certificate, and another when the files change, until they are spoiled`() throws {
        let pair = try files.make("first")
        let certificates = try TLSCertificates(
            certificate: pair.certificate, key: pair.key, interval: 1, logger: Logger(label: "test"))
        let before = certificates.notAfter
        certificates.start()
        defer { certificates.stop() }
        _ = try files.make("first", days: 60)
        while certificates.notAfter == before { usleep(1_000) }
        let renewed = certificates.notAfter
        try "spoiled".write(toFile: pair.key, atomically: true, encoding: .utf8)
        certificates.reload()
        _ = try files.make("first", days: 90)
        while certificates.notAfter == renewed { usleep(1_000) }
        #expect(certificates.notAfter > renewed)
    }
}
