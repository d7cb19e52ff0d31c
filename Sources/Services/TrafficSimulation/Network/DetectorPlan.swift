/// The detectors that are laid into a network for the controller, as an engineer would have them in the street.
///
/// Area detectors (cameras or radar that count on a stretch of one lane) before each stop line and at the beginning of
/// each lane behind an intersection, and a loop at each stop line. They tell numbers of vehicles, how many stand, and how
/// much of the stretch is covered; none tells one vehicle from another. At crossings, how many people wait and how many are
/// on it; where public transport asks for priority, how many of its vehicles come.
struct DetectorPlan {
    struct Detector: Equatable {
        enum Kind {
            case area, stopLine
            /// Counts vehicles of public transport alone.
            case publicTransport
            /// Count people who wait for the crossing that `lane` is, or come to it, and those who are on it.
            case waiting, crossing
        }

        var kind: Kind
        var lane: String
        var fromMetres: Double
        var toMetres: Double
    }

    private(set) var detectors: [Detector] = []
    private var numbers: [String: Int] = [:]
    /// The types of vehicles that `publicTransport` detectors count.
    var publicTransportTypes: [String] = []

    /// The number of a detector at a place; one that is there already is used again.
    mutating func number(of detector: Detector) -> Int {
        let key = "\(detector.kind) \(detector.lane) \(detector.fromMetres) \(detector.toMetres)"
        if let number = numbers[key] { return number }
        let number = detectors.count
        detectors.append(detector)
        numbers[key] = number
        return number
    }

    func id(of number: Int) -> String { "parvis.\(number)" }

    /// An additional file for SUMO.
    var xml: String {
        var text = "<additional>\n"
        let types = Self.escaped(publicTransportTypes.joined(separator: " "))
        for (number, detector) in detectors.enumerated() {
            let lane = Self.escaped(detector.lane)
            switch detector.kind {
            case .area, .publicTransport:
                text += "<laneAreaDetector id=\"\(id(of: number))\" lane=\"\(lane)\" pos=\"\(detector.fromMetres)\" "
                text += "endPos=\"\(detector.toMetres)\" period=\"86400\" file=\"/dev/null\" friendlyPos=\"true\""
                text += detector.kind == .area ? "/>\n" : " vTypes=\"\(types)\"/>\n"
            case .stopLine:
                text += "<inductionLoop id=\"\(id(of: number))\" lane=\"\(lane)\" pos=\"\(detector.toMetres)\" "
                text += "period=\"86400\" file=\"/dev/null\" friendlyPos=\"true\"/>\n"
            // SUMO has nothing to lay for them: see ``CrossingCounts``.
            case .waiting, .crossing: break
            }
        }
        return text + "</additional>\n"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }
}
