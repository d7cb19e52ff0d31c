import Foundation
import NGSILDClient
import RealMosquitto
import Testing

@testable import MQTTClient

@Suite(.enabled(if: MosquittoServer.path != nil, MosquittoServer.absence), .timeLimit(.minutes(20)))
struct MQTTPublisherTests {
    private func publisher(
        _ change: (inout MQTTPublisher.Configuration) -> Void = { _ in }
    ) -> MQTTPublisher {
        var configuration = MQTTPublisher.Configuration()
        change(&configuration)
        var allowed = OutgoingHTTP.Configuration()
        allowed.allowsLoopback = true
        return MQTTPublisher(destinations: OutgoingHTTP(configuration: allowed), configuration: configuration)
    }

    /// The error of a publication; `nil` when there is none.
    private func error(
        _ publisher: MQTTPublisher, _ uri: String, qos: MQTTEndpoint.QoS = .atLeastOnce, timeout: Duration? = nil
    ) async throws -> MQTTError? {
        var endpoint = try MQTTEndpoint(uri: uri)
        endpoint.qos = qos
        do throws(MQTTError) { try await publisher.publish(Array("x".utf8), to: endpoint, timeout: timeout) } catch {
            return error
        }
        return nil
    }

    @Test(
        arguments: [MQTTEndpoint.Version.v311, .v5],
        [MQTTEndpoint.QoS.atMostOnce, .atLeastOnce, .exactlyOnce])
    func `a message arrives under its topic, in each version and quality`(
        version: MQTTEndpoint.Version, qos: MQTTEndpoint.QoS
    ) async throws {
        let server = try MosquittoServer()
        try await server.start()
        let receiver = try await MQTTReceiver.start(port: server.port)
        let publisher = publisher()
        var endpoint = try MQTTEndpoint(uri: "mqtt://127.0.0.1:\(server.port)/city/air%20quality/1")
        endpoint.version = version
        endpoint.qos = qos
        for number in 1...3 {
            try await publisher.publish(Array("{\"n\":\(number)}".utf8), to: endpoint)
            let expected = MQTTReceiver.Message(
                topic: "city/air quality/1", payload: "{\"n\":\(number)}", qos: qos.rawValue, isRetained: false)
            #expect(await receiver.next() == expected)
        }
        // One connection for all three, of the version that was asked for.
        let connected = try await server.lines(with: " as parvis")
        #expect(connected.count == 1)
        #expect(connected.first?.contains(version == .v5 ? "p5" : "p2") == true, "\(connected)")
        await publisher.shutdown()
    }

    @Test func `a message of many kilobytes arrives whole`() async throws {
        let server = try MosquittoServer()
        try await server.start()
        let receiver = try await MQTTReceiver.start(port: server.port)
        let publisher = publisher()
        let text = String(repeating: "0123456789", count: 200_000)
        try await publisher.publish(
            Array(text.utf8), to: try MQTTEndpoint(uri: "mqtt://127.0.0.1:\(server.port)/large"))
        #expect(await receiver.next()?.payload == text)
        await publisher.shutdown()
    }

    @Test func `a retained message is there for those who subscribe later`() async throws {
        let server = try MosquittoServer()
        try await server.start()
        let publisher = publisher()
        var endpoint = try MQTTEndpoint(uri: "mqtt://127.0.0.1:\(server.port)/state")
        endpoint.isRetained = true
        endpoint.qos = .atLeastOnce
        try await publisher.publish(Array("last".utf8), to: endpoint)
        let receiver = try await MQTTReceiver.start(port: server.port)
        #expect(
            await receiver.next()
                == MQTTReceiver.Message(topic: "state", payload: "last", qos: 1, isRetained: true))
        await publisher.shutdown()
    }

    @Test(arguments: ["", ":wrong", ":s%40cret%3A%2F"])
    func `only the right user and password get in`(password: String) async throws {
        let server = try MosquittoServer("allow_anonymous false\npassword_file FOLDER/users") { folder in
            try MosquittoServer.run("mosquitto_passwd", "-b", "-c", "users", "anna maria", "s@cret:/", in: folder)
        }
        try await server.start()
        let publisher = publisher()
        for version in [MQTTEndpoint.Version.v311, .v5] {
            var endpoint = try MQTTEndpoint(uri: "mqtt://anna%20maria\(password)@127.0.0.1:\(server.port)/t")
            endpoint.version = version
            endpoint.qos = .atLeastOnce
            var caught: MQTTError?
            do throws(MQTTError) { try await publisher.publish([1], to: endpoint) } catch { caught = error }
            if password == ":s%40cret%3A%2F" {
                #expect(caught == nil)
            } else {
                #expect(caught?.mayRetry == false)
                #expect(
                    caught?.reason.contains("check user name and password") == true
                        || caught?.reason.contains("does not know") == true)
                #expect(caught?.description.contains("wrong") == false && caught?.description.contains("anna") == false)
            }
        }
        await publisher.shutdown()
    }

    @Test func `a topic that the user may not publish to is final`() async throws {
        let server = try MosquittoServer("allow_anonymous true\nacl_file FOLDER/rights") { folder in
            try "topic write open/#\n".write(toFile: folder + "/rights", atomically: true, encoding: .utf8)
        }
        try await server.start()
        let publisher = publisher()
        #expect(try await error(publisher, "mqtt://127.0.0.1:\(server.port)/open/1") == nil)
        let refusal = try await error(publisher, "mqtt://127.0.0.1:\(server.port)/closed/1")
        #expect(refusal?.mayRetry == false)
        #expect(refusal?.reason.contains("does not let this user publish") == true)
        await publisher.shutdown()
    }

    @Test func `over TLS both sides show who they are`() async throws {
        let server = try MosquittoServer(Self.tls("server"), prepare: MosquittoServer.makeCertificates)
        try await server.start()
        let folder = server.folder
        let uri = "mqtts://localhost:\(server.port)/t"
        let receiver = try await MQTTReceiver.start(port: server.port, certificates: folder)
        let known = publisher {
            $0.trust.authorities = folder + "/ca.pem"
            $0.trust.certificate = folder + "/client.pem"
            $0.trust.key = folder + "/client.key"
        }
        for qos in [MQTTEndpoint.QoS.atMostOnce, .atLeastOnce, .exactlyOnce] {
            #expect(try await error(known, uri, qos: qos) == nil)
            #expect(await receiver.next()?.qos == qos.rawValue)
        }
        await known.shutdown()

        let nameless = publisher { $0.trust.authorities = folder + "/ca.pem" }
        #expect(try await error(nameless, uri) != nil)
        await nameless.shutdown()

        let distrustful = publisher {
            $0.trust.authorities = folder + "/stranger.pem"
            $0.trust.certificate = folder + "/client.pem"
            $0.trust.key = folder + "/client.key"
        }
        let fault = try await error(distrustful, uri)
        #expect(fault?.reason.contains("cannot be trusted: its certificate") == true, "\(String(describing: fault))")
        await distrustful.shutdown()

        let misled = publisher { $0.trust.certificate = folder + "/no-such-file.pem" }
        #expect(try await error(misled, uri)?.reason.contains("client certificate cannot be used") == true)
        await misled.shutdown()
    }

    @Test func `a certificate for another name is not trusted`() async throws {
        let server = try MosquittoServer(Self.tls("other"), prepare: MosquittoServer.makeCertificates)
        try await server.start()
        let folder = server.folder
        let publisher = publisher {
            $0.trust.authorities = folder + "/ca.pem"
            $0.trust.certificate = folder + "/client.pem"
            $0.trust.key = folder + "/client.key"
        }
        for host in ["localhost", "127.0.0.1"] {
            let fault = try await error(publisher, "mqtts://\(host):\(server.port)/t")
            #expect(fault?.reason.lowercased().contains("mismatch") == true, "\(String(describing: fault))")
        }
        #expect(!server.log.contains(" as parvis"))
        await publisher.shutdown()
    }

    private static func tls(_ name: String) -> String {
        """
        allow_anonymous true
        cafile FOLDER/ca.pem
        certfile FOLDER/\(name).pem
        keyfile FOLDER/\(name).key
        require_certificate true
        """
    }

    @Test func `after the server has restarted, messages are delivered again`() async throws {
        let server = try MosquittoServer()
        try await server.start()
        let publisher = publisher()
        let uri = "mqtt://127.0.0.1:\(server.port)/t"
        #expect(try await error(publisher, uri) == nil)
        server.stop()
        // The connection is found broken, then no other can be made; both may pass.
        for _ in 1...3 { #expect(try await error(publisher, uri)?.mayRetry == true) }
        try await server.start()
        let receiver = try await MQTTReceiver.start(port: server.port)
        // Waits out the pause between two attempts to connect.
        #expect(try await error(publisher, uri, qos: .exactlyOnce) == nil)
        #expect(await receiver.next()?.topic == "t")
        await publisher.shutdown()
    }

    @Test(arguments: ["mqtt", "mqtts"])
    func `a server that never answers is given up in time`(scheme: String) async throws {
        let silent = try SilentServer()
        defer { silent.close() }
        let publisher = publisher()
        let late = try await error(publisher, "\(scheme)://127.0.0.1:\(silent.port)/t", timeout: .milliseconds(50))
        guard case .timedOut = late else {
            Issue.record("\(String(describing: late))")
            return
        }
        await publisher.shutdown()
    }

    @Test func `a cancelled task does not wait for the server`() async throws {
        let silent = try SilentServer()
        defer { silent.close() }
        let publisher = publisher()
        let uri = "mqtt://127.0.0.1:\(silent.port)/t"
        let task = Task { try await error(publisher, uri) }
        task.cancel()
        #expect(try await task.value == .closed)
        await publisher.shutdown()
        #expect(try await error(publisher, uri) == .closed)
    }

    @Test func `no more connections are opened than are allowed, and idle ones make room`() async throws {
        let (first, second) = (try MosquittoServer(), try MosquittoServer())
        try await first.start()
        try await second.start()
        let silent = try SilentServer()
        defer { silent.close() }
        let publisher = publisher { $0.connectionLimit = 1 }
        #expect(try await error(publisher, "mqtt://127.0.0.1:\(first.port)/t") == nil)
        #expect(try await error(publisher, "mqtt://127.0.0.1:\(second.port)/t") == nil)
        // Again while the second server has the only connection, until the silent one does.
        let busy = Task {
            while true {
                let refusal = try await error(publisher, "mqtt://127.0.0.1:\(silent.port)/t")
                if refusal?.reason.contains("as many connections") != true { return refusal }
            }
        }
        var refusal: MQTTError?
        while refusal == nil { refusal = try await error(publisher, "mqtt://127.0.0.1:\(second.port)/t") }
        #expect(refusal?.reason.contains("as many connections") == true)
        await publisher.shutdown()
        #expect(try await busy.value == .closed)
    }

    @Test func `a private address is refused unless it is allowed`() async throws {
        let server = try MosquittoServer()
        try await server.start()
        let publisher = MQTTPublisher(destinations: OutgoingHTTP())
        for host in ["127.0.0.1", "localhost"] {
            let refusal = try await error(publisher, "mqtt://user:secret@\(host):\(server.port)/t")
            #expect(refusal?.mayRetry == false)
            #expect(refusal?.reason.contains("loopback address") == true)
            #expect(refusal?.reason.contains("secret") == false)
        }
        #expect(!server.log.contains("New connection"))
        await publisher.shutdown()
    }
}
