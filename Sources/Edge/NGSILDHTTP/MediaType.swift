/// The representations that answers can have, in the order of preference of CIM 009 clause 6.3.4.
enum MediaType: String, CaseIterable {
    case json = "application/json"
    case jsonLD = "application/ld+json"
    case geoJSON = "application/geo+json"

    /// The representation to answer with.
    ///
    /// - Parameter accept: the header `Accept`; `nil` means JSON.
    /// - Returns: `nil` when none is acceptable.
    static func negotiate(_ accept: String?, among offered: [MediaType]) -> MediaType? {
        guard let accept, accept != "*/*", accept != "application/json" else { return .json }
        var best: (type: MediaType, weight: Double, precision: Int)?
        for type in offered {
            guard let (weight, precision) = weight(of: type, in: accept), weight > 0 else { continue }
            if best.map({ weight > $0.weight || (weight == $0.weight && precision > $0.precision) }) ?? true {
                best = (type, weight, precision)
            }
        }
        return best?.type
    }

    /// The weight that the most precise matching range gives the type; precision 2 for the type itself, 0 for `*/*`.
    private static func weight(of type: MediaType, in accept: String) -> (Double, Int)? {
        var found: (weight: Double, precision: Int)?
        for range in accept.split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard let name = parts.first else { continue }
            let precision: Int
            switch name {
            case type.rawValue: precision = 2
            case "application/*": precision = 1
            case "*/*": precision = 0
            default: continue
            }
            let weight = parts.dropFirst().compactMap { $0.hasPrefix("q=") ? Double($0.dropFirst(2)) : nil }.first ?? 1
            if found.map({ precision > $0.precision }) ?? true { found = (weight, precision) }
        }
        return found
    }

    static func notAcceptable(_ offered: [MediaType]) -> HTTPFailure {
        let names = offered.map(\.rawValue).joined(separator: ", ")
        return .answer(
            .problem(status: 406, title: "Not Acceptable", detail: "The resource is available as \(names)"))
    }
}
