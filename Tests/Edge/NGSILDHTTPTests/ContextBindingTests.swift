import ClauseTrait
import InMemoryStorage
import JSONTree
import NGSILDModel
import NGSILDOperations
import Synchronization
import Testing

@testable import NGSILDHTTP

/// @contexts in requests and answers, and those that the broker hosts.
struct ContextBindingTests {
    private let link =
        #"Link: <http://example.org/vehicle.jsonld>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json""#

    @Test(.clause("5.5.7")) func `names are read and written under the context of the Link header`() throws {
        let client = try TestBroker().client()
        let body = #"{"id":"urn:a:1","type":"Vehicle","speed":{"type":"Property","value":1}}"#
        #expect(try client.post("/entities", body, link).status == 201)
        let short = try client.get("/entities/urn:a:1", link)
        #expect(canonical(short.body) == canonical(body))
        #expect(short.headers(named: "Link") == [String(link.dropFirst("Link: ".count))])
        let long = try client.get("/entities/urn:a:1?options=keyValues")
        #expect(
            canonical(long.body)
                == #"{"http://example.org/speed":1,"id":"urn:a:1","type":"http://example.org/Vehicle"}"#)
        #expect(try client.get("/entities?type=Vehicle&q=speed==1", link).body.contains("urn:a:1"))
        #expect(try client.get("/entities?type=Vehicle").body == "[]")
        #expect(try client.get("/entities?type=http://example.org/Vehicle").body.contains("urn:a:1"))
        #expect(try client.request("DELETE", "/ngsi-ld/v1/entities/urn:a:1/attrs/speed", [link]).status == 204)
    }

    @Test(.clause("5.2.3")) func `JSON-LD answers carry the context inside`() throws {
        let client = try TestBroker().client()
        _ = try client.post("/entities", #"{"id":"urn:a:1","type":"Vehicle"}"#, link)
        let answer = try client.get("/entities/urn:a:1", link, "Accept: application/ld+json")
        #expect(answer.header("Content-Type") == "application/ld+json")
        #expect(answer.header("Link") == nil)
        #expect(
            canonical(answer.body)
                == #"{"@context":["http://example.org/vehicle.jsonld","https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld"],"id":"urn:a:1","type":"Vehicle"}"#
        )
        let list = try client.get("/entities?type=Vehicle", link, "Accept: application/ld+json")
        #expect(list.body.contains(#""@context":["#))
    }

    @Test(
        arguments: [
            (nil, "application/json"), ("*/*", "application/json"), ("application/*", "application/json"),
            ("application/ld+json", "application/ld+json"),
            ("application/ld+json, application/json", "application/json"),
            ("application/json;q=0.5, application/ld+json", "application/ld+json"),
            ("application/json;q=0, */*", "application/ld+json"), ("application/json;q=high", "application/json"),
            ("text/html, application/xhtml+xml, */*;q=0.8", "application/json"),
            ("application/geo+json, application/ld+json;q=0.9", "application/geo+json"),
        ] as [(String?, String)])
    func `the representation is the one that the client weighs most`(accept: String?, expected: String) throws {
        let client = try TestBroker().client()
        let answer = try client.request("GET", "/ngsi-ld/v1/entities?type=T", accept.map { ["Accept: \($0)"] } ?? [])
        #expect(answer.header("Content-Type") == expected)
    }

    @Test func `a context is loaded once for many requests`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        try client.send(
            String(repeating: "GET /ngsi-ld/v1/entities?type=Vehicle HTTP/1.1\r\nHost: a\r\n\(link)\r\n\r\n", count: 20)
        )
        for _ in 0..<20 { #expect(try client.answer().status == 200) }
        #expect(broker.contexts.loadCount == 1)
    }

    @Test func `known core contexts are never loaded`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        for version in ["v1.3", "v1.6", "v1.8", "v1.9"] {
            let header =
                #"Link: <https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-\#(version).jsonld>; rel="http://www.w3.org/ns/json-ld#context""#
            #expect(try client.get("/entities?type=T", header).status == 200)
        }
        #expect(broker.contexts.loadCount == 0)
    }

    // MARK: Hosted contexts

    @Test func `a server with a public URL names its contexts by it, whatever the client wrote`() throws {
        let broker = try TestBroker(publicURL: "https://city.example/parvis")
        let client = try broker.client()
        let added = try client.post("/jsonldContexts", #"{"@context":{"Car":"http://example.org/Vehicle"}}"#)
        let path = try #require(added.header("Location"))
        #expect(path.hasPrefix("/ngsi-ld/v1/jsonldContexts/"))
        let url = "https://city.example/parvis" + path
        #expect(try client.get("/jsonldContexts").body == "[\"\(url)\"]")
        // Named by it, the context is at hand.
        let hosted = #"Link: <\#(url)>; rel="http://www.w3.org/ns/json-ld#context""#
        #expect(try client.post("/entities", #"{"id":"urn:a:1","type":"Car"}"#, hosted).status == 201)
        #expect(try client.get("/entities/urn:a:1").body.contains("http://example.org/Vehicle"))
    }

    @Test(.clause("5.13.2", "5.13.3", "5.13.4", "5.13.5"))
    func `a context is hosted, used by its URL, listed, served and deleted`() throws {
        let client = try TestBroker().client()
        let added = try client.post("/jsonldContexts", #"{"@context":{"Car":"http://example.org/Vehicle"},"more":1}"#)
        #expect(added.status == 201, "\(added.body)")
        let path = try #require(added.header("Location"))
        let served = try client.request("GET", path)
        #expect(served.status == 200)
        #expect(canonical(served.body) == #"{"@context":{"Car":"http://example.org/Vehicle"}}"#)

        let hosted = #"Link: <http://broker.example\#(path)>; rel="http://www.w3.org/ns/json-ld#context""#
        #expect(try client.post("/entities", #"{"id":"urn:a:1","type":"Car"}"#, hosted).status == 201)
        #expect(try client.get("/entities/urn:a:1").body.contains("http://example.org/Vehicle"))

        #expect(try client.get("/jsonldContexts").body == "[\"http://broker.example\(path)\"]")
        let details = try client.get("/jsonldContexts?details=true&kind=Hosted")
        #expect(details.body.contains(#""kind":"Hosted","createdAt":"20"#))
        #expect(
            try client.request("GET", path + "?details=true").body.contains(#""localId":"urn:ngsi-ld:JSONLDContext:"#))
        #expect(try client.request("DELETE", path + "?reload=true").errorType == "BadRequestData")
        #expect(try client.request("DELETE", path).status == 204)
        #expect(try client.request("GET", path).status == 404)
        #expect(try client.get("/entities?type=Car", hosted).status == 504)
    }

    @Test func `a hosted context is its tenant's alone, but for those who know its URL`() throws {
        let client = try TestBroker().client()
        let added = try client.post(
            "/jsonldContexts", #"{"@context":{"Car":"http://example.org/Vehicle"}}"#, "NGSILD-Tenant: a")
        let path = try #require(added.header("Location"))
        #expect(try client.request("GET", path).status == 404)
        #expect(try client.request("DELETE", path).status == 404)
        #expect(try client.get("/jsonldContexts").body == "[]")
        #expect(try client.request("GET", path, ["NGSILD-Tenant: a"]).status == 200)
        let link = #"Link: <http://broker.example\#(path)>; rel="http://www.w3.org/ns/json-ld#context""#
        #expect(try client.get("/entities?type=Car", link).status == 200)
        #expect(try client.request("DELETE", path, ["NGSILD-Tenant: a"]).status == 204)
    }

    @Test func `hosted contexts outlive the process`() throws {
        let storage = InMemoryStorage()
        let path = try {
            let client = try TestBroker(storage: storage).client()
            return try client.post("/jsonldContexts", #"{"@context":{"Car":"http://example.org/Vehicle"}}"#).header(
                "Location")
        }()
        let client = try TestBroker(storage: storage).client()
        #expect(try client.request("GET", #require(path)).body.contains("Car"))
    }

    @Test(.clause("5.13.3", "5.13.4", "5.13.5")) func `cached contexts are listed and reloaded but not served`() throws
    {
        let broker = try TestBroker()
        let client = try broker.client()
        _ = try client.get("/entities?type=Vehicle", link)
        #expect(try client.get("/jsonldContexts?kind=Cached").body == #"["http://example.org/vehicle.jsonld"]"#)
        let path = "/jsonldContexts/http%3A%2F%2Fexample.org%2Fvehicle.jsonld"
        #expect(try client.get(path).errorType == "OperationNotSupported")
        #expect(try client.get(path + "?details=true").body.contains(#""kind":"Cached""#))
        #expect(try client.request("DELETE", "/ngsi-ld/v1" + path + "?reload=true").status == 204)
        #expect(broker.contexts.loadCount == 2)
        #expect(try client.request("DELETE", "/ngsi-ld/v1" + path).status == 204)
        #expect(try client.get("/jsonldContexts").body == "[]")
        #expect(try client.request("DELETE", "/ngsi-ld/v1" + path).status == 404)
    }

    @Test(arguments: [
        (#"{"context":{}}"#, "InvalidRequest"),
        (#"{"@context":["http://example.org/missing.jsonld",5]}"#, "BadRequestData"),
        (#"{"@context":5}"#, "BadRequestData"),
        (#"{"@context":"http://example.org/missing.jsonld"}"#, "LdContextNotAvailable"), ("{", "InvalidRequest"),
    ])
    func `what is no context is not hosted`(body: String, type: String) throws {
        let client = try TestBroker().client()
        #expect(try client.post("/jsonldContexts", body).errorType == type)
        #expect(try client.get("/jsonldContexts?kind=Hosted").body == "[]")
    }

    @Test(.clause("5.13.1")) func `a context without URL gets one, so that a plain answer can name it`() throws {
        let client = try TestBroker().client()
        _ = try client.post("/entities", #"{"id":"urn:a:1","type":"Vehicle"}"#, link)
        let answer = try client.request(
            "POST", "/ngsi-ld/v1/entityOperations/query", ["Content-Type: application/ld+json"],
            #"{"type":"Query","entities":[{"type":"Car"}],"@context":[{"Car":"http://example.org/Vehicle"}]}"#)
        #expect(answer.body.contains(#""type":"Car""#))
        let path = try #require(answer.header("Link")?.split(separator: ">").first?.dropFirst())
        #expect(path.hasPrefix("/ngsi-ld/v1/jsonldContexts/"))
        #expect(try client.request("GET", String(path)).body.contains(#""Car":"http://example.org/Vehicle""#))
        #expect(try client.get("/jsonldContexts?kind=ImplicitlyCreated").body.contains(path))
    }

    @Test func `the core context is told of, and neither served, fetched nor deleted`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        let path = "/jsonldContexts/https%3A%2F%2Furi.etsi.org%2Fngsi-ld%2Fv1%2Fngsi-ld-core-context-v1.6.jsonld"
        #expect(try client.get(path + "?details=true").body.contains(#""kind":"Cached""#))
        #expect(try client.get(path).errorType == "OperationNotSupported")
        #expect(try client.request("DELETE", "/ngsi-ld/v1" + path).errorType == "BadRequestData")
        #expect(try client.request("DELETE", "/ngsi-ld/v1" + path + "?reload=true").status == 204)
        #expect(try client.get("/jsonldContexts").body == "[]")
        #expect(broker.contexts.loadCount == 0)
    }

    @Test func `copies of fetched contexts outlive the process, and go when they are deleted`() throws {
        let storage = InMemoryStorage()
        let path = "/ngsi-ld/v1/jsonldContexts/http%3A%2F%2Fexample.org%2Fvehicle.jsonld"
        try {
            let client = try TestBroker(storage: storage).client()
            #expect(try client.get("/entities?type=Vehicle", link).status == 200)
        }()
        try {
            let broker = try TestBroker(storage: storage)
            broker.contexts.isOffline = true
            let client = try broker.client()
            #expect(try client.get("/jsonldContexts").body == #"["http://example.org/vehicle.jsonld"]"#)
            #expect(try client.get("/entities?type=Vehicle", link).status == 200)
            #expect(try client.request("DELETE", path).status == 204)
        }()
        let broker = try TestBroker(storage: storage)
        broker.contexts.isOffline = true
        let client = try broker.client()
        #expect(try client.get("/jsonldContexts").body == "[]")
        #expect(try client.get("/entities?type=Vehicle", link).status == 504)
    }

    @Test(
        arguments: [
            (#"{"endpoint":{"uri":"http://a.example/"}}"#, true),
            (#"{"endpoint":{"uri":"http://a.example/","accept":"application/json"}}"#, true),
            (#"{"endpoint":{"uri":"http://a.example/","accept":"application/ld+json"}}"#, false),
        ])
    func `a subscription under an inline context gets a URL that notifications can name`(
        notification: String, isHosted: Bool
    ) throws {
        let storage = InMemoryStorage()
        let subscriptions = RecordedSubscriptions()
        let body =
            #"{"type":"Subscription","notification":\#(notification),"@context":["http://example.org/vehicle.jsonld",{"b":"http://example.org/b"}]}"#
        var path = ""
        for tenant in [["NGSILD-Tenant: t"], ["NGSILD-Tenant: t"], []] {
            let client = try TestBroker(storage: storage, subscriptions: subscriptions).client()
            let answer = try client.request(
                "POST", "/ngsi-ld/v1/subscriptions", ["Content-Type: application/ld+json"] + tenant, body)
            #expect(answer.status == 201)
            let url = subscriptions.contextURLs.last.flatMap { $0 }
            #expect((url != nil) == isHosted)
            guard let url else { continue }
            #expect(url.hasPrefix("http://broker.example/ngsi-ld/v1/jsonldContexts/"))
            path = String(url.dropFirst("http://broker.example".count))
            #expect(try client.request("GET", path, tenant).body.contains(#"{"b":"http://example.org/b"}"#))
            #expect(try client.request("GET", path + "?details=true", tenant).body.contains("ImplicitlyCreated"))
            #expect(try client.request("DELETE", path + "?reload=true", tenant).errorType == "BadRequestData")
        }
        guard isHosted else { return }
        // One for each tenant, in spite of the restarts.
        #expect(Set(subscriptions.contextURLs.compactMap { $0 }).count == 2)
        let client = try TestBroker(storage: storage).client()
        #expect(try client.get("/jsonldContexts?kind=ImplicitlyCreated").body == "[\"http://broker.example\(path)\"]")
        #expect(try client.request("GET", path, ["NGSILD-Tenant: t"]).status == 404)
        #expect(try client.request("DELETE", path).status == 204)
        #expect(try client.request("GET", path).status == 404)
    }
}

/// Remembers the context URLs that subscriptions were created with.
final class RecordedSubscriptions: SubscriptionService {
    private let urls = Mutex<[String?]>([])
    var contextURLs: [String?] { urls.withLock { $0 } }

    func createSubscription(
        _ body: JSONDocument, context: TermContext, contextURL: String?, owner: String?, tenant: String,
        on scheduler: any ReplyScheduler, reply: @escaping @Sendable (Result<String, NGSILDError>) -> Void
    ) {
        urls.withLock { $0.append(contextURL) }
        scheduler.deliver([{ reply(.success("urn:ngsi-ld:Subscription:1")) }])
    }

    func updateSubscription(
        id: String, _ fragment: JSONDocument, context: TermContext, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) { scheduler.deliver([{ reply(.success(())) }]) }

    func appendSubscription(
        id: String, tenant: String, context: TermContext, showsSystemAttributes: Bool, to writer: inout ByteWriter
    ) throws(NGSILDError) {}

    func subscriptionOwner(id: String, tenant: String) -> String? { nil }

    func subscriptionIDs(tenant: String) throws(NGSILDError) -> [String] { [] }

    func deleteSubscription(
        id: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) { scheduler.deliver([{ reply(.success(())) }]) }
}
