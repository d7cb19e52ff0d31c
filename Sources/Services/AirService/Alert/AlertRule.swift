public import AirQuality
import GeoJSON
public import ServiceRuntime

/// When people have to be told about the air.
///
/// A rule is an entity of type `AirQualityAlertRule`; those of Directive 2008/50/EC are there without one, and an entity
/// with the id of one takes its place.
public struct AlertRule: Sendable {
    public static let typeName = "AirQualityAlertRule"

    /// What is looked at. Further kinds take a case here, one in `AlertRuleReader`, and values in `AlertJudge`.
    public enum Condition: Sendable, Hashable {
        /// The mean of some hours is above a concentration, in µg/m³.
        case concentration(Pollutant, above: Double, averagingHours: Int)
        /// An index is at a value or above it.
        case index(AirQualityIndex, atLeast: Int)
        /// A forecast is above a concentration, in µg/m³, in one of the next hours.
        case forecast(Pollutant, above: Double, withinHours: Int, bound: ForecastBound)
    }

    /// Which line of a forecast is held against the threshold.
    public enum ForecastBound: String, Sendable, CaseIterable {
        /// The forecast itself: more likely than not.
        case forecast
        /// The lower end of the interval: all but certain.
        case lower
        /// The upper end: possible.
        case upper
    }

    /// How grave it is, in the words of the Common Alerting Protocol.
    public typealias Severity = CityAlert.Severity

    /// How soon people should act, in the words of the same.
    public enum Urgency: String, Sendable, CaseIterable {
        case immediate = "Immediate"
        case expected = "Expected"
        case future = "Future"
        case past = "Past"
        case unknown = "Unknown"
    }

    public var id: String
    public var condition: Condition
    /// The alert is cleared below this, in the condition's unit.
    public var clearBelow: Double
    /// So many hours in a row raise and clear an alert.
    public var raiseHours = 1
    public var clearHours = 1
    public var severity = Severity.moderate
    public var urgency = Urgency.immediate
    /// In English and French.
    public var event: LocalText
    public var instruction: LocalText?
    /// Ids of the stations it is for; empty: all.
    var stations: Set<String> = []
    /// Only stations in this area; with `isPerArea` there is one alert for the area instead of one for each station.
    var area: Geometry?
    var areaText: String?
    var areaName: String?
    var isPerArea = false

    /// A text in the languages that alerts are written in.
    public struct LocalText: Sendable, Hashable {
        public var english: String
        public var french: String
        public init(english: String, french: String) {
            self.english = english
            self.french = french
        }

        subscript(language: AdviceLanguage) -> String { language == .english ? english : french }
    }

    init(_ id: String, _ condition: Condition, clearBelow: Double, event: LocalText) {
        self.id = id
        self.condition = condition
        self.clearBelow = clearBelow
        self.event = event
    }

    /// Whether the rule is for a station.
    func covers(_ station: AirStation) -> Bool {
        if !stations.isEmpty, !stations.contains(station.key.id) { return false }
        guard let area else { return true }
        guard let place = station.place else { return false }
        return area.distanceMetres(from: place) == 0
    }

    /// Whether the rule looks at forecasts.
    var looksAhead: Bool { if case .forecast = condition { true } else { false } }

    func isExceeded(by value: Double) -> Bool {
        switch condition {
        case .concentration(_, let limit, _), .forecast(_, let limit, _, _): value > limit
        case .index(_, let level): value >= Double(level)
        }
    }

    /// Information and alert thresholds of the European Union.
    ///
    /// - Source: Directive 2008/50/EC, annex XII: ozone 180 and 240 µg/m³ as 1-hour means; nitrogen dioxide 400 and
    ///   sulphur dioxide 500 µg/m³ over three consecutive hours.
    public static let defaults: [AlertRule] = [
        threshold(
            "o3-information", .o3, 180, hours: 1, .moderate,
            LocalText(english: "Ozone information threshold", french: "Seuil d'information pour l'ozone")),
        threshold(
            "o3-alert", .o3, 240, hours: 1, .severe,
            LocalText(english: "Ozone alert threshold", french: "Seuil d'alerte pour l'ozone")),
        threshold(
            "no2-alert", .no2, 400, hours: 3, .severe,
            LocalText(english: "Nitrogen dioxide alert threshold", french: "Seuil d'alerte pour le dioxyde d'azote")),
        threshold(
            "so2-alert", .so2, 500, hours: 3, .severe,
            LocalText(english: "Sulphur dioxide alert threshold", french: "Seuil d'alerte pour le dioxyde de soufre")),
    ]

    private static func threshold(
        _ name: String, _ pollutant: Pollutant, _ limit: Double, hours: Int, _ severity: Severity, _ event: LocalText
    ) -> AlertRule {
        var rule = AlertRule(
            "urn:ngsi-ld:\(typeName):EU-2008-50:\(name)",
            .concentration(pollutant, above: limit, averagingHours: 1), clearBelow: limit * 0.9, event: event)
        rule.raiseHours = hours
        rule.clearHours = 2
        rule.severity = severity
        return rule
    }
}
