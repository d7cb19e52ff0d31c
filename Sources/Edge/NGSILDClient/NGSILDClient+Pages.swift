import JSONTree

/// One page of an answer that may have more.
public struct AnsweredPage: Sendable {
    public let body: [UInt8]
    /// The parameters that ask for the next page; `nil` on the last one.
    public let next: [(name: String, value: String)]?

    init(_ response: OutgoingResponse, after parameters: [(name: String, value: String)]) {
        body = response.body
        next = AnsweredPage.next(response).map { places in
            parameters.filter { parameter in !AnsweredPage.places.contains(parameter.name) } + places
        }
    }

    private static let places: Set<String> = ["limit", "offset", "pageAfter", "pageBefore"]

    /// What the link to the next page says of its place (RFC 8288); all else stays as it was asked.
    private static func next(_ response: OutgoingResponse) -> [(name: String, value: String)]? {
        for header in response.headers where header.name.lowercased() == "link" {
            for link in header.value.split(separator: "<") where link.contains("rel=\"next\"") {
                guard let target = link.split(separator: ">").first, let query = target.split(separator: "?").last
                else { continue }
                return query.split(separator: "&").compactMap { part in
                    let sides = part.split(separator: "=", maxSplits: 1)
                    guard sides.count == 2, places.contains(String(sides[0])) else { return nil }
                    return (String(sides[0]), String(sides[1]))
                }
            }
        }
        return nil
    }
}

extension NGSILDClient {
    /// 5.7.2, page by page.
    ///
    /// - Parameter accept: the media type of the answer, such as `text/csv` of a Parvis.
    public func entityPage(
        _ parameters: [(name: String, value: String)], accept: String = "application/json"
    ) async throws(NGSILDClientError) -> AnsweredPage {
        AnsweredPage(
            try await expect(200, "GET", "entities" + NGSILDClient.query(parameters), accept: accept), after: parameters
        )
    }

    /// 5.7.4, page by page. Each page may hold a part of the histories only; nothing here leads to their rest.
    public func temporalPage(
        _ parameters: [(name: String, value: String)]
    ) async throws(NGSILDClientError) -> AnsweredPage {
        AnsweredPage(
            try await expect(200, "GET", "temporal/entities" + NGSILDClient.query(parameters)), after: parameters)
    }

    /// 5.7.3, part by part, each from where the one before ended.
    ///
    /// - Parameter accept: the media type of the answer, such as `text/csv` of a Parvis.
    /// - Throws: also when the broker answers with a part and does not say how to go on.
    public func temporalEvolution(
        of id: String, _ parameters: [(name: String, value: String)], accept: String = "application/json"
    ) async throws(NGSILDClientError) -> AnsweredPage {
        let path = "temporal/entities/" + PercentCoding.encode(id) + NGSILDClient.query(parameters)
        let response = try await expect(200, "GET", path, accept: accept)
        let page = AnsweredPage(response, after: parameters)
        guard response.status != 206 || page.next != nil else {
            throw .refused(
                status: 206, type: "about:blank",
                detail: "The broker answers with a part of the history of \(id) and no link to the next one")
        }
        return page
    }
}
