import JSONTree
import NGSILDModel

/// What a detector said at one time, as it said it: nothing is judged yet.
struct TrafficReading: Sendable, Equatable {
    var time: Timestamp
    /// In km/h.
    var speed: Double?
    /// Vehicles in the observation period, or an hour where `isHourly`.
    var intensity: Double?
    var isHourly = false
    /// The share of time that the detector is covered, 0 to 1.
    var occupancy: Double?
    /// How long the observation took, where the detector says so; in seconds.
    var periodSeconds: Double?

    init(time: Timestamp) { self.time = time }

    var isEmpty: Bool { speed == nil && intensity == nil && occupancy == nil }

    /// Numbers beyond this either way are cut to it, so that sums stay numbers; no detector measures so much.
    private static let limit = 1e9

    /// Takes in one value of an attribute; what is no number, or of another unit, is left out.
    ///
    /// Units by `unitCode`: speeds KMH (without one too), HM (miles an hour), MTS, KNT; intensities none, C62, or H10 (an
    /// hour); occupancies none, C62, or P1 (percent).
    mutating func take(_ field: TrafficVocabulary.Field, _ forest: AttributeForest, _ root: Int) {
        let node = forest.nodes[root]
        guard node.kind == .property, node.flags.contains(.isNumber), node.number.isFinite else { return }
        let value = min(max(node.number, -Self.limit), Self.limit)
        let unit = forest.unitCode(of: root)
        switch field {
        case .speed:
            guard let factor = Self.speedFactor(unit) else { return }
            speed = value * factor
        case .intensity:
            guard unit == nil || unit == "C62" || unit == "H10" else { return }
            intensity = value
            isHourly = unit == "H10"
        case .occupancy:
            guard unit == nil || unit == "C62" || unit == "P1" else { return }
            occupancy = unit == "P1" ? value / 100 : value
        default: break
        }
    }

    /// Kilometres an hour in one of the unit.
    static func speedFactor(_ unitCode: String?) -> Double? {
        switch unitCode {
        case nil, "KMH": 1
        case "HM": 1.609344
        case "MTS": 3.6
        case "KNT": 1.852
        default: nil
        }
    }

    /// What an entity says now: the values of the newest time that any has.
    ///
    /// - Parameter changed: Only these count for what is newest; `nil`: all. The others join them where they are of the
    ///   same time.
    /// - Returns: `nil` where it holds no measured number with a time that can be written.
    init?(
        _ forest: AttributeForest, _ places: [TrafficVocabulary.Field: Int],
        changed: Set<TrafficVocabulary.Field>? = nil
    ) {
        let values = places.filter { $0.key.isValue }
        let news = values.filter { changed?.contains($0.key) ?? true }
        guard let newest = news.values.map({ forest.nodes[$0].historyTime }).max(),
            Timestamp.representable.contains(newest)
        else { return nil }
        self.init(time: newest)
        for (field, root) in values where forest.nodes[root].historyTime == newest { take(field, forest, root) }
        if isEmpty { return nil }
        periodSeconds = Self.period(forest, places)
    }

    /// The length of the observation period: `dateObservedFrom` to `dateObservedTo`, or the interval of `dateObserved`.
    ///
    /// - Returns: `nil` where there is none from a second to a day.
    static func period(_ forest: AttributeForest, _ places: [TrafficVocabulary.Field: Int]) -> Double? {
        if let from = places[.observedFrom].flatMap({ time(forest, $0) }),
            let to = places[.observedTo].flatMap({ time(forest, $0) }), let period = seconds(from, to)
        {
            return period
        }
        guard let root = places[.observed], let text = text(forest, root) else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let from = instant(parts[0]), let to = instant(parts[1]) else { return nil }
        return seconds(from, to)
    }

    private static func seconds(_ from: Timestamp, _ to: Timestamp) -> Double? {
        let (difference, overflow) = to.microseconds.subtractingReportingOverflow(from.microseconds)
        let seconds = Double(difference) / 1e6
        return !overflow && (1...86_400).contains(seconds) ? seconds : nil
    }

    private static func time(_ forest: AttributeForest, _ root: Int) -> Timestamp? {
        text(forest, root).flatMap { instant($0[...]) }
    }

    /// Times without a zone are taken as UTC.
    private static func instant(_ text: Substring) -> Timestamp? {
        guard text.utf8.count <= 40 else { return nil }
        return Timestamp(String(text)) ?? Timestamp(text + "Z")
    }

    /// A text, or the text of a typed value such as `{"@type": "DateTime", "@value": ...}`.
    private static func text(_ forest: AttributeForest, _ root: Int) -> String? {
        if let text = forest.stringValue(of: root) { return text }
        guard forest.nodes[root].valueLength < 256,
            let document = try? JSONDocument(parsing: forest.valueText(of: root))
        else { return nil }
        return document.member(document.root, "@value").flatMap { document.string($0) }
    }
}
