/// The detectors that are laid into a network for the controller, as an engineer would have them in the street.
///
/// Area detectors (cameras or radar that count on a stretch of one lane) before each stop line and at the beginning of
/// each lane behind an intersection, and a loop at each stop line. They tell numbers of vehicles, how many stand, and how
/// much of the stretch is covered; none tells one vehicle from another.
struct DetectorPlan {
    struct Detector: Equatable {
        enum Kind { case area, stopLine }

        var kind: Kind
        var lane: String
        var fromMetres: Double
        var toMetres: Double
    }

    private(set) var detectors: [Detector] = []
    private var numbers: [String: Int] = [:]

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
        for (number, detector) in detectors.enumerated() {
            let lane = detector.lane.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
                .replacing("\"", with: "&quot;")
            switch detector.kind {
            case .area:
                text += "<laneAreaDetector id=\"\(id(of: number))\" lane=\"\(lane)\" pos=\"\(detector.fromMetres)\" "
                text += "endPos=\"\(detector.toMetres)\" period=\"86400\" file=\"/dev/null\" friendlyPos=\"true\"/>\n"
            case .stopLine:
                text += "<inductionLoop id=\"\(id(of: number))\" lane=\"\(lane)\" pos=\"\(detector.toMetres)\" "
                text += "period=\"86400\" file=\"/dev/null\" friendlyPos=\"true\"/>\n"
            }
        }
        return text + "</additional>\n"
    }
}
