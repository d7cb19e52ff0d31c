import NGSILDModel

extension NGSILDError {
    /// The HTTP status of the error type.
    ///
    /// - Source: CIM 009 table 6.3.2-1.
    var status: Int {
        switch self {
        case .invalidRequest, .badRequestData: 400
        case .alreadyExists, .conflict: 409
        case .operationNotSupported: 422
        case .resourceNotFound, .nonexistentTenant: 404
        case .internalError: 500
        case .tooComplexQuery, .tooManyResults: 403
        case .ldContextNotAvailable: 504
        case .noMultiTenantSupport: 501
        case .overloaded: 503
        case .insufficientStorage: 507
        }
    }

    /// The error as an answer with ProblemDetails.
    var answer: HTTPAnswer {
        var answer = HTTPAnswer.problem(type: typeURI, status: status, title: title, detail: detail)
        if case .overloaded = self { answer.headers.append(("Retry-After", "1")) }
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

    static func methodNotAllowed(_ method: String, allowed: [String]) -> HTTPFailure {
        var answer = HTTPAnswer.problem(
            status: 405, title: "Method Not Allowed",
            detail: "\(method) is not possible on this resource; it takes \(allowed.joined(separator: ", "))")
        answer.headers.append(("Allow", allowed.joined(separator: ", ")))
        return .answer(answer)
    }
}
