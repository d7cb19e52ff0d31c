import GeoJSON
import NGSILDModel

/// What is known of a stretch of road: from its RoadSegment entity, or of a detector's surroundings.
struct RoadSegmentFacts: Sendable, Equatable {
    var name: String?
    /// The GeoJSON text of where it is.
    var location: String?
    /// A position on it, for alerts.
    var position: Position?
    var lengthMetres: Double?
    /// The legal speed in km/h.
    var maximumAllowedSpeed: Double?
    var lanes: Int?
    /// The id of the Road that it is a part of.
    var road: String?

    /// A segment of which nothing is known.
    init() {}

    /// Reads what an entity says; what makes no sense is left out.
    init(_ forest: AttributeForest, _ places: [TrafficVocabulary.Field: Int]) {
        name = places[.name].flatMap { forest.stringValue(of: $0) }
        road = places[.road].flatMap { forest.firstObject(of: $0) }
        var lengthOfLine: Double?
        if let root = places[.location], forest.nodes[root].kind == .geoProperty {
            let text = forest.valueText(of: root)
            if let geometry = try? Geometry(parsing: text) {
                location = text
                position = geometry.representativePosition
                lengthOfLine = geometry.lineMetres
            }
        }
        if let root = places[.length], let value = forest.number(of: root) {
            let factor: Double? =
                switch forest.unitCode(of: root) {
                // The Smart Data Models have kilometres.
                case nil, "KMT": 1_000
                case "MTR": 1
                case "SMI": 1_609.344
                case "FOT": 0.3048
                default: nil
                }
            if let factor { lengthMetres = Self.sensible(value * factor) }
        }
        if lengthMetres == nil { lengthMetres = lengthOfLine.flatMap(Self.sensible) }
        if let root = places[.maximumAllowedSpeed], let value = forest.number(of: root),
            let factor = TrafficReading.speedFactor(forest.unitCode(of: root)), (1...200).contains(value * factor)
        {
            maximumAllowedSpeed = value * factor
        }
        lanes = places[.laneNumber].flatMap { forest.number(of: $0) }.flatMap { Int(exactly: $0) }
            .flatMap { (1...20).contains($0) ? $0 : nil }
    }

    private static func sensible(_ metres: Double) -> Double? { (1...1_000_000).contains(metres) ? metres : nil }
}

extension Geometry {
    /// The length of a line or of lines, in metres; `nil` for other geometries.
    fileprivate var lineMetres: Double? {
        func length(_ line: [Position]) -> Double {
            zip(line, line.dropFirst()).reduce(0) { $0 + greatCircleMetres(from: $1.0, to: $1.1) }
        }
        switch self {
        case .lineString(let line): return length(line)
        case .multiLineString(let lines): return lines.reduce(0) { $0 + length($1) }
        default: return nil
        }
    }
}
