import AlertRules
import JSONTree
import NGSILDModel
import ServiceRuntime

/// What an alert of a rule says, for people and machines.
struct AlertMessage {
    let rule: AlertRule
    let ruleID: String
    let placeName: String
    let source: String
    var location: String?
    var isRaised = true
    var onset = Timestamp.none
    var now = Timestamp.none
    /// The places of the tests that are met.
    var met: [Int] = []
    /// What the first test that compares numbers sees.
    var figure: Double?
    var peak: Double?
    /// What is told; `nil`: nothing.
    var notice: StandingAlert.Notice?

    init(rule: AlertRule, ruleID: String, placeName: String, source: String) {
        self.rule = rule
        self.ruleID = ruleID
        self.placeName = placeName
        self.source = source
    }

    var alert: CityAlert {
        var alert = CityAlert(
            category: rule.category ?? "other", subCategory: rule.subCategory ?? "rule",
            capCategories: [Self.capCategories[rule.category ?? ""] ?? "Other"], onset: onset, now: now, text: text,
            source: source, placeName: placeName)
        alert.isRaised = isRaised
        alert.severity = Self.severities[rule.severity] ?? .moderate
        alert.references = [("alertRule", [ruleID])]
        alert.location = location
        alert.geometry = location
        alert.infos = [
            CityAlert.Info(
                language: "en", event: rule.name, headline: "\(rule.name): \(placeName)",
                description: isRaised ? text : nil, instruction: isRaised ? rule.description : nil)
        ]
        var writer = ByteWriter(capacity: 256)
        ResultEntity.text("name", rule.name, to: &writer)
        if let notice { ResultEntity.text("notice", notice.rawValue, at: now, to: &writer) }
        if !isRaised, let peak { ResultEntity.number("peak", peak, to: &writer) }
        alert.further = writer.string()
        return alert
    }

    private var text: String {
        guard isRaised else { return "\(rule.name) is over at \(placeName)" }
        let what = met.map { rule.condition.text(of: $0) }.joined(separator: ", ")
        let value = figure.map { " (\(RuleCondition.text($0)))" } ?? ""
        return "\(placeName): \(what)\(value)"
    }

    private static let severities: [AlertRule.Severity: CityAlert.Severity] = [
        .critical: .extreme, .high: .severe, .medium: .moderate, .low: .minor, .informational: .unknown,
    ]

    /// CAP 1.2, clause 3.2.2, for the categories of the Smart Data Models.
    private static let capCategories = [
        "traffic": "Transport", "weather": "Met", "naturalDisaster": "Geo", "environment": "Env", "health": "Health",
        "security": "Security", "agriculture": "Env",
    ]
}
