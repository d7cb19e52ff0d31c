import BrokerCore
import InMemoryStorage
import JSONLD
import JSONTree
import NGSILDClient
import NGSILDModel
import NGSILDOperations
import Synchronization
import Testing

@testable import NotificationDelivery

@Suite(.timeLimit(.minutes(1)))
struct DeliveryTests {
    private static func body(_ more: String = "", uri: String = "http://receiver.example/") -> String {
        SubscriptionManagerTests.body(more, uri: uri)
    }

    private static func temperatures(_ posts: [ScriptedTransport.Post]) -> [String?] {
        posts.map { (try? JSONDocument(parsing: $0.body))?.at("data", "0", "temperature", "value") }
    }

    @Test func `a notification says what changed, for whom and when`() async throws {
        let transport = ScriptedTransport()
        let city = try City(transport)
        let id = try await city.subscribe(Self.body())
        try await city.heat(1, to: 21)
        await transport.arrival(of: 1)
        await city.stop()
        let post = try #require(transport.posts.first)
        let json = try JSONDocument(parsing: post.body)
        #expect(json.at("type") == "Notification")
        #expect(json.at("id")?.hasPrefix("urn:ngsi-ld:Notification:") == true)
        #expect(json.at("subscriptionId") == id)
        #expect(json.at("notifiedAt").flatMap { Timestamp($0) } != nil)
        #expect(
            json.at("data")
                == #"[{"id":"urn:ngsi-ld:Room:1","type":"Room","temperature":{"type":"Property","value":21}}]"#)
        #expect(post.headers["Content-Type"] == "application/json")
        #expect(post.headers["Link"]?.contains("ngsi-ld-core-context") == true)
        let shown = try city.shown(id)
        #expect(shown.at("notification", "timesSent") == "1")
        #expect(shown.at("notification", "status") == "ok")
        #expect(shown.at("notification", "lastSuccess") != nil)
        #expect(shown.at("notification", "lastFailure") == nil)
    }

    @Test(arguments: [true, false])
    func `names are short under a context that the broker hosts, and in full when it was deleted`(
        isThere: Bool
    ) async throws {
        let transport = ScriptedTransport()
        let city = try City(transport)
        let inline = try JSONDocument(parsing: #"[{"temperature":"https://city.example/warmth"}]"#)
        let resolved = try await city.contexts.resolve(.value(inline, inline.root))
        let url = isThere ? City.contextURL : "https://city.example/deleted.jsonld"
        let id = try await city.subscribe(
            #"{"type":"Subscription","watchedAttributes":["temperature"],"notification":{"endpoint":{"uri":"http://a.example/"}}}"#,
            context: TermContext(context: resolved, registry: city.broker.registry), contextURL: url)
        #expect(try city.shown(id).at("jsonldContext") == url)
        try await city.create(
            #"{"id":"urn:ngsi-ld:Room:1","type":"Room","https://city.example/warmth":{"type":"Property","value":1}}"#)
        await transport.arrival(of: 1)
        await city.stop()
        let post = try #require(transport.posts.first)
        #expect(post.json.contains(isThere ? #""warmth":{"# : #""https://city.example/warmth":{"#))
        #expect(post.headers["Link"]?.contains(isThere ? url : "core-context") == true)
    }

    @Test(arguments: [
        (#""format":"keyValues""#, #"{"id":"urn:ngsi-ld:Room:1","type":"Room","temperature":21,"humidity":40}"#),
        (#""format":"simplified""#, #"{"id":"urn:ngsi-ld:Room:1","type":"Room","temperature":21,"humidity":40}"#),
        (#""format":"concise","attributes":["humidity"]"#, #"{"id":"urn:ngsi-ld:Room:1","type":"Room","humidity":40}"#),
        (#""format":"simplified","pick":["id","humidity"]"#, #"{"id":"urn:ngsi-ld:Room:1","humidity":40}"#),
        (#""format":"simplified","omit":["type","humidity"]"#, #"{"id":"urn:ngsi-ld:Room:1","temperature":21}"#),
    ])
    func `entities are written as the subscription asks`(notification: String, entity: String) async throws {
        let transport = ScriptedTransport()
        let city = try City(transport)
        try await city.subscribe(
            #"{"type":"Subscription","entities":[{"type":"Room"}],"notification":{\#(notification),"endpoint":{"uri":"http://a.example/"}}}"#
        )
        try await city.create(
            #"{"id":"urn:ngsi-ld:Room:1","type":"Room","temperature":{"type":"Property","value":21},"humidity":{"type":"Property","value":40}}"#
        )
        await transport.arrival(of: 1)
        await city.stop()
        #expect(try JSONDocument(parsing: transport.posts[0].body).at("data") == "[\(entity)]")
    }

    @Test func `JSON-LD notifications hold their context, and receiverInfo goes along`() async throws {
        let transport = ScriptedTransport()
        let city = try City(transport)
        let context = try await city.under(City.contextURL)
        try await city.subscribe(
            #"{"type":"Subscription","entities":[{"type":"Room"}],"notification":{"endpoint":{"uri":"http://a.example/","accept":"application/ld+json","receiverInfo":[{"key":"Authorization","value":"Bearer x"}]}}}"#,
            context: context)
        try await city.create(
            #"{"id":"urn:ngsi-ld:Room:1","type":"Room","warmth":{"type":"Property","value":21}}"#, context: context)
        await transport.arrival(of: 1)
        await city.stop()
        let post = transport.posts[0]
        let json = try JSONDocument(parsing: post.body)
        #expect(post.headers["Content-Type"] == "application/ld+json")
        #expect(post.headers["Link"] == nil)
        #expect(post.headers["Authorization"] == "Bearer x")
        #expect(json.at("@context")?.contains(City.contextURL) == true)
        #expect(json.at("data", "0", "@context")?.contains(City.contextURL) == true)
        #expect(json.at("data", "0", "warmth", "value") == "21")
    }

    @Test func `deletions are told when they are asked for`() async throws {
        let transport = ScriptedTransport()
        let city = try City(transport)
        try await city.heat(1, to: 21)
        try await city.subscribe(Self.body(#","notificationTrigger":["entityDeleted","attributeDeleted"]"#))
        try await city.deleteAttribute("urn:ngsi-ld:Room:1", "temperature")
        try await city.deleteEntity("urn:ngsi-ld:Room:1")
        await transport.arrival(of: 2)
        await city.stop()
        #expect(
            try JSONDocument(parsing: transport.posts[0].body).at("data")
                == #"[{"id":"urn:ngsi-ld:Room:1","type":"Room","temperature":{"type":"Property","value":"urn:ngsi-ld:null"}}]"#
        )
        let gone = try JSONDocument(parsing: transport.posts[1].body)
        #expect(gone.at("data", "0", "id") == "urn:ngsi-ld:Room:1")
        #expect(gone.at("data", "0", "deletedAt").flatMap { Timestamp($0) } != nil)
    }

    @Test func `notifications of one endpoint arrive in order, also over failures`() async throws {
        let transport = ScriptedTransport { _, number throws(OutgoingHTTPError) in
            if number % 3 == 1 { throw .unreachable("", reason: "test") }
            return number % 3 == 2 ? 503 : 200
        }
        let city = try City(transport)
        let id = try await city.subscribe(Self.body())
        for temperature in 1...30 { try await city.heat(1, to: temperature) }
        // Of each three posts one is taken.
        await transport.arrival(of: 88)
        await city.stop()
        var seen: [String?] = []
        for temperature in Self.temperatures(transport.posts) where seen.last != temperature {
            seen.append(temperature)
        }
        #expect(seen == (1...30).map { "\($0)" })
        let shown = try city.shown(id)
        #expect(shown.at("notification", "timesSent") == "30")
        #expect(shown.at("notification", "timesFailed") == nil)
        #expect(shown.at("notification", "status") == "ok")
    }

    @Test func `what an endpoint refuses is given up at once, what it may take later after five attempts`() async throws
    {
        let transport = ScriptedTransport { post, _ throws(OutgoingHTTPError) in
            post.uri == "http://no.example/" ? 404 : 500
        }
        let pauses = Mutex<[Duration]>([])
        let city = try City(transport) { configuration in
            let sleep = configuration.sleep
            configuration.sleep = { duration in
                if duration < .seconds(60) { pauses.withLock { $0.append(duration) } }
                try await sleep(duration)
            }
        }
        let refused = try await city.subscribe(Self.body(uri: "http://no.example/"))
        let broken = try await city.subscribe(Self.body(uri: "http://broken.example/"))
        try await city.heat(1, to: 20)
        await transport.arrival(of: 6)
        await city.stop()
        #expect(transport.posts(to: "http://no.example/").count == 1)
        #expect(transport.posts(to: "http://broken.example/").count == 5)
        #expect(pauses.withLock { $0 } == [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4)])
        for id in [refused, broken] {
            let shown = try city.shown(id)
            #expect(shown.at("notification", "status") == "failed")
            #expect(shown.at("notification", "timesFailed") == "1")
            #expect(shown.at("notification", "lastFailure") != nil)
        }
    }

    @Test func `a dead endpoint does not delay another, and what waits for it is bounded`() async throws {
        let release = AsyncStream<Void>.makeStream()
        let transport = ScriptedTransport { post, _ throws(OutgoingHTTPError) in
            if post.uri == "http://dead.example/" { for await _ in release.stream { break } }
            return 200
        }
        let city = try City(transport) { $0.queueLimit = 10 }
        try await city.subscribe(Self.body(uri: "http://dead.example/"))
        try await city.subscribe(Self.body(uri: "http://live.example/"))
        // The first to the dead endpoint hangs; in step with the writes, each to the other arrives.
        for temperature in 1...50 {
            try await city.heat(1, to: temperature)
            await transport.arrival(of: temperature + 1)
        }
        #expect(Self.temperatures(transport.posts(to: "http://live.example/")) == (1...50).map { "\($0)" })
        #expect(transport.posts(to: "http://dead.example/").count == 1)
        #expect(city.manager.statistics.waiting == 10)
        #expect(city.manager.statistics.notificationsDropped == 40)
        release.continuation.finish()
        await city.stop()
        // The one that hung and the newest.
        #expect(
            Self.temperatures(transport.posts(to: "http://dead.example/")) == ["1"] + (42...50).map { "\($0)" })
    }

    @Test func `a subscription that is deleted or paused is silent at once`() async throws {
        let transport = ScriptedTransport()
        let city = try City(transport)
        let first = try await city.subscribe(Self.body())
        let second = try await city.subscribe(Self.body())
        try await city.delete(first)
        try await city.update(second, #"{"isActive":false}"#)
        try await city.heat(1, to: 20)
        await city.stop()
        #expect(transport.posts.isEmpty)
    }

    @Test func `subscriptions, counters and what was not sent survive a restart of the manager`() async throws {
        let broker = try Broker(storage: InMemoryStorage())
        let release = AsyncStream<Void>.makeStream()
        let hanging = ScriptedTransport { _, number throws(OutgoingHTTPError) in
            if number > 0 { for await _ in release.stream { break } }
            return 200
        }
        let before = try City(hanging, over: broker)
        let context = try await before.under(City.contextURL)
        let id = try await before.subscribe(
            Self.body(#","q":"temperature>0;!warmth","watchedAttributes":["temperature"]"#), context: context)
        for temperature in 1...3 { try await before.heat(1, to: temperature) }
        await hanging.arrival(of: 2)
        await before.manager.stop(grace: .zero)
        release.continuation.finish()
        // Meanwhile nobody listens.
        try await before.heat(1, to: 4)

        let transport = ScriptedTransport()
        let after = try City(transport, over: broker)
        try await after.heat(1, to: 5)
        await transport.arrival(of: 4)
        await after.stop()
        #expect(Self.temperatures(transport.posts) == ["2", "3", "4", "5"])
        let shown = try after.shown(id, context: context)
        #expect(shown.at("q") == "temperature>0;!warmth")
        #expect(shown.at("notification", "lastSuccess") != nil)
        #expect(shown.at("jsonldContext") == City.contextURL)
    }

    @Test func `a context that cannot be had any more leaves names written in full`() async throws {
        let broker = try Broker(storage: InMemoryStorage())
        let before = try City(ScriptedTransport(), over: broker)
        let context = try await before.under(City.contextURL)
        try await before.subscribe(Self.body(), context: context)
        await before.manager.stop()
        // The stored subscription as if its context had been at a place that is gone.
        let stored = try #require(try broker.documents(kind: SubscriptionManager.subscriptionKind).first)
        let gone = String(decoding: stored.body, as: UTF8.self)
            .replacing(City.contextURL, with: "https://gone.example/context.jsonld")
        let result = await withCheckedContinuation { continuation in
            broker.putDocument(
                kind: SubscriptionManager.subscriptionKind, tenant: "", key: stored.key, body: Array(gone.utf8),
                on: ImmediateReplyScheduler()
            ) { continuation.resume(returning: $0) }
        }
        try result.get()
        let transport = ScriptedTransport()
        let after = try City(transport, over: broker)
        try await after.create(
            #"{"id":"urn:ngsi-ld:Room:1","type":"Room","warmth":{"type":"Property","value":21}}"#, context: context)
        await transport.arrival(of: 1)
        await after.stop()
        let json = try JSONDocument(parsing: transport.posts[0].body)
        #expect(json.at("data", "0", "https://city.example/warmth", "value") == "21")
        #expect(transport.posts[0].headers["Link"]?.contains("core-context") == true)
    }

    @Test func `notifications reach a real receiver, over its failures`() async throws {
        let done = AsyncStream<Void>.makeStream()
        let receiver = try await LocalHTTPServer.start { _, number in
            if number == 5 { done.continuation.finish() }
            switch number {
            case 0: return .status(503)
            case 2: return .cutShort
            case 3: return .endless
            default: return .status(200)
            }
        }
        var configuration = OutgoingHTTP.Configuration()
        configuration.allowsLoopback = true
        let http = OutgoingHTTP(configuration: configuration)
        let city = try City(http)
        let id = try await city.subscribe(Self.body(uri: receiver.url + "/notify"))
        for temperature in 1...4 { try await city.heat(1, to: temperature) }
        for await _ in done.stream {}
        await city.stop()
        await http.shutdown()
        await receiver.stop()
        let values = try receiver.requests.map {
            try JSONDocument(parsing: $0.body).at("data", "0", "temperature", "value")
        }
        // The second was cut short and may have been taken, so it comes again; the endless answer counts as taken.
        #expect(values == ["1", "1", "2", "2", "3", "4"])
        #expect(receiver.requests.allSatisfy { $0.uri == "/notify" && $0.method == "POST" })
        #expect(try city.shown(id).at("notification", "status") == "ok")
    }

    @Test func `an endpoint at an address that is not allowed is told of in the subscription`() async throws {
        let receiver = try await LocalHTTPServer.start { _, _ in .status(200) }
        let http = OutgoingHTTP()
        let city = try City(http)
        let id = try await city.subscribe(Self.body(uri: receiver.url))
        try await city.heat(1, to: 20)
        await city.stop()
        #expect(receiver.requests.isEmpty)
        #expect(try city.shown(id).at("notification", "status") == "failed")
        #expect(try city.shown(id).at("notification", "timesFailed") == "1")
        await http.shutdown()
        await receiver.stop()
    }
}
