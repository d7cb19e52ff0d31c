import NGSILDModel
import Synchronization
import Testing

@testable import NGSILDHTTP

struct RulesAdministrationTests {
    /// Answers with what it was asked.
    private final class Asked: Sendable {
        let requests = Mutex<[(RulePages.Request, String)]>([])
        var pages: RulePages {
            RulePages { [self] request, tenant, reply in
                requests.withLock { $0.append((request, tenant)) }
                if case .testDelivery = request {
                    return reply(.failure(.badRequestData("channel: webhook is expected")))
                }
                reply(.success(Array("[1]".utf8)))
            }
        }
    }

    @Test func `requests are handed over with their body and tenant`() throws {
        let asked = Asked()
        let client = try TestBroker(rules: asked.pages).client()
        let list = try client.request("GET", "/admin/rules")
        #expect(list.status == 200)
        #expect(list.header("Content-Type") == "application/json")
        #expect(list.body == "[1]")
        let test = try client.request("POST", "/admin/rules/test", ["NGSILD-Tenant: north"], #"{"rule":{}}"#)
        #expect(test.status == 200)
        let requests = asked.requests.withLock { $0 }
        #expect(requests.map(\.0) == [.list, .test(Array(#"{"rule":{}}"#.utf8))])
        #expect(requests.map(\.1) == ["", "north"])
    }

    @Test func `what is refused is told as ProblemDetails`() throws {
        let client = try TestBroker(rules: Asked().pages).client()
        let answer = try client.request("POST", "/admin/rules/notify-test", [], "{}")
        #expect(answer.status == 400)
        #expect(answer.errorType == "BadRequestData")
        #expect(answer.detail == "channel: webhook is expected")
    }

    @Test(
        arguments: [
            ("POST", "/admin/rules", 405, "GET, HEAD"), ("GET", "/admin/rules/test", 405, "POST"),
            ("DELETE", "/admin/rules/notify-test", 405, "POST"), ("GET", "/admin/rules/other", 404, nil),
            ("GET", "/admin/rulesx", 404, nil),
        ] as [(String, String, Int, String?)])
    func `other requests are refused`(method: String, path: String, status: Int, allowed: String?) throws {
        let client = try TestBroker(rules: Asked().pages).client()
        let answer = try client.request(method, path, [], method == "POST" ? "{}" : nil)
        #expect(answer.status == status)
        #expect(answer.header("Allow") == allowed)
    }

    @Test func `where the service is off its paths say so`() throws {
        let answer = try TestBroker().client().request("GET", "/admin/rules")
        #expect(answer.status == 404)
        #expect(answer.detail.contains("--no-rules"))
    }
}
