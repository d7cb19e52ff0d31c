import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// The page that a list is asked for, and the links to the pages before and after.
///
/// - Source: CIM 009 clauses 5.5.9, 6.3.10, 6.3.13.
struct Pagination {
    static let defaultLimit = 20
    static let greatestLimit = 1_000

    let limit: Int
    let offset: Int
    let counts: Bool
    /// Where the page stands among the entities, by links of ours; `nil`: where `offset` says.
    let place: EntityQuery.Place?

    /// - Parameter isOfHistories: whether the places of the list are those of histories, which `temporalPlace` reads.
    init(_ parameters: QueryParameters, isOfHistories: Bool = false) throws(HTTPFailure) {
        limit = try parameters.number(.limit, default: Self.defaultLimit)
        offset = try parameters.number(.offset, default: 0)
        // Early versions of the specification, and clients since, ask for the count by an option.
        let options = try parameters.list(.options)
        counts = try parameters.flag(.count) ? true : options?.contains("count") ?? false
        place = isOfHistories ? nil : try Self.place(parameters)
        guard limit <= Self.greatestLimit else {
            throw .ngsild(
                .tooManyResults(
                    "A page of \(limit) is asked for; at most \(Self.greatestLimit) are answered at once, follow the next links"
                ))
        }
        if limit == 0, !counts { throw .badRequest("limit=0 goes with count=true only") }
    }

    private static func place(_ parameters: QueryParameters) throws(HTTPFailure) -> EntityQuery.Place? {
        guard parameters.contains(anyOf: [.pageAfter, .pageBefore]) else { return nil }
        let (after, before) = (try place(.pageAfter, parameters), try place(.pageBefore, parameters))
        switch (after, before) {
        case (nil, nil): return nil
        case (let after?, nil): return .after(after)
        case (nil, let before?): return .before(before)
        case (_?, _?): throw .badRequest("pageAfter and pageBefore exclude each other; follow the links as they are")
        }
    }

    /// A place that a link of ours has named; `nil` when it is not given.
    static func place(_ name: Parameter, _ parameters: QueryParameters) throws(HTTPFailure) -> Int64? {
        guard let text = parameters[name] else { return nil }
        guard let number = Int64(text) else { throw strange(name, text) }
        return number
    }

    /// The place among histories that a link of ours has named: a number, or `~` and an id.
    static func temporalPlace(_ parameters: QueryParameters) throws(HTTPFailure) -> TemporalPlace? {
        guard let text = parameters[.pageAfter] else { return nil }
        if text.utf8.first == UInt8(ascii: "~") { return .past(String(text.dropFirst())) }
        guard let number = Int64(text) else { throw strange(.pageAfter, text) }
        return .current(number)
    }

    static func strange(_ name: Parameter, _ text: String) -> HTTPFailure {
        .badRequest("\(name.name)=\(text) is not from a link of this broker; page as its Link headers say")
    }

    /// The headers of a page.
    func headers(
        _ request: HTTPRequest, _ type: MediaType, hasMore: Bool, total: Int?
    ) -> [(name: String, value: String)] {
        headers(request, type, hasMore: hasMore, total: total, before: nil, after: nil)
    }

    /// The headers of a page of histories, whose next one is named by its place.
    func headers(_ request: HTTPRequest, _ type: MediaType, _ page: TemporalPage) -> [(name: String, value: String)] {
        let after: String? =
            switch page.last {
            case .current(let number): String(number)
            case .past(let id): PercentCoding.encode("~" + id)
            case nil: nil
            }
        return headers(request, type, hasMore: page.hasMore, total: page.total, before: nil, after: after)
    }

    /// The headers of a page whose links also say where it starts and ends, so that the pages around it stay where
    /// they are while entities come and go.
    func headers(_ request: HTTPRequest, _ type: MediaType, _ page: EntityPage) -> [(name: String, value: String)] {
        headers(
            request, type, hasMore: page.hasMore, total: page.total, before: page.first.map(String.init),
            after: page.last.map(String.init))
    }

    private func headers(
        _ request: HTTPRequest, _ type: MediaType, hasMore: Bool, total: Int?, before: String?, after: String?
    ) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        if limit > 0, offset > 0 {
            let previous = max(0, offset - limit)
            let anchor = before.map { "&pageBefore=\($0)" } ?? ""
            headers.append(("Link", Self.link(request, type, "limit=\(limit)&offset=\(previous)\(anchor)", "prev")))
        }
        if limit > 0, hasMore {
            let anchor = after.map { "&pageAfter=\($0)" } ?? ""
            headers.append(
                ("Link", Self.link(request, type, "limit=\(limit)&offset=\(offset + limit)\(anchor)", "next")))
        }
        if let total { headers.append(("NGSILD-Results-Count", String(total))) }
        return headers
    }

    /// The request's own path, without a slash at its end, and its parameters, in their order, with another place among
    /// the pages.
    static func link(_ request: HTTPRequest, _ type: MediaType, _ page: String, _ relation: String) -> String {
        var path = String(request.path)
        if path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        var query = String(request.query)
        var link: [UInt8] = []
        link.reserveCapacity(path.utf8.count + query.utf8.count + 160)
        link.append(UInt8(ascii: "<"))
        path.withUTF8 { link.append(contentsOf: $0) }
        link.append(UInt8(ascii: "?"))
        query.withUTF8 { query in
            var start = 0
            while start < query.count {
                let end = query[start...].firstIndex(of: UInt8(ascii: "&")) ?? query.count
                let part = query[start..<end]
                if !part.isEmpty, !names.contains(where: { part.starts(with: $0) }) {
                    link.append(contentsOf: part)
                    link.append(UInt8(ascii: "&"))
                }
                start = end + 1
            }
        }
        link.append(contentsOf: page.utf8)
        link.append(contentsOf: ">; rel=\"".utf8)
        link.append(contentsOf: relation.utf8)
        link.append(contentsOf: "\"; type=\"".utf8)
        link.append(contentsOf: type.text.utf8)
        link.append(UInt8(ascii: "\""))
        return String(decoding: link, as: UTF8.self)
    }

    private static let names = ["limit=", "offset=", "pageAfter=", "pageBefore="].map { Array($0.utf8) }
}
