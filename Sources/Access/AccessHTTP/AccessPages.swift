import AccessKeeping
public import NGSILDHTTP
import NGSILDModel

/// Answers what is about access, `/session` and `/admin/access`, and hands on the rest.
public struct AccessPages: HTTPRequestHandler {
    let authenticator: AccessAuthenticator
    let next: any HTTPRequestHandler

    var keeper: AccessKeeper { authenticator.keeper }

    /// - Parameter next: answers all other requests.
    public init(authenticator: AccessAuthenticator, next: any HTTPRequestHandler) {
        self.authenticator = authenticator
        self.next = next
    }

    public func handle(_ request: HTTPRequest) {
        if request.isNGSILD {
            next.handle(request)
        } else if request.isAt(SessionResource.path) {
            SessionResource(request: request, authenticator: authenticator).run()
        } else if request.isAt(AccessAdministration.path) {
            AccessAdministration(request: request, keeper: keeper).run()
        } else {
            next.handle(request)
        }
    }
}

/// An answer that ends the work on a request.
struct Refusal: Error {
    let answer: HTTPAnswer

    init(_ answer: HTTPAnswer) { self.answer = answer }
    init(_ error: NGSILDError) { answer = error.answer }

    static func method(_ request: HTTPRequest, allowed: String) -> Refusal {
        var answer = HTTPAnswer.problem(
            status: 405, title: "Method Not Allowed",
            detail: "\(request.method.rawValue) is not possible here; use \(allowed)")
        answer.headers.append(("Allow", allowed))
        return Refusal(answer)
    }

    static func notFound(_ request: HTTPRequest) -> Refusal {
        Refusal(
            .resourceNotFound("There is nothing at \(request.path.prefix(200)); docs/sign-in.md tells what there is"))
    }
}

extension HTTPRequest {
    /// Works on the request in a task of its own, and answers it.
    func answerLater(_ work: @escaping @Sendable () async throws(Refusal) -> HTTPAnswer) {
        Task {
            let answer: HTTPAnswer
            do throws(Refusal) { answer = try await work() } catch { answer = error.answer }
            onLoop { self.answer(answer) }
        }
    }
}

/// Runs a part that throws the errors of the specification.
func translating<T>(
    _ body: () async throws(NGSILDError) -> T
) async throws(Refusal) -> T {
    do throws(NGSILDError) { return try await body() } catch { throw Refusal(error) }
}
