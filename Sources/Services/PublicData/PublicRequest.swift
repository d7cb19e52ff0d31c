public import NGSILDModel
public import NGSILDOperations
public import NGSILDQuery

/// A GET below `/public/`, as far as the service looks at it.
public struct PublicRequest: Sendable {
    /// The parts of the path after `/public/`, decoded; one empty part for `/public/` itself.
    public var path: [String]
    /// The parameters, decoded, in order.
    public var parameters: [(name: String, value: String)]
    public var acceptLanguage: String?
    public var ifNoneMatch: String?
    /// The address of `/public/` as the client reaches it, with a slash at its end.
    public var root: String

    public init(
        path: [String], parameters: [(name: String, value: String)] = [], acceptLanguage: String? = nil,
        ifNoneMatch: String? = nil, root: String
    ) {
        self.path = path
        self.parameters = parameters
        self.acceptLanguage = acceptLanguage
        self.ifNoneMatch = ifNoneMatch
        self.root = root
    }

    func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }
}

/// What is answered.
public struct PublicAnswer: Sendable {
    public var status = 200
    public var contentType: String
    public var headers: [(name: String, value: String)] = []
    public var body: [UInt8]

    init(_ contentType: String, _ body: [UInt8], headers: [(name: String, value: String)] = []) {
        self.contentType = contentType
        self.body = body
        self.headers = headers
    }

    /// Bytes that it takes to keep.
    var cost: Int { body.count + headers.reduce(500) { $0 + $1.name.utf8.count + $1.value.utf8.count } }
}

/// A vector tile of a layer; what it shows is fixed by the publication.
public struct PublicTileRequest: Sendable {
    public let tenant: String
    public let query: EntityQuery
    public let geometry: TermID
    /// What the tile is cut to; `nil`: nothing is cut off.
    public let area: SurveyArea?
    public let tags: [(name: String, attribute: TermID)]
    public let zoom: Int
    public let x: Int
    public let y: Int
    public let context: TermContext
    /// Equal keys ask for the same.
    public let key: String
}
