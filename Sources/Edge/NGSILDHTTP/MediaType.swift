/// The representations that answers can have, in the order of preference of CIM 009 clause 6.3.4, and then tables, which
/// are ours.
enum MediaType: CaseIterable {
    case json, jsonLD, geoJSON, csv

    var name: StaticString {
        switch self {
        case .json: "application/json"
        case .jsonLD: "application/ld+json"
        case .geoJSON: "application/geo+json"
        case .csv: "text/csv"
        }
    }

    /// The value of a Content-Type header.
    var contentType: StaticString { self == .csv ? "text/csv; charset=utf-8; header=present" : name }

    var text: String { "\(name)" }

    static let plain: [MediaType] = [.json, .jsonLD]
    static let ofEntities: [MediaType] = [.json, .jsonLD, .geoJSON, .csv]
    /// Histories have no representation in GeoJSON (clauses 6.3.4, 6.3.15).
    static let ofHistories: [MediaType] = [.json, .jsonLD, .csv]

    /// The representation to answer with.
    ///
    /// - Parameter accept: the header `Accept`; `nil` means JSON.
    /// - Returns: `nil` when none is acceptable.
    static func negotiate(_ accept: String?, among offered: [MediaType]) -> MediaType? {
        guard let accept, accept != "application/json", accept != "*/*" else { return .json }
        if accept == "application/ld+json" { return .jsonLD }
        // Of equal weight, the first one offered wins (clause 6.3.4), however precisely it was named.
        var best: (type: MediaType, weight: Double)?
        for type in offered {
            let weight = weight(of: type.text, in: accept)
            if weight > best?.weight ?? 0 { best = (type, weight) }
        }
        return best?.type
    }

    /// The weight that the most precise range matching a type gives it; 0 when none does.
    private static func weight(of type: String, in accept: String) -> Double {
        var found: (weight: Double, precision: Int)?
        for range in accept.split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            let precision: Int
            switch parts.first {
            case type: precision = 2
            case "application/*" where type.hasPrefix("application/"), "text/*" where type.hasPrefix("text/"):
                precision = 1
            case "*/*": precision = 0
            default: continue
            }
            // A weight that cannot be read says nothing.
            var weight = 1.0
            for part in parts.dropFirst() where part.hasPrefix("q=") { weight = Double(part.dropFirst(2)) ?? 1 }
            if precision > found?.precision ?? -1 { found = (weight, precision) }
        }
        return found?.weight ?? 0
    }

    static func notAcceptable(_ offered: [MediaType]) -> HTTPFailure {
        let names = offered.map(\.text).joined(separator: ", ")
        return .answer(
            .problem(status: 406, title: "Not Acceptable", detail: "The resource is available as \(names)"))
    }
}
