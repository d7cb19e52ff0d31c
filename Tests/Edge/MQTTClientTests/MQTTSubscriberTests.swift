import Foundation
import NGSILDClient
import RealMosquitto
import Synchronization
import Testing

@testable import MQTTClient

@Suite(.enabled(if: MosquittoServer.path != nil, MosquittoServer.absence), .timeLimit(.minutes(10)))
struct MQTTSubscriberTests {
    /// What a handler was given, and what it answers.
    private final class Inbox: Sendable {
        let seen = Mutex<[String]>([])
        let batches = Mutex<[Int]>([])
        /// Batches that are not kept before the others are.
        let refusals: Mutex<Int>
        private let teller: AsyncStream<String>.Continuation
        private let stream: AsyncStream<String>

        init(refusing count: Int = 0) {
            refusals = Mutex(count)
            (stream, teller) = AsyncStream.makeStream()
        }

        func take(_ messages: [MQTTIncoming]) -> Bool {
            batches.withLock { $0.append(messages.count) }
            let isKept = refusals.withLock { count in
                defer { count -= 1 }
                return count <= 0
            }
            for message in messages {
                let text = "\(message.topic)=\(String(decoding: message.payload, as: UTF8.self))"
                if isKept {
                    seen.withLock { $0.append(text) }
                    teller.yield(text)
                }
            }
            return isKept
        }

        func next() async -> String? {
            for await text in stream { return text }
            return nil
        }
    }

    private func subscriber(
        _ server: MosquittoServer, _ inbox: Inbox, client: String = "city", filters: [String] = ["city/#"],
        version: MQTTEndpoint.Version = .v5, uri: String? = nil,
        _ change: (inout MQTTSubscriber.Configuration) -> Void = { _ in }
    ) throws -> MQTTSubscriber {
        var configuration = MQTTSubscriber.Configuration(
            server: try .init(uri: uri ?? "mqtt://127.0.0.1:\(server.port)", version: version), clientID: client,
            filters: filters)
        configuration.longestPause = .milliseconds(300)
        change(&configuration)
        return MQTTSubscriber(configuration) { inbox.take($0) }
    }

    private func publisher() -> MQTTPublisher {
        var allowed = OutgoingHTTP.Configuration()
        allowed.allowsLoopback = true
        return MQTTPublisher(destinations: OutgoingHTTP(configuration: allowed))
    }

    private func publish(_ publisher: MQTTPublisher, _ server: MosquittoServer, _ topic: String, _ text: String)
        async throws
    {
        var endpoint = try MQTTEndpoint(uri: "mqtt://127.0.0.1:\(server.port)/\(topic)")
        endpoint.qos = .atLeastOnce
        try await publisher.publish(Array(text.utf8), to: endpoint)
    }

    /// Waits for a status, looking again and again until the suite's time limit.
    private func status(
        of subscriber: MQTTSubscriber, _ fits: (MQTTSubscriber.Status) -> Bool
    ) async throws -> MQTTSubscriber.Status {
        while true {
            let status = subscriber.status
            if fits(status) { return status }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test(arguments: [MQTTEndpoint.Version.v311, .v5])
    func `messages come in the order in which they were sent`(version: MQTTEndpoint.Version) async throws {
        let server = try MosquittoServer()
        try await server.start()
        let inbox = Inbox()
        let subscriber = try subscriber(server, inbox, version: version)
        subscriber.start()
        _ = try await status(of: subscriber) { $0.phase == .subscribed }
        let publisher = publisher()
        for number in 1...50 { try await publish(publisher, server, "city/a", "\(number)") }
        for number in 1...50 { #expect(await inbox.next() == "city/a=\(number)") }
        await subscriber.stop()
        #expect(subscriber.status.phase == .stopped)
        await publisher.shutdown()
    }

    @Test(arguments: [MQTTEndpoint.Version.v311, .v5])
    func `what was not kept is not acknowledged and comes again`(version: MQTTEndpoint.Version) async throws {
        let server = try MosquittoServer()
        try await server.start()
        let inbox = Inbox(refusing: 2)
        let subscriber = try subscriber(server, inbox, version: version)
        subscriber.start()
        _ = try await status(of: subscriber) { $0.phase == .subscribed }
        let publisher = publisher()
        for number in 1...20 { try await publish(publisher, server, "city/a", "\(number)") }
        var numbers: Set<String> = []
        while numbers.count < 20, let text = await inbox.next() { numbers.insert(text) }
        #expect(numbers == Set((1...20).map { "city/a=\($0)" }))
        #expect(subscriber.status.returnedBatches == 2)
        await subscriber.stop()
        await publisher.shutdown()
    }

    @Test(arguments: [MQTTEndpoint.Version.v311, .v5])
    func `messages sent while nobody is there wait in the session`(version: MQTTEndpoint.Version) async throws {
        let server = try MosquittoServer()
        try await server.start()
        let first = Inbox()
        let subscriber = try subscriber(server, first, version: version)
        subscriber.start()
        _ = try await status(of: subscriber) { $0.phase == .subscribed }
        await subscriber.stop()
        let publisher = publisher()
        for number in 1...20 { try await publish(publisher, server, "city/a", "\(number)") }
        let second = Inbox()
        let again = try self.subscriber(server, second, version: version)
        again.start()
        for number in 1...20 { #expect(await second.next() == "city/a=\(number)") }
        await again.stop()
        #expect(first.seen.withLock { $0 } == [])
        await publisher.shutdown()
    }

    @Test func `what was acknowledged does not come again`() async throws {
        let server = try MosquittoServer()
        try await server.start()
        let first = Inbox()
        let subscriber = try subscriber(server, first)
        subscriber.start()
        _ = try await status(of: subscriber) { $0.phase == .subscribed }
        let publisher = publisher()
        try await publish(publisher, server, "city/a", "1")
        #expect(await first.next() == "city/a=1")
        await subscriber.stop()
        try await publish(publisher, server, "city/a", "2")
        let second = Inbox()
        let again = try self.subscriber(server, second)
        again.start()
        #expect(await second.next() == "city/a=2")
        await again.stop()
        await publisher.shutdown()
    }

    @Test func `a batch is as long as allowed at most`() async throws {
        let server = try MosquittoServer()
        try await server.start()
        let inbox = Inbox(refusing: 1)
        let subscriber = try subscriber(server, inbox) { $0.batchMessages = 5 }
        subscriber.start()
        _ = try await status(of: subscriber) { $0.phase == .subscribed }
        let publisher = publisher()
        for number in 1...40 { try await publish(publisher, server, "city/a", "\(number)") }
        var numbers: Set<String> = []
        while numbers.count < 40, let text = await inbox.next() { numbers.insert(text) }
        #expect(inbox.batches.withLock { $0 }.allSatisfy { (1...5).contains($0) })
        await subscriber.stop()
        await publisher.shutdown()
    }

    @Test func `a server that crashes and comes back is found again`() async throws {
        let server = try MosquittoServer()
        try await server.start()
        let inbox = Inbox()
        let subscriber = try subscriber(server, inbox)
        subscriber.start()
        _ = try await status(of: subscriber) { $0.phase == .subscribed }
        server.stop()
        let away = try await status(of: subscriber) { $0.phase == .waiting }
        #expect(away.reason != nil)
        try await server.start()
        let back = try await status(of: subscriber) { $0.phase == .subscribed }
        #expect(back.connections == 2 && back.reason == nil)
        let publisher = publisher()
        try await publish(publisher, server, "city/a", "1")
        #expect(await inbox.next() == "city/a=1")
        await subscriber.stop()
        await publisher.shutdown()
    }

    @Test(arguments: ["", "anna:wrong@", "anna:secret@"])
    func `only the right user and password get in`(credentials: String) async throws {
        let server = try MosquittoServer("allow_anonymous false\npassword_file FOLDER/users") { folder in
            try MosquittoServer.run("mosquitto_passwd", "-b", "-c", "users", "anna", "secret", in: folder)
        }
        try await server.start()
        let subscriber = try subscriber(server, Inbox(), uri: "mqtt://\(credentials)127.0.0.1:\(server.port)")
        subscriber.start()
        if credentials == "anna:secret@" {
            _ = try await status(of: subscriber) { $0.phase == .subscribed }
        } else {
            let reason = try await status(of: subscriber) { $0.phase == .waiting }.reason ?? ""
            #expect(reason.contains("check user name and password"), "\(reason)")
            #expect(!reason.contains("anna") && !reason.contains("wrong"))
        }
        await subscriber.stop()
    }

    @Test func `over TLS the certificate must be for the name and from a known authority`() async throws {
        let server = try MosquittoServer(
            "allow_anonymous true\ncafile FOLDER/ca.pem\ncertfile FOLDER/server.pem\nkeyfile FOLDER/server.key",
            prepare: MosquittoServer.makeCertificates)
        try await server.start()
        let uri = "mqtts://localhost:\(server.port)"
        let known = try subscriber(server, Inbox(), uri: uri) { $0.trust.authorities = server.folder + "/ca.pem" }
        known.start()
        _ = try await status(of: known) { $0.phase == .subscribed }
        await known.stop()
        let stranger = try subscriber(server, Inbox(), client: "other", uri: uri)
        stranger.start()
        let reason = try await status(of: stranger) { $0.phase == .waiting }.reason ?? ""
        #expect(reason.contains("cannot be trusted"), "\(reason)")
        await stranger.stop()
    }

    @Test func `a server that says nothing is given up in time`() async throws {
        let silent = try SilentServer()
        defer { silent.close() }
        var configuration = MQTTSubscriber.Configuration(
            server: try .init(uri: "mqtt://127.0.0.1:\(silent.port)"), clientID: "city", filters: ["#"])
        configuration.connectTimeout = .milliseconds(200)
        let subscriber = MQTTSubscriber(configuration) { _ in true }
        subscriber.start()
        let reason = try await status(of: subscriber) { $0.phase == .waiting }.reason ?? ""
        #expect(reason.contains("does not answer in time"), "\(reason)")
        await subscriber.stop()
    }

    @Test(
        arguments: [
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x20, 0x00], [0x20, 0x03, 0x00, 0x00], [0x30, 0xFF, 0xFF, 0xFF, 0x7F],
            [0x20, 0x03, 0x00, 0x00, 0x00, 0x32, 0x02, 0xFF, 0xFF], Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8),
        ] as [[UInt8]])
    func `garbage from a server ends the connection and nothing else`(bytes: [UInt8]) async throws {
        let hostile = try HostileServer(bytes)
        defer { hostile.close() }
        var configuration = MQTTSubscriber.Configuration(
            server: try .init(uri: "mqtt://127.0.0.1:\(hostile.port)"), clientID: "city", filters: ["#"])
        configuration.connectTimeout = .milliseconds(300)
        configuration.longestPause = .milliseconds(250)
        let inbox = Inbox()
        let subscriber = MQTTSubscriber(configuration) { inbox.take($0) }
        subscriber.start()
        // Tries again, so it is alive after the first.
        await hostile.waitForConnections(2)
        await subscriber.stop()
        #expect(inbox.seen.withLock { $0 } == [])
    }

    @Test(arguments: [
        "mqtt://host/topic", "http://host", "mqtt://", "mqtt://host:0", "mqtt://:secret@host", "mqtt://host?x", "host",
    ])
    func `a URI that names no server is refused without its password`(uri: String) {
        var error: MQTTError?
        do throws(MQTTError) { _ = try MQTTEndpoint.Server(uri: uri) } catch let caught { error = caught }
        #expect(error?.mayRetry == false)
        #expect(error?.description.contains("secret") == false)
    }
}
