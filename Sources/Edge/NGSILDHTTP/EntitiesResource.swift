import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// `/entities`.
///
/// - Source: CIM 009 clause 6.4.
struct EntitiesResource {
    private let exchange: Exchange
    init(_ exchange: Exchange) { self.exchange = exchange }

    func run() throws(HTTPFailure) {
        switch exchange.method {
        case .GET, .HEAD: try query()
        case .POST: try create()
        default: throw .methodNotAllowed(exchange.method.rawValue, allowed: ["GET", "POST"])
        }
    }

    /// Create Entity, 5.6.1.
    private func create() throws(HTTPFailure) {
        _ = try exchange.parameters(allowing: [])
        let exchange = exchange
        try exchange.withBody { (document, context) throws(HTTPFailure) in
            let draft = try translating { () throws(NGSILDError) in
                try EntityDecoder(context: context).decodeEntity(document, document.root)
            }
            let location = "/ngsi-ld/v1/entities/" + PercentCoding.encode(draft.id)
            exchange.submit(.createEntity(draft)) { _ in HTTPAnswer(status: 201, headers: [("Location", location)]) }
        }
    }

    /// Query Entities, 5.7.2.
    private func query() throws(HTTPFailure) {
        let type = try exchange.accepted([.json, .jsonLD, .geoJSON])
        let parameters = try exchange.parameters(allowing: EntitySelection.queryNames)
        let exchange = exchange
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            let selection = EntitySelection(parameters: parameters, context: context)
            let query = try selection.query()
            try selection.refuseTooWide(query)
            let representation = try selection.representation(type)
            let page = try translating { () throws(NGSILDError) in
                try exchange.services.consumption.queryEntities(query, tenant: exchange.tenant)
            }
            var headers = Pagination.headers(
                exchange.request, type, limit: query.limit, offset: query.offset, hasMore: page.hasMore)
            if let total = page.total { headers.append(("NGSILD-Results-Count", String(total))) }
            EntityAnswer(exchange: exchange, type: type, context: context, representation: representation)
                .list(page.entities, geometryProperty: parameters["geometryProperty"], headers: headers)
        }
    }
}

/// Links to the pages before and after (clause 6.3.10).
enum Pagination {
    static func headers(
        _ request: HTTPRequest, _ type: MediaType, limit: Int, offset: Int, hasMore: Bool
    ) -> [(name: String, value: String)] {
        guard limit > 0 else { return [] }
        var links: [(name: String, value: String)] = []
        if offset > 0 { links.append(("Link", link(request, type, limit, max(0, offset - limit), "prev"))) }
        if hasMore { links.append(("Link", link(request, type, limit, offset + limit, "next"))) }
        return links
    }

    private static func link(_ request: HTTPRequest, _ type: MediaType, _ limit: Int, _ offset: Int, _ rel: String) -> String {
        let kept = request.query.split(separator: "&").filter { !$0.hasPrefix("limit=") && !$0.hasPrefix("offset=") }
        let query = (kept.map(String.init) + ["limit=\(limit)", "offset=\(offset)"]).joined(separator: "&")
        return "<\(request.path)?\(query)>; rel=\"\(rel)\"; type=\"\(type.rawValue)\""
    }
}
