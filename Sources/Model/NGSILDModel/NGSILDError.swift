/// What an operation answers when it cannot be carried out: one case for each error type of the specification.
///
/// The associated text is the `detail` of the ProblemDetails: present tense, names the thing and the remedy.
///
/// - Source: CIM 009 clause 5.5.2, table 5.5.2-1.
public enum NGSILDError: Error, Hashable, Sendable {
    case invalidRequest(String)
    case badRequestData(String)
    case alreadyExists(String)
    case operationNotSupported(String)
    case resourceNotFound(String)
    case internalError(String)
    case tooComplexQuery(String)
    case tooManyResults(String)
    case ldContextNotAvailable(String)
    case noMultiTenantSupport(String)
    case nonexistentTenant(String)
    case conflict(String)
    /// The caller may not do this; not an error type of the specification.
    case accessDenied(String)
    /// The broker has more work waiting than its bound; not an error type of the specification.
    case overloaded(String)
    /// The store has no room left; not an error type of the specification.
    case insufficientStorage(String)

    private static let base = "https://uri.etsi.org/ngsi-ld/errors/"

    /// The error-type URI, as ProblemDetails `type`.
    public var typeURI: String {
        switch self {
        case .invalidRequest: Self.base + "InvalidRequest"
        case .badRequestData: Self.base + "BadRequestData"
        case .alreadyExists: Self.base + "AlreadyExists"
        case .operationNotSupported: Self.base + "OperationNotSupported"
        case .resourceNotFound: Self.base + "ResourceNotFound"
        case .internalError: Self.base + "InternalError"
        case .tooComplexQuery: Self.base + "TooComplexQuery"
        case .tooManyResults: Self.base + "TooManyResults"
        case .ldContextNotAvailable: Self.base + "LdContextNotAvailable"
        case .noMultiTenantSupport: Self.base + "NoMultiTenantSupport"
        case .nonexistentTenant: Self.base + "NonexistentTenant"
        case .conflict: Self.base + "Conflict"
        case .accessDenied, .overloaded, .insufficientStorage: "about:blank"
        }
    }

    /// A short text that is the same for every error of the type.
    public var title: String {
        switch self {
        case .invalidRequest: "Invalid request"
        case .badRequestData: "Bad request data"
        case .alreadyExists: "Already exists"
        case .operationNotSupported: "Operation not supported"
        case .resourceNotFound: "Resource not found"
        case .internalError: "Internal error"
        case .tooComplexQuery: "Too complex query"
        case .tooManyResults: "Too many results"
        case .ldContextNotAvailable: "@context not available"
        case .noMultiTenantSupport: "No multi-tenant support"
        case .nonexistentTenant: "Nonexistent tenant"
        case .conflict: "Conflict"
        case .accessDenied: "Access denied"
        case .overloaded: "Overloaded"
        case .insufficientStorage: "Insufficient storage"
        }
    }

    public var detail: String {
        switch self {
        case .invalidRequest(let detail), .badRequestData(let detail), .alreadyExists(let detail),
            .operationNotSupported(let detail), .resourceNotFound(let detail), .internalError(let detail),
            .tooComplexQuery(let detail), .tooManyResults(let detail), .ldContextNotAvailable(let detail),
            .noMultiTenantSupport(let detail), .nonexistentTenant(let detail), .conflict(let detail),
            .accessDenied(let detail), .overloaded(let detail), .insufficientStorage(let detail):
            detail
        }
    }
}
