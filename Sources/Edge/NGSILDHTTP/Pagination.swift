import NGSILDModel

/// The page that a list is asked for, and the links to the pages before and after.
///
/// - Source: CIM 009 clauses 5.5.9, 6.3.10, 6.3.13.
struct Pagination {
    static let defaultLimit = 20
    static let greatestLimit = 1_000

    let limit: Int
    let offset: Int
    let counts: Bool

    init(_ parameters: QueryParameters) throws(HTTPFailure) {
        limit = try parameters.number(.limit, default: Self.defaultLimit)
        offset = try parameters.number(.offset, default: 0)
        counts = try parameters.flag(.count)
        guard limit <= Self.greatestLimit else {
            throw .ngsild(
                .tooManyResults(
                    "A page of \(limit) is asked for; at most \(Self.greatestLimit) are answered at once, follow the next links"
                ))
        }
        if limit == 0, !counts { throw .badRequest("limit=0 goes with count=true only") }
    }

    /// The headers of a page.
    func headers(
        _ request: HTTPRequest, _ type: MediaType, hasMore: Bool, total: Int?
    ) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        if limit > 0, offset > 0 { headers.append(("Link", link(request, type, max(0, offset - limit), "prev"))) }
        if limit > 0, hasMore { headers.append(("Link", link(request, type, offset + limit, "next"))) }
        if let total { headers.append(("NGSILD-Results-Count", String(total))) }
        return headers
    }

    private func link(_ request: HTTPRequest, _ type: MediaType, _ offset: Int, _ relation: String) -> String {
        var query = ""
        for part in request.query.split(separator: "&") where !part.hasPrefix("limit=") && !part.hasPrefix("offset=") {
            query += part + "&"
        }
        return "<\(request.path)?\(query)limit=\(limit)&offset=\(offset)>; rel=\"\(relation)\"; type=\"\(type.text)\""
    }
}
