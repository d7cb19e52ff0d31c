import NGSILDModel
import NGSILDOperations
import Synchronization
import Testing

@testable import NGSILDHTTP

struct ImportsAdministrationTests {
    /// Answers with what it was asked.
    private final class Asked: Sendable {
        let requests = Mutex<[(ImportRequest, String)]>([])
        var pages: ImportPages {
            ImportPages { [self] request, tenant, reply in
                requests.withLock { $0.append((request, tenant)) }
                switch request {
                case .pause: reply(.success(ImportAnswer(status: 204, body: [])))
                case .cancel: reply(.failure(.conflict("This import does not run")))
                default: reply(.success(ImportAnswer(status: 201, body: Array("{}".utf8))))
                }
            }
        }
    }

    @Test(
        arguments: [
            ("GET", "", .list), ("POST", "", .create([0x7B])), ("GET", "/a1", .show("a1")),
            ("DELETE", "/a1", .delete("a1")),
            ("PUT", "/a1/pieces/7", .piece("a1", number: 7, [0x7B])), ("POST", "/a1/preview", .preview("a1", [0x7B])),
            ("POST", "/a1/reading", .correct("a1", [0x7B])),
            ("POST", "/a1/run", .run("a1", [0x7B])), ("POST", "/a1/resume", .resume("a1")),
            ("POST", "/a1/undo", .undo("a1", [0x7B])),
        ] as [(String, String, ImportRequest)])
    func `requests are handed over with their body and tenant`(
        method: String, path: String, expected: ImportRequest
    ) throws {
        let asked = Asked()
        let client = try TestBroker(imports: asked.pages).client()
        let body = method == "POST" || method == "PUT" ? "{" : nil
        let answer = try client.request(method, "/admin/imports" + path, ["NGSILD-Tenant: north"], body)
        #expect(answer.status == 201 && answer.header("Content-Type") == "application/json")
        #expect(asked.requests.withLock { $0 }.map(\.0) == [expected])
        #expect(asked.requests.withLock { $0 }.map(\.1) == ["north"])
    }

    @Test func `what is refused is told as ProblemDetails, and an answer may have no body`() throws {
        let client = try TestBroker(imports: Asked().pages).client()
        #expect(try client.request("POST", "/admin/imports/a/pause", [], "{}").status == 204)
        let answer = try client.request("POST", "/admin/imports/a/cancel", [], "{}")
        #expect(answer.status == 409 && answer.detail == "This import does not run")
    }

    @Test(
        arguments: [
            ("PATCH", "", 405, "GET, HEAD, POST"), ("PUT", "/a", 405, "GET, HEAD, DELETE"),
            ("GET", "/a/run", 405, "POST"),
            ("POST", "/a/pieces/1", 405, "PUT"), ("PUT", "/a/pieces/x", 400, nil), ("POST", "/a/fly", 404, nil),
            ("GET", "/a/b/c/d", 404, nil), ("GET", "x", 404, nil),
        ] as [(String, String, Int, String?)])
    func `other requests are refused`(method: String, path: String, status: Int, allowed: String?) throws {
        let client = try TestBroker(imports: Asked().pages).client()
        let answer = try client.request(method, "/admin/imports" + path, [], method == "GET" ? nil : "{}")
        #expect(answer.status == status)
        #expect(answer.header("Allow") == allowed)
    }

    @Test func `where nothing is brought in there is nothing`() throws {
        #expect(try TestBroker().client().request("GET", "/admin/imports").status == 404)
    }

    @Test(arguments: Route.allCases.filter(\.isOfImports))
    func `the OpenAPI document has the methods that are allowed`(route: Route) throws {
        let client = try TestBroker(imports: Asked().pages).client()
        let target = route.rawValue.replacing("{importId}", with: "a").replacing("{piece}", with: "0")
        let documented = Set(route.operations.map(\.method))
        let refused = try client.request("PATCH", target, [], "{}")
        #expect(refused.status == 405)
        let allowed = Set((refused.header("Allow") ?? "").split(separator: ",").map { $0.filter { $0 != " " } })
        #expect(allowed == Set(documented.map(\.rawValue) + (documented.contains(.GET) ? ["HEAD"] : [])))
    }
}
