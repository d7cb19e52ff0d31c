import Testing

@testable import NGSILDHTTP

struct RequestTargetTests {
    @Test(
        arguments: [
            ("/", .outside), ("/console/stream", .outside), ("/ngsi-ld/v2/entities", .outside),
            ("/ngsi-ld/v1", .outside),
            ("/ngsi-ld/v1/", .unknown), ("/ngsi-ld/v1/entities", .entities), ("/ngsi-ld/v1/entities/", .entities),
            ("/ngsi-ld/v1/entities?type=a/b", .entities), ("/ngsi-ld/v1/entities/urn:a:1", .entity("urn:a:1")),
            ("/ngsi-ld/v1/entities/urn:a:1/", .entity("urn:a:1")),
            ("/ngsi-ld/v1/entities/urn%3Aa%3A1?x=/y", .entity("urn:a:1")),
            ("/ngsi-ld/v1/entities/urn:a:1/attrs", .entityAttributes("urn:a:1")),
            ("/ngsi-ld/v1/entities/urn:a:1/attrs/", .entityAttributes("urn:a:1")),
            ("/ngsi-ld/v1/entities/urn:a:1/attrs/http%3A%2F%2Fa%2Fb", .entityAttribute("urn:a:1", "http://a/b")),
            ("/ngsi-ld/v1/entities/urn:a:1/other", .unknown), ("/ngsi-ld/v1/entities/urn:a:1/attrs/a/b", .unknown),
            ("/ngsi-ld/v1/entitiesx", .unknown), ("/ngsi-ld/v1/entityOperations/upsert", .batch(.upsert)),
            ("/ngsi-ld/v1/entityOperations/query?limit=1", .batch(.query)), ("/ngsi-ld/v1/entityOperations", .unknown),
            ("/ngsi-ld/v1/entityOperations/upsert/x", .unknown), ("/ngsi-ld/v1/types", .types),
            ("/ngsi-ld/v1/types/Bus", .type("Bus")), ("/ngsi-ld/v1/attributes/", .attributes),
            ("/ngsi-ld/v1/attributes/speed", .attribute("speed")), ("/ngsi-ld/v1/subscriptions", .subscriptions),
            ("/ngsi-ld/v1/subscriptions/urn:s:1", .subscription("urn:s:1")), ("/ngsi-ld/v1/jsonldContexts", .contexts),
            ("/ngsi-ld/v1/jsonldContexts/a", .context("a")), ("/ngsi-ld/v1/info/sourceIdentity", .sourceIdentity),
            ("/ngsi-ld/v1/info", .unknown), ("/ngsi-ld/v1/temporal/entities", .temporalEntities),
            ("/ngsi-ld/v1/temporal/entities/urn:a:1", .temporalEntity("urn:a:1")),
            ("/ngsi-ld/v1/temporal/entities/urn:a:1/attrs", .temporalAttributes("urn:a:1")),
            ("/ngsi-ld/v1/temporal/entities/urn:a:1/attrs/a", .temporalAttribute("urn:a:1", "a")),
            ("/ngsi-ld/v1/temporal/entities/urn:a:1/attrs/a/urn:i:1", .temporalInstance("urn:a:1", "a", "urn:i:1")),
            ("/ngsi-ld/v1/temporal/entityOperations/query", .temporalQuery), ("/ngsi-ld/v1/temporal", .unknown),
            ("/ngsi-ld/v1/csourceRegistrations/x", .later("csourceRegistrations")),
            ("/ngsi-ld/v1/csourceSubscriptions", .later("csourceSubscriptions")),
            ("/ngsi-ld/v1/entityMaps", .entityMaps(isTemporal: false)),
            ("/ngsi-ld/v1/entityMaps/urn:m:1", .entityMap("urn:m:1")),
            ("/ngsi-ld/v1/temporal/entityMaps/", .entityMaps(isTemporal: true)),
            ("/ngsi-ld/v1/temporal/entityMaps/a", .unknown), ("/ngsi-ld/v1/snapshots/", .snapshots),
            ("/ngsi-ld/v1/snapshots/urn:s:1", .snapshot("urn:s:1")),
            ("/ngsi-ld/v1/snapshots/urn:s:1/clone", .snapshotClone("urn:s:1")),
            ("/ngsi-ld/v1/snapshots/urn:s:1/copy", .unknown),
            ("/ngsi-ld/v1/entities//attrs", .entityAttributes("")),
        ] as [(String, Resource)])
    func `a path names a resource`(target: String, expected: Resource) throws {
        #expect(try RequestTarget.resource(target) == expected)
    }

    @Test(arguments: [
        "/ngsi-ld/v1/entities/%", "/ngsi-ld/v1/entities/%4", "/ngsi-ld/v1/entities/%zz", "/ngsi-ld/v1/types/%c3",
    ])
    func `a segment that is not percent-encoded UTF-8 is refused`(target: String) {
        #expect(throws: HTTPFailure.self) { try RequestTarget.resource(target) }
    }

    @Test(arguments: [
        ("q=name==%22A+B%22", Parameter.q, "name==\"A B\""), ("q=a%2Bb", .q, "a+b"), ("scopeQ=/+/a", .scopeQ, "/+/a"),
        ("idPattern=a.+", .idPattern, "a.+"), ("type=a&q=b=c", .q, "b=c"), ("q", .q, ""), ("&&q=1&", .q, "1"),
    ])
    func `values are decoded as their parameter asks`(query: String, name: Parameter, expected: String) throws {
        let parameters = try QueryParameters(query[...], allowing: [.q, .scopeQ, .idPattern, .type])
        #expect(parameters[name] == expected)
    }
}
