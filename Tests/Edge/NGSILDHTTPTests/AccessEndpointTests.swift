import AccessPolicies
import Testing

@testable import NGSILDHTTP

/// Every route and method: who is let in.
struct AccessEndpointTests {
    /// Route, method, and the operation that it takes, as `docs/access.md` has it; empty: none.
    private static let table: [(path: String, method: String, operation: String)] = [
        ("/ngsi-ld/v1/entities?local=true", "GET", "queryEntity"),
        ("/ngsi-ld/v1/entities?local=true", "HEAD", "queryEntity"),
        ("/ngsi-ld/v1/entities", "POST", "createEntity"), ("/ngsi-ld/v1/entities?type=A", "DELETE", "purgeEntity"),
        ("/ngsi-ld/v1/entities/urn:a:1", "GET", "retrieveEntity"),
        ("/ngsi-ld/v1/entities/urn:a:1", "DELETE", "deleteEntity"),
        ("/ngsi-ld/v1/entities/urn:a:1", "PATCH", "mergeEntity"),
        ("/ngsi-ld/v1/entities/urn:a:1", "PUT", "replaceEntity"),
        ("/ngsi-ld/v1/entities/urn:a:1/attrs", "POST", "appendAttrs"),
        ("/ngsi-ld/v1/entities/urn:a:1/attrs", "PATCH", "updateEntity"),
        ("/ngsi-ld/v1/entities/urn:a:1/attrs/b", "PATCH", "updateAttrs"),
        ("/ngsi-ld/v1/entities/urn:a:1/attrs/b", "PUT", "replaceAttrs"),
        ("/ngsi-ld/v1/entities/urn:a:1/attrs/b", "DELETE", "deleteAttrs"),
        ("/ngsi-ld/v1/entityOperations/create", "POST", "createBatch"),
        ("/ngsi-ld/v1/entityOperations/upsert", "POST", "upsertBatch"),
        ("/ngsi-ld/v1/entityOperations/update", "POST", "updateBatch"),
        ("/ngsi-ld/v1/entityOperations/merge", "POST", "mergeBatch"),
        ("/ngsi-ld/v1/entityOperations/delete", "POST", "deleteBatch"),
        ("/ngsi-ld/v1/entityOperations/query", "POST", "queryBatch"),
        ("/ngsi-ld/v1/types", "GET", "retrieveEntityTypes"),
        ("/ngsi-ld/v1/types?details=true", "GET", "retrieveEntityTypeDetails"),
        ("/ngsi-ld/v1/types?details=tru%65", "GET", "retrieveEntityTypeDetails"),
        ("/ngsi-ld/v1/types/A", "GET", "retrieveEntityTypeInfo"),
        ("/ngsi-ld/v1/attributes", "GET", "retrieveAttrTypes"),
        ("/ngsi-ld/v1/attributes?details=true", "GET", "retrieveAttrTypeDetails"),
        ("/ngsi-ld/v1/attributes/a", "GET", "retrieveAttrTypeInfo"),
        ("/ngsi-ld/v1/subscriptions", "GET", "querySubscription"),
        ("/ngsi-ld/v1/subscriptions", "POST", "createSubscription"),
        ("/ngsi-ld/v1/subscriptions/urn:s:1", "GET", "retrieveSubscription"),
        ("/ngsi-ld/v1/subscriptions/urn:s:1", "PATCH", "updateSubscription"),
        ("/ngsi-ld/v1/subscriptions/urn:s:1", "DELETE", "deleteSubscription"),
        ("/ngsi-ld/v1/jsonldContexts", "GET", "retrieveContext"),
        ("/ngsi-ld/v1/jsonldContexts", "POST", "provideContext"),
        ("/ngsi-ld/v1/jsonldContexts/c", "GET", "retrieveContext"),
        ("/ngsi-ld/v1/jsonldContexts/c", "DELETE", "provideContext"),
        ("/ngsi-ld/v1/info/sourceIdentity", "GET", "retrieveContextSourceIdentity"),
        ("/ngsi-ld/v1/entityMaps?local=true", "GET", "createEntityMapQueryEntity"),
        ("/ngsi-ld/v1/temporal/entityMaps?local=true", "GET", "createEntityMapQueryTemporal"),
        ("/ngsi-ld/v1/entityMaps/urn:m:1", "GET", "retrieveEntityMap"),
        ("/ngsi-ld/v1/entityMaps/urn:m:1", "PATCH", "updateEntityMap"),
        ("/ngsi-ld/v1/entityMaps/urn:m:1", "DELETE", "deleteEntityMap"),
        ("/ngsi-ld/v1/snapshots/urn:s:1", "GET", "retrieveSnapshot"),
        ("/ngsi-ld/v1/temporal/entities?local=true", "GET", "queryTemporal"),
        ("/ngsi-ld/v1/temporal/entities", "POST", "upsertTemporal"),
        ("/ngsi-ld/v1/temporal/entityOperations/query", "POST", "queryTemporal"),
        ("/ngsi-ld/v1/temporal/entities/urn:a:1", "GET", "retrieveTemporal"),
        ("/ngsi-ld/v1/temporal/entities/urn:a:1", "DELETE", "deleteTemporal"),
        ("/ngsi-ld/v1/temporal/entities/urn:a:1/attrs", "POST", "appendAttrsTemporal"),
        ("/ngsi-ld/v1/temporal/entities/urn:a:1/attrs/b", "DELETE", "deleteAttrsTemporal"),
        ("/ngsi-ld/v1/temporal/entities/urn:a:1/attrs/b/urn:i:1", "PATCH", "updateAttrInstanceTemporal"),
        ("/ngsi-ld/v1/temporal/entities/urn:a:1/attrs/b/urn:i:1", "DELETE", "deleteAttrInstanceTemporal"),
        ("/admin/tenants", "GET", "administer"), ("/admin/tenants/a", "DELETE", "administer"),
        ("/admin/history", "GET", "administer"), ("/admin/history/a", "PUT", "administer"),
        ("/admin/notifications", "GET", "manageNotifications"), ("/admin/rules", "GET", "manageRules"),
        ("/admin/rules/test", "POST", "manageRules"), ("/admin/whatever", "GET", "administer"),
        ("/admin/publications", "GET", "administer"), ("/admin/publications/a", "PUT", "administer"),
        ("/admin/publications/preview", "POST", "administer"), ("/admin/imports", "POST", "administer"),
        ("/admin/audit", "GET", "administer"),
        ("/public/layers", "GET", ""), ("/public/layers/a.csv", "GET", ""), ("/public/tiles/a/1/1/1.mvt", "GET", ""),
        ("/public/catalogue.jsonld", "GET", ""), ("/public/alerts.atom", "GET", ""),
        ("/public/alerts/a.cap.xml", "GET", ""),
        ("/admin", "GET", "administer"), ("/metrics", "GET", "administer"),
        ("/air/map?pollutant=PM2.5", "GET", "queryEntity"), ("/air/tiles/PM2.5/1/1/1.png", "GET", "queryEntity"),
        ("/health", "GET", ""), ("/openapi.json", "GET", ""), ("/ngsi-ld/v1/entities", "OPTIONS", ""),
        ("/ngsi-ld/v1/nothing", "GET", ""), ("/", "GET", ""),
    ]
    /// What makes snapshots must be able to read everything too, so they are not in the table.
    private static let snapshotRequests: [(path: String, method: String)] = [
        ("/ngsi-ld/v1/snapshots", "POST"), ("/ngsi-ld/v1/snapshots?q=snapshotPriority%3C5", "DELETE"),
        ("/ngsi-ld/v1/snapshots/urn:s:1", "PATCH"), ("/ngsi-ld/v1/snapshots/urn:s:1", "DELETE"),
        ("/ngsi-ld/v1/snapshots/urn:s:1/clone", "POST"),
    ]

    private let broker: TestBroker
    private let client: TestClient
    private let authenticator = TestAuthenticator()

    init() throws {
        broker = try TestBroker(
            subscriptions: RecordedSubscriptions(), keepsHistory: true, authenticator: authenticator)
        client = try broker.client()
        authenticator.use(
            AccessOperation.allCases.map {
                AccessPolicy(id: $0.name, roles: [$0.name], tenants: ["*"], operations: [$0.name])
            } + [
                AccessPolicy(
                    id: "snap", roles: ["snap"], operations: ["provideSnapshot", "queryEntity", "queryTemporal"]),
                AccessPolicy(
                    id: "part", roles: ["part"], tenants: ["*"],
                    operations: AccessOperation.allCases.map(\.name), types: ["A"]),
            ], registry: broker.broker.registry)
    }

    private func status(_ method: String, _ path: String, _ roles: String?, _ tenant: String = "") throws -> Int {
        let body = ["POST", "PUT", "PATCH"].contains(method) ? "{}" : nil
        return try client.request(method, path, AccessWorld.headers(roles, tenant), body).status
    }

    @Test func `each request takes its operation, and no other lets it pass`() throws {
        for (path, method, operation) in Self.table {
            let request = "\(method) \(path)"
            if operation.isEmpty {
                #expect(![401, 403].contains(try status(method, path, nil)), "\(request)")
                continue
            }
            #expect(try status(method, path, nil) == 401, "\(request)")
            #expect(![401, 403].contains(try status(method, path, operation)), "\(request)")
            #expect(![401, 403].contains(try status(method, path, "*")), "\(request)")
            for other in AccessOperation.allCases.map(\.name) where other != operation {
                if other == "administer", operation.hasPrefix("manage") { continue }
                #expect(try status(method, path, other) == 403, "\(request) as \(other)")
            }
        }
    }

    @Test func `a snapshot is made by those who may read everything`() throws {
        for (path, method) in Self.snapshotRequests {
            #expect(try status(method, path, nil) == 401)
            #expect(try status(method, path, "provideSnapshot") == 403)
            #expect(try status(method, path, "part") == 403)
            #expect(![401, 403].contains(try status(method, path, "snap")))
        }
    }

    @Test(arguments: [
        "/admin/tenants", "/admin/history", "/admin/rules", "/admin/notifications", "/metrics",
        "/air/map?pollutant=PM2.5", "/ngsi-ld/v1/snapshots/urn:s:1",
    ])
    func `what is about all entities is refused to those who reach some`(path: String) throws {
        #expect(try status("GET", path, "part") == 403)
    }

    @Test func `a path that is written otherwise opens nothing`() throws {
        for path in [
            "/admin//tenants", "//admin/tenants", "/%61dmin/tenants", "/ADMIN/tenants", "/./admin/tenants",
            "/metrics/", "/metrics%2F", "/ngsi-ld/v1//entities?local=true", "/ngsi-ld/v1/entit%69es?local=true",
        ] {
            #expect([401, 404].contains(try status("GET", path, nil)), "\(path)")
        }
    }

    @Test func `a 401 says how to give a credential, a 403 what is missing`() throws {
        let unknown = try client.request("GET", "/ngsi-ld/v1/types")
        #expect(unknown.header("WWW-Authenticate")?.hasPrefix("Bearer") == true)
        #expect(unknown.detail.contains("retrieveEntityTypes"))
        let refused = try client.request("GET", "/ngsi-ld/v1/types", ["Roles: queryEntity"])
        #expect(refused.detail.contains("retrieveEntityTypes"))
        #expect(refused.header("Content-Type") == "application/json")
    }

    @Test func `every route that is served is in the table`() {
        let known = Self.table.map(\.path) + Self.snapshotRequests.map(\.path)
        let elsewhere: Set<Route> = [
            // Streams and tiles: AccessLeakTests.
            .changeStream, .notificationStream, .entityTiles, .entityTileDescription, .entityTile,
            // Open, or one of a kind that is in the table.
            .ready, .historyPolicy, .notificationsOf, .test, .replay, .deadLetter, .replayOne, .ruleDeliveryTest,
            .oneImport, .importPiece, .importPreview, .importRun, .importPause, .importResume, .importCancel,
            .importUndo,
        ]
        // Who comes in and who may do what is answered by AccessHTTP, and tried by its tests.
        for route in Route.allCases where !elsewhere.contains(route) && !route.isOfAccess {
            let start = route.rawValue.prefix { $0 != "{" }
            #expect(known.contains { $0.hasPrefix(start) }, "\(route)")
        }
    }
}
