public import NGSILDModel

extension NGSILDError {
    /// The HTTP status of the error type.
    ///
    /// - Source: CIM 009 table 6.3.2-1; for the three error types of our own, RFC 9110 and RFC 4918.
    var status: Int {
        switch self {
        case .invalidRequest, .badRequestData: 400
        case .alreadyExists, .conflict: 409
        case .operationNotSupported: 422
        case .resourceNotFound, .nonexistentTenant: 404
        case .internalError: 500
        case .tooComplexQuery, .tooManyResults, .accessDenied: 403
        case .ldContextNotAvailable: 504
        case .noMultiTenantSupport: 501
        case .overloaded, .unavailable: 503
        case .insufficientStorage: 507
        }
    }

    /// The error as an answer with ProblemDetails.
    public var answer: HTTPAnswer {
        var answer = HTTPAnswer.problem(type: typeURI, status: status, title: title, detail: detail)
        switch self {
        case .overloaded: answer.headers.append(("Retry-After", "1"))
        case .unavailable: answer.headers.append(("Retry-After", "5"))
        default: break
        }
        return answer
    }
}

/// Why a request is answered otherwise than by its operation.
enum HTTPFailure: Error {
    case ngsild(NGSILDError)
    case answer(HTTPAnswer)

    var answer: HTTPAnswer {
        switch self {
        case .ngsild(let error): error.answer
        case .answer(let answer): answer
        }
    }

    static func badRequest(_ detail: String) -> HTTPFailure { .ngsild(.badRequestData(detail)) }

    static func invalidRequest(_ detail: String) -> HTTPFailure { .ngsild(.invalidRequest(detail)) }
}

extension HTTPRequest {
    /// The failure that a method is which the resource does not have.
    ///
    /// - Parameter allowed: those that it has, separated by commas.
    func refused(_ allowed: String) -> HTTPFailure { .answer(.methodNotAllowed(method, allowed: allowed)) }
}

/// Runs a part of the model that throws `NGSILDError`.
@inline(__always)
func translating<T>(_ body: () throws(NGSILDError) -> T) throws(HTTPFailure) -> T {
    do throws(NGSILDError) { return try body() } catch { throw .ngsild(error) }
}
