import AirQuality
import NGSILDModel
import ServiceRuntime

/// What an alert of the air says, as an entity of type `Alert`.
struct AlertEntity {
    let rule: AlertRule
    /// `nil` once the alert is over.
    let finding: AlertJudge.Finding?
    let onset: Timestamp
    let now: Timestamp
    /// The stations it is about, the worst first.
    let stations: [AirStation]

    /// An alert stands until so many hours after its last value.
    static func expires(_ finding: AlertJudge.Finding, _ rule: AlertRule) -> Timestamp {
        ClockHour.end(finding.last + max(3, rule.clearHours + 1))
    }

    static func id(_ rule: AlertRule, of station: AirStation?) -> String? {
        var id = "urn:ngsi-ld:Alert:" + rest(rule.id)
        if let station { id += ":" + rest(station.key.id) }
        return EntityID.isValid(id) ? id : nil
    }

    private static func rest(_ id: String) -> String {
        id.hasPrefix("urn:ngsi-ld:") ? String(id.dropFirst("urn:ngsi-ld:".count)) : id
    }

    private var placeName: String {
        rule.areaName ?? stations.first.map { $0.name ?? $0.key.id } ?? rule.id
    }

    var alert: CityAlert {
        var alert = CityAlert(
            category: "environment", subCategory: "airPollution", capCategories: ["Env", "Health"], onset: onset,
            now: now, text: text, source: rule.id, placeName: placeName)
        alert.isRaised = finding != nil
        alert.severity = rule.severity
        alert.urgency = rule.urgency.rawValue
        alert.certainty = certainty
        alert.expires = finding.map { Self.expires($0, rule) }
        alert.references = [("refAirQualityObserved", stations.map(\.key.id))]
        alert.location = rule.isPerArea ? rule.areaText : stations.first?.location
        if !rule.isPerArea, let place = stations.first?.place {
            // CAP writes latitude first, and a radius in kilometres.
            alert.circle = "\(place.latitude),\(place.longitude) 1"
        }
        alert.geometry = rule.areaText
        alert.infos = AdviceLanguage.allCases.map { language in
            CityAlert.Info(
                language: language.rawValue, event: rule.event[language],
                headline: AlertText.headline(rule, placeName, isRaised: finding != nil, language),
                description: finding.map { AlertText.description(rule, $0, language) },
                instruction: finding.map { _ in AlertText.instruction(rule, language) })
        }
        return alert
    }

    private var text: String {
        guard let finding else { return AlertText.headline(rule, placeName, isRaised: false, .english) }
        return AlertText.headline(rule, placeName, isRaised: true, .english) + ". "
            + AlertText.description(rule, finding, .english)
    }

    /// CAP 1.2, clause 3.2.2: what is forecast was not observed.
    private var certainty: String {
        guard case .forecast(_, _, _, let bound) = rule.condition else { return "Observed" }
        return bound == .upper ? "Possible" : "Likely"
    }
}
