public import NGSILDModel

/// What everybody may see, and where operators choose it. It is made elsewhere, and answered when it is ready.
public struct PublicPages: Sendable {
    /// A GET below `/public/`.
    public struct Request: Sendable {
        /// The parts of the path after `/public/`, decoded; one empty part for `/public/` itself.
        public let path: [String]
        /// The parameters, decoded, in order.
        public let parameters: [(name: String, value: String)]
        public let acceptLanguage: String?
        public let ifNoneMatch: String?
        /// The address of `/public/` as the client reaches it, with a slash at its end.
        public let root: String
    }

    /// What operators ask for, with the body as it came.
    public enum Administration: Sendable, Hashable {
        case list
        case show(String)
        case put(String, [UInt8])
        case delete(String)
        case preview([UInt8])
    }

    /// Status, and JSON where there is a body.
    public typealias Outcome = Result<(status: Int, body: [UInt8]), NGSILDError>

    let answer: @Sendable (Request, @escaping @Sendable (Result<HTTPAnswer, NGSILDError>) -> Void) -> Void
    let administer: @Sendable (Administration, @escaping @Sendable (Outcome) -> Void) -> Void
    let limits: AddressLimits

    /// - Parameters:
    ///   - requestsPerMinute: what one address may ask for on average; 0: any number.
    ///   - answer: called on an event loop; must not block, and replies once, from any thread.
    ///   - administer: the same.
    public init(
        requestsPerMinute: Int,
        answer: @escaping @Sendable (Request, @escaping @Sendable (Result<HTTPAnswer, NGSILDError>) -> Void) -> Void,
        administer: @escaping @Sendable (Administration, @escaping @Sendable (Outcome) -> Void) -> Void
    ) {
        limits = AddressLimits(perMinute: requestsPerMinute)
        self.answer = answer
        self.administer = administer
    }
}
