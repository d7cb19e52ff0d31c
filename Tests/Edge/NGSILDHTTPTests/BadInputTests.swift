import Testing

@testable import NGSILDHTTP

/// Bad input: each kind gets its own clear answer, and the rest stays as it was.
struct BadInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let method: String
        let path: String
        var headers: [String] = []
        var body: String?
        let status: Int
        /// The end of the error type's URI; `nil` for an answer without body.
        let type: String?
        /// Words of the detail.
        var says: [String] = []

        init(
            _ name: String, _ method: String, _ path: String, _ headers: [String] = [], _ body: String? = nil,
            _ status: Int, _ type: String?, says: [String] = []
        ) {
            self.name = name
            self.method = method
            self.path = path
            self.headers = headers
            self.body = body
            self.status = status
            self.type = type
            self.says = says
        }

        var testDescription: String { name }
    }

    /// A new entity at a geometry.
    private static func place(_ geometry: String) -> String {
        #"{"id":"urn:a:1","type":"T","location":{"type":"GeoProperty","value":\#(geometry)}}"#
    }

    private static func ring(of positions: Int) -> String {
        let edge = (0..<positions - 1).map { "[\($0 % 2),\($0)e-6]" }.joined(separator: ",")
        return #"{"type":"Polygon","coordinates":[[\#(edge),[0,0e-6]]]}"#
    }

    /// A query by POST for what lies in a polygon.
    private static func within(_ coordinates: String) -> String {
        #"{"type":"Query","entities":[{"type":"T"}],"geoQ":{"georel":"within","geometry":"Polygon","coordinates":\#(coordinates)}}"#
    }

    /// Zigzags that cross each other everywhere.
    private static let tangle =
        "[["
        + (0..<300).map { $0 < 150 ? "[\($0),\($0 % 2)]" : "[\($0 % 2 * 150),\(Double($0) / 300)]" }
        .joined(separator: ",") + ",[0,0]]]"

    static let room = "/entities/urn:ngsi-ld:Room:1"
    static let contextLink =
        #"Link: <http://example.org/vehicle.jsonld>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json""#

    static let cases: [Case] = [
        // The body
        Case(
            "broken JSON", "POST", "/entities", [], #"{"id":"urn:a:1","type":"T""#, 400, "InvalidRequest",
            says: ["ends too early"]),
        Case("no JSON", "POST", "/entities", [], "hello", 400, "InvalidRequest", says: ["'h'", "line 1"]),
        Case("an empty body", "POST", "/entities", [], "", 400, "InvalidRequest", says: ["no body"]),
        Case(
            "65 levels", "POST", "/entities", [],
            #"{"id":"urn:a:1","type":"T","a":{"type":"Property","value":"# + String(repeating: "[", count: 63)
                + String(repeating: "]", count: 63) + "}}", 400, "InvalidRequest", says: ["64 levels"]),
        Case(
            "a duplicate key", "POST", "/entities", [], #"{"id":"urn:a:1","type":"T","id":"urn:a:2"}"#, 400,
            "InvalidRequest", says: ["\"id\"", "twice"]),
        Case(
            "NaN", "POST", "/entities", [], #"{"id":"urn:a:1","type":"T","a":{"type":"Property","value":NaN}}"#, 400,
            "InvalidRequest", says: ["line 1"]),
        // Geometries
        Case(
            "a longitude out of range", "POST", "/entities", [], place(#"{"type":"Point","coordinates":[180.1,0]}"#),
            400, "BadRequestData", says: ["location", "longitude 180.1"]),
        Case(
            "a latitude out of range", "POST", "/entities", [], place(#"{"type":"Point","coordinates":[0,-90.5]}"#),
            400,
            "BadRequestData", says: ["latitude -90.5"]),
        Case(
            "a polygon over the antimeridian by longitudes beyond 180", "POST", "/entities", [],
            place(#"{"type":"Polygon","coordinates":[[[177,0],[182,0],[182,1],[177,0]]]}"#), 400, "BadRequestData",
            says: ["longitude 182"]),
        Case(
            "a ring that is not closed", "POST", "/entities", [],
            place(#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}"#), 400, "BadRequestData",
            says: ["ends where it starts"]),
        Case(
            "more than a hundred thousand positions", "POST", "/entities", [], place(ring(of: 100_001)), 400,
            "BadRequestData", says: ["more than 100000 positions"]),
        Case(
            "a longitude out of range in a query", "POST", "/entityOperations/query", [],
            within("[[[177,0],[182,0],[182,1],[177,0]]]"), 400, "BadRequestData", says: ["longitude 182"]),
        Case(
            "a reference that crosses itself everywhere", "POST", "/entityOperations/query", [], within(tangle), 403,
            "TooComplexQuery", says: ["cross more than 100 times"]),
        Case("an array as entity", "POST", "/entities", [], "[]", 400, "BadRequestData"),
        Case(
            "an id that is no URI", "POST", "/entities", [], #"{"id":"room 1","type":"T"}"#, 400, "BadRequestData",
            says: ["room 1", "URI"]),
        Case("no id", "POST", "/entities", [], #"{"type":"T"}"#, 400, "BadRequestData", says: ["id"]),
        Case("no type", "POST", "/entities", [], #"{"id":"urn:a:1"}"#, 400, "BadRequestData", says: ["type"]),
        Case(
            "an attribute without value", "POST", "/entities", [],
            #"{"id":"urn:a:1","type":"T","a":{"type":"Property"}}"#, 400, "BadRequestData", says: ["a"]),
        Case(
            "an entity that exists", "POST", "/entities", [], EntityBindingTests.room, 409, "AlreadyExists",
            says: ["Room:1"]),
        Case(
            "another id in the body", "PATCH", room, [], #"{"id":"urn:ngsi-ld:Room:2"}"#, 400, "BadRequestData",
            says: ["Room:2", "Room:1"]),
        // Media types
        Case("no content type", "POST", "/entities", ["Content-Type: "], "{}", 415, nil),
        Case("a content type that is not taken", "POST", "/entities", ["Content-Type: text/plain"], "{}", 415, nil),
        Case(
            "a merge patch for POST", "POST", "/entities", ["Content-Type: application/merge-patch+json"], "{}", 415,
            nil),
        Case(
            "a charset that is not taken", "POST", "/entities", ["Content-Type: application/json; charset=latin1"],
            "{}", 415, nil),
        Case("no length", "POST", "/entities", ["Content-Type: application/json"], nil, 411, nil),
        Case(
            "an answer in XML", "GET", room, ["Accept: application/xml"], nil, 406, "about:blank",
            says: ["application/json"]),
        Case(
            "types as GeoJSON", "GET", "/types", ["Accept: application/geo+json"], nil, 406, "about:blank",
            says: ["application/ld+json"]),
        // The context
        Case(
            "a context beside plain JSON", "POST", "/entities", [],
            #"{"id":"urn:a:1","type":"T","@context":"http://example.org/vehicle.jsonld"}"#, 400, "BadRequestData",
            says: ["application/ld+json"]),
        Case(
            "JSON-LD without context", "POST", "/entities", ["Content-Type: application/ld+json"],
            #"{"id":"urn:a:1","type":"T"}"#, 400, "BadRequestData", says: ["@context"]),
        Case(
            "JSON-LD with a Link header", "POST", "/entities", ["Content-Type: application/ld+json", contextLink],
            #"{"id":"urn:a:1","type":"T","@context":"http://example.org/vehicle.jsonld"}"#, 400, "BadRequestData",
            says: ["Link"]),
        Case(
            "a context that cannot be reached", "GET", room, [contextLink.replacing("vehicle", with: "missing")], nil,
            504, "LdContextNotAvailable", says: ["missing.jsonld"]),
        Case(
            "a context that includes itself", "GET", room, [contextLink.replacing("vehicle", with: "loop")], nil, 400,
            "BadRequestData", says: ["includes itself"]),
        Case(
            "a context that is no JSON", "GET", room, [contextLink.replacing("vehicle", with: "nojson")], nil, 400,
            "BadRequestData", says: ["nojson"]),
        Case(
            "two contexts", "GET", room, [contextLink, contextLink], nil, 400, "BadRequestData", says: ["2 @contexts"]),
        Case(
            "a Link header that cannot be read", "GET", room, ["Link: <http://a"], nil, 400, "BadRequestData",
            says: ["Link"]),
        // Parameters
        Case(
            "an unknown parameter", "GET", "/entities?type=Room&colour=red", [], nil, 400, "InvalidRequest",
            says: ["colour", "limit"]),
        Case(
            "a parameter given twice", "GET", "/entities?type=Room&type=House", [], nil, 400, "InvalidRequest",
            says: ["type", "twice"]),
        Case("an unknown option", "GET", room + "?options=fancy", [], nil, 400, "InvalidRequest", says: ["fancy"]),
        Case("an unknown format", "GET", room + "?format=fancy", [], nil, 400, "InvalidRequest", says: ["fancy"]),
        Case("a broken escape", "GET", "/entities?type=%4", [], nil, 400, "InvalidRequest", says: ["percent"]),
        Case("bytes that are no UTF-8", "GET", "/entities?type=%ff", [], nil, 400, "InvalidRequest", says: ["UTF-8"]),
        Case("a query for everything", "GET", "/entities", [], nil, 400, "BadRequestData", says: ["too wide"]),
        Case(
            "a query by id only", "GET", "/entities?id=urn:ngsi-ld:Room:1", [], nil, 400, "BadRequestData",
            says: ["too wide"]),
        Case(
            "limit=0 without count", "GET", "/entities?type=Room&limit=0", [], nil, 400, "BadRequestData",
            says: ["count=true"]),
        Case(
            "a negative limit", "GET", "/entities?type=Room&limit=-1", [], nil, 400, "BadRequestData", says: ["limit"]),
        Case(
            "a limit that is no number", "GET", "/entities?type=Room&limit=ten", [], nil, 400, "BadRequestData",
            says: ["ten"]),
        Case(
            "a page of 5,000", "GET", "/entities?type=Room&limit=5000", [], nil, 403, "TooManyResults", says: ["1000"]),
        Case("a broken q", "GET", "/entities?type=Room&q=a%3D%3D", [], nil, 400, "BadRequestData", says: ["q"]),
        Case(
            "a broken pattern", "GET", "/entities?type=Room&idPattern=(", [], nil, 400, "BadRequestData",
            says: ["idPattern"]),
        Case(
            "a geo-query without geometry", "GET", "/entities?georel=within", [], nil, 400, "BadRequestData",
            says: ["geometry"]),
        Case(
            "a flag that is none", "GET", "/entities?type=Room&count=yes", [], nil, 400, "BadRequestData",
            says: ["count", "yes"]),
        Case(
            "an id in the query that is no URI", "GET", "/entities?type=Room&id=1", [], nil, 400, "BadRequestData",
            says: ["URI"]),
        Case("attrs and pick", "GET", room + "?attrs=a&pick=b", [], nil, 400, "BadRequestData", says: ["pick"]),
        Case(
            "an array in JSON-LD", "POST", "/entities", ["Content-Type: application/ld+json"], "[]", 400,
            "InvalidRequest",
            says: ["object"]),
        Case("attrs and omit", "GET", room + "?attrs=a&omit=b", [], nil, 400, "BadRequestData", says: ["omit"]),
        Case(
            "id in attrs", "GET", "/entities?type=Room&attrs=id", [], nil, 400, "BadRequestData", says: ["id", "pick"]),
        Case(
            "system attributes alone", "GET", "/entities?attrs=createdAt", [], nil, 400, "BadRequestData",
            says: ["too wide"]),
        Case("pick alone", "GET", "/entities?pick=temperature", [], nil, 400, "BadRequestData", says: ["too wide"]),
        Case("pick of what is not there", "GET", room + "?pick=colour", [], nil, 404, "ResourceNotFound"),
        Case(
            "omitting everything", "GET", room + "?omit=id,type,temperature,inBuilding", [], nil, 404,
            "ResourceNotFound"),
        Case(
            "a scope that is not there", "DELETE", room + "/attrs/scope", [], nil, 404, "ResourceNotFound",
            says: ["scope"]),
        Case("a path without id", "PATCH", "/entities/", [], "{}", 400, "BadRequestData", says: ["{id}"]),
        Case("a name with @", "PUT", room + "/attrs/@a", [], #"{"value":1}"#, 400, "BadRequestData", says: ["@a"]),
        Case(
            "a batch with what is no entity", "POST", "/entityOperations/create", [],
            #"[{"id":"urn:a:1","type":"T"},null]"#, 400,
            "BadRequestData", says: ["Member 2", "null"]),
        Case(
            "deleting the core context", "DELETE",
            "/jsonldContexts/https%3A%2F%2Furi.etsi.org%2Fngsi-ld%2Fv1%2Fngsi-ld-core-context-v1.8.jsonld", [], nil,
            400,
            "BadRequestData", says: ["built in"]),
        Case(
            "pick and omit of one member", "GET", room + "?pick=id,a&omit=a", [], nil, 400, "BadRequestData",
            says: ["a"]),
        Case(
            "members of linked entities", "GET", room + "?pick=a%7Bb%7D", [], nil, 400, "BadRequestData", says: ["join"]
        ),
        Case(
            "a geometry for plain JSON", "GET", room + "?geometryProperty=a", [], nil, 400, "BadRequestData",
            says: ["geo+json"]),
        Case(
            "a datasetId that is no URI", "GET", room + "?datasetId=a", [], nil, 400, "BadRequestData",
            says: ["datasetId"]),
        Case(
            "a join of another kind", "GET", "/entities?type=Room&join=outer", [], nil, 400, "BadRequestData",
            says: ["join", "inline"]),
        Case(
            "no level of links", "GET", "/entities?type=Room&join=flat&joinLevel=0", [], nil, 400, "BadRequestData",
            says: ["joinLevel"]),
        Case(
            "too many levels of links", "GET", "/entities?type=Room&join=flat&joinLevel=11", [], nil, 403,
            "TooComplexQuery", says: ["joinLevel", "10"]),
        Case(
            "a met entity that is no URI", "GET", room + "?join=inline&containedBy=a", [], nil, 400, "BadRequestData",
            says: ["containedBy"]),
        Case(
            "members of too distant entities", "GET", room + "?join=inline&pick=a%7Bb%7Bc%7D%7D", [], nil, 400,
            "BadRequestData", says: ["pick", "2 links"]),
        Case(
            "members that are never closed", "GET", room + "?join=inline&pick=a%7Bb", [], nil, 400, "BadRequestData",
            says: ["closed"]),
        Case(
            "members that close nothing", "GET", room + "?join=inline&omit=a%7D", [], nil, 400, "BadRequestData",
            says: ["closes nothing"]),
        Case(
            "members of the id", "GET", room + "?join=inline&pick=id%7Ba%7D", [], nil, 400, "BadRequestData",
            says: ["Relationship"]),
        Case(
            "a query of linked entities without join", "GET", "/entities?type=Room&q=a%7Bb%7D%3D%3D1", [], nil, 400,
            "BadRequestData", says: ["join"]),
        Case(
            "a query of too distant entities", "GET", "/entities?type=Room&join=flat&q=a%7Bb%7Bc%7D%7D", [], nil, 400,
            "BadRequestData", says: ["joinLevel"]),
        Case(
            "a query of the broker's times only", "GET", "/entities?q=modifiedAt%3E2020-01-01T00:00:00Z", [], nil, 400,
            "BadRequestData", says: ["too wide"]),
        Case(
            "a filter of sources that cannot be read", "GET", "/entities?type=Room&csf=))bad((", [], nil, 400,
            "BadRequestData", says: ["csf"]),
        Case(
            "an order by distance from nowhere", "GET", "/entities?type=Room&orderBy=location;dist-asc", [], nil, 400,
            "BadRequestData", says: ["orderFrom"]),
        Case(
            "an order in no direction", "GET", "/entities?type=Room&orderBy=a;up", [], nil, 400, "BadRequestData",
            says: ["up", "desc"]),
        Case(
            "an order of nothing", "GET", "/entities?type=Room&orderBy=a,,b", [], nil, 400, "BadRequestData",
            says: ["orderBy"]),
        Case(
            "an order from something else than a place", "GET",
            "/entities?type=Room&orderBy=location;dist-asc&orderFrom=[8]", [], nil, 400, "BadRequestData",
            says: ["orderFrom"]),
        Case(
            "an order of more than is kept", "GET", "/entities?type=Room&orderBy=a&offset=9999", [], nil, 403,
            "TooManyResults", says: ["10000"]),
        Case(
            "a collation that is none", "GET", "/entities?type=Room&orderBy=a&collation=!!nope", [], nil, 400,
            "BadRequestData", says: ["collation"]),
        Case(
            "a place that no link has", "GET", "/entities?type=Room&pageAfter=x", [], nil, 400, "BadRequestData",
            says: ["pageAfter"]),
        Case(
            "an order in an unknown manner", "POST", "/entityOperations/query", [],
            #"{"type":"Query","entities":[{"type":"Room"}],"ordering":{"orderBy":["a"],"by":1}}"#, 400,
            "BadRequestData", says: ["by"]),
        // What is not there
        Case(
            "an entity that is not there", "GET", "/entities/urn:a:404", [], nil, 404, "ResourceNotFound",
            says: ["urn:a:404"]),
        Case(
            "attributes that are not there", "GET", room + "?attrs=colour", [], nil, 404, "ResourceNotFound",
            says: ["colour"]),
        Case(
            "a path id that is no URI", "GET", "/entities/room1", [], nil, 400, "BadRequestData",
            says: ["room1", "urn:ngsi-ld"]),
        Case("a type that is not there", "GET", "/types/House", [], nil, 404, "ResourceNotFound", says: ["House"]),
        Case(
            "an attribute that is not there", "GET", "/attributes/colour", [], nil, 404, "ResourceNotFound",
            says: ["colour"]),
        Case("an unknown resource", "GET", "/things", [], nil, 404, "ResourceNotFound", says: ["/ngsi-ld/v1/things"]),
        Case("an unknown batch", "POST", "/entityOperations/destroy", [], "[]", 404, "ResourceNotFound"),
        Case("a path that goes on too far", "GET", room + "/attrs/a/b", [], nil, 404, "ResourceNotFound"),
        Case(
            "a resource for later", "GET", "/csourceRegistrations", [], nil, 422, "OperationNotSupported",
            says: ["csourceRegistrations"]),
        Case(
            "history that is not kept", "GET", "/temporal/entities?type=Room", [], nil, 422, "OperationNotSupported",
            says: ["history"]),
        Case("subscriptions that are not offered", "GET", "/subscriptions", [], nil, 422, "OperationNotSupported"),
        // Purging
        Case("purging everything", "DELETE", "/entities", [], nil, 400, "BadRequestData", says: ["too wide"]),
        Case(
            "purging by pattern alone", "DELETE", "/entities?idPattern=.*", [], nil, 400, "BadRequestData",
            says: ["too wide"]),
        Case(
            "purging by a system attribute", "DELETE", "/entities?q=modifiedAt%3E2020-01-01T00:00:00Z", [], nil, 400,
            "BadRequestData", says: ["too wide"]),
        Case(
            "purging with keep and drop", "DELETE", "/entities?type=Room&keep=a&drop=b", [], nil, 400,
            "BadRequestData", says: ["keep and drop"]),
        Case(
            "purging by linked entities", "DELETE", "/entities?type=Room&q=inBuilding%7Bname%7D==%22x%22", [], nil, 400,
            "BadRequestData", says: ["linked"]),
        Case(
            "purging an attribute of linked entities", "DELETE", "/entities?type=Room&attrs=inBuilding%7Bname%7D", [],
            nil, 400, "BadRequestData", says: ["linked"]),
        // Merging
        Case(
            "a merge at no time", "PATCH", room + "?observedAt=now", [], #"{"temperature":1}"#, 400, "BadRequestData",
            says: ["observedAt", "now"]),
        Case(
            "a merge in several languages", "PATCH", room + "?lang=en,fr", [], #"{"temperature":1}"#, 400,
            "BadRequestData", says: ["lang"]),
        Case(
            "a null inside a value that is not merged", "PATCH", room + "/attrs", [],
            #"{"temperature":{"value":{"a":"urn:ngsi-ld:null"}}}"#, 400, "BadRequestData", says: ["Merge Entity"]),
        // Batches
        Case(
            "a batch that is no array", "POST", "/entityOperations/create", [], "{}", 400, "BadRequestData",
            says: ["array"]),
        Case("an empty batch", "POST", "/entityOperations/create", [], "[]", 400, "BadRequestData", says: ["empty"]),
        Case(
            "a batch of 1,001", "POST", "/entityOperations/create", [],
            "[" + Array(repeating: "{}", count: 1_001).joined(separator: ",") + "]", 400, "BadRequestData",
            says: ["1001", "1000"]),
        Case(
            "a batch delete of what is no URI", "POST", "/entityOperations/delete", [], #"["a b"]"#, 400,
            "BadRequestData", says: ["URI"]),
        Case(
            "a batch with an unknown option", "POST", "/entityOperations/upsert?options=sometimes", [], "[{}]", 400,
            "InvalidRequest", says: ["sometimes"]),
        Case(
            "a query without type", "POST", "/entityOperations/query", [], "{}", 400, "BadRequestData", says: ["Query"]),
        Case(
            "a query with an unknown member", "POST", "/entityOperations/query", [], #"{"type":"Query","colour":1}"#,
            400, "BadRequestData", says: ["colour"]),
        Case(
            "an empty query", "POST", "/entityOperations/query", [], #"{"type":"Query"}"#, 400, "BadRequestData",
            says: ["too wide"]),
    ]

    @Test(arguments: cases) func `bad input gets its own clear answer`(_ example: Case) throws {
        let broker = try TestBroker()
        let client = try broker.client()
        _ = try client.post("/entities", EntityBindingTests.room)
        let answer = try client.request(example.method, "/ngsi-ld/v1" + example.path, example.headers, example.body)
        #expect(answer.status == example.status, "\(answer.body)")
        if let type = example.type {
            #expect(answer.header("Content-Type") == "application/json")
            #expect(answer.errorType == type)
            for word in example.says { #expect(answer.detail.contains(word), "\(answer.detail)") }
        } else {
            #expect(answer.body == "")
        }
        #expect(answer.header("Link") == nil)
        let after = try client.get("/entities?local=true")
        #expect(canonical(after.body) == canonical("[" + EntityBindingTests.room + "]"))
    }

    @Test func `bytes that are no UTF-8 in a body are refused`() throws {
        let broker = try TestBroker()
        let client = try broker.client()
        let body: [UInt8] =
            Array(#"{"id":"urn:a:1","type":"T","a":{"type":"Property","value":""#.utf8) + [0xFF] + Array(#""}}"#.utf8)
        try client.send(
            Array(
                "POST /ngsi-ld/v1/entities HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n"
                    .utf8) + body)
        let answer = try client.answer()
        #expect(answer.status == 400)
        #expect(answer.errorType == "InvalidRequest")
        #expect(answer.detail.contains("UTF-8"))
    }

    @Test(arguments: [
        ("/entities", "PUT", "GET, POST, DELETE, HEAD, OPTIONS"),
        ("/entities/urn:a:1", "POST", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
        ("/entities/urn:a:1/attrs", "GET", "POST, PATCH, OPTIONS"),
        ("/entities/urn:a:1/attrs/a", "POST", "PATCH, PUT, DELETE, OPTIONS"),
        ("/entityOperations/create", "GET", "POST, OPTIONS"),
        ("/types", "POST", "GET, HEAD, OPTIONS"),
        ("/types/T", "DELETE", "GET, HEAD, OPTIONS"),
        ("/attributes", "PATCH", "GET, HEAD, OPTIONS"),
        ("/attributes/a", "PUT", "GET, HEAD, OPTIONS"),
        ("/jsonldContexts", "DELETE", "GET, POST, HEAD, OPTIONS"),
        ("/jsonldContexts/a", "POST", "GET, DELETE, HEAD, OPTIONS"),
        ("/info/sourceIdentity", "POST", "GET, HEAD, OPTIONS"),
    ])
    func `a method that a resource does not have is refused with those that it has`(
        path: String, method: String, allowed: String
    ) throws {
        let broker = try TestBroker()
        let client = try broker.client()
        let answer = try client.request(method, "/ngsi-ld/v1" + path, [], method == "GET" ? nil : "{}")
        #expect(answer.status == 405)
        #expect(answer.header("Allow") == allowed)
        let options = try client.request("OPTIONS", "/ngsi-ld/v1" + path)
        #expect(options.status == 204)
        #expect(options.header("Allow") == allowed)
    }
}
