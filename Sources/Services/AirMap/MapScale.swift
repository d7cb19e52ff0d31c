public import AirQuality

/// What a map of the air shows of each place.
public enum MapQuantity: String, Sendable, Hashable, CaseIterable {
    /// The concentration, in µg/m³.
    case value
    /// Half the width of the interval that holds the concentration with 90 %, in µg/m³.
    case uncertainty
}

/// The bands of a map, lowest first: where they end, and what they are called and coloured.
///
/// Invariants:
/// 1. `edges` rise; there is one band more than edges, the last one open.
public struct MapScale: Sendable, Hashable {
    /// One band.
    public struct Band: Sendable, Hashable {
        /// `#RRGGBB`
        public let colour: String
        public let label: String
    }

    /// Where bands meet, in µg/m³. A value at an edge is in the band above.
    public let edges: [Double]
    public let bands: [Band]

    /// The bands of a pollutant.
    ///
    /// Concentrations have the levels of the European index in force. It has none for CO, which takes half the WHO's
    /// daily guideline of 4 mg/m³, that guideline, the EU's limit of 10 mg/m³, and steps beyond it.
    public init(_ pollutant: Pollutant, _ quantity: MapQuantity) {
        let index = AirQualityIndexEdition.inForce(.european)
        switch quantity {
        case .value:
            if let bounds = index.levelBounds(of: pollutant), bounds.count + 1 == index.categories.count {
                edges = bounds
                bands = index.categories.map { Band(colour: $0.colour.lowercased(), label: $0.name) }
            } else {
                let edges: [Double] = [2_000, 4_000, 10_000, 20_000, 30_000]
                self.edges = edges
                bands = index.categories.enumerated().map {
                    Band(colour: $0.element.colour.lowercased(), label: Self.range(edges, $0.offset))
                }
            }
        case .uncertainty:
            let edges: [Double] = [2, 5, 10, 20, 50].map { pollutant == .co ? $0 * 100 : $0 }
            self.edges = edges
            bands = Self.uncertainColours.enumerated().map {
                Band(colour: $0.element, label: "±" + Self.range(edges, $0.offset))
            }
        }
    }

    /// From light to dark, readable without telling red from green.
    private static let uncertainColours = ["#f2f0f7", "#dadaeb", "#bcbddc", "#9e9ac8", "#756bb1", "#54278f"]

    private static func range(_ edges: [Double], _ band: Int) -> String {
        let low = band > 0 ? "\(Int(edges[band - 1]))" : "0"
        return band < edges.count ? "\(low) to \(Int(edges[band])) µg/m³" : "\(low) µg/m³ and more"
    }

    /// The band of a finite value.
    @inline(__always)
    func band(of value: Double) -> Int {
        var band = 0
        for edge in edges where edge <= value { band += 1 }
        return band
    }
}
