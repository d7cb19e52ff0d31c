import AirQuality
import JSONTree
import NGSILDModel

/// Writes an alert as an entity of type `Alert`: its attributes are those of the Smart Data Models, and `info` holds what
/// the Common Alerting Protocol wants, ready to be put into a CAP message.
struct AlertEntity {
    let rule: AlertRule
    /// `nil` once the alert is over.
    let finding: AlertJudge.Finding?
    let onset: Timestamp
    let now: Timestamp
    /// The stations it is about, the worst first.
    let stations: [AirStation]

    static let optionalAttributes = ["location"]

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

    /// - Parameters:
    ///   - messageType: `Alert`, `Update` or `Cancel`, as CAP has it.
    ///   - info: what `appendInfo` wrote.
    func append(id: String, messageType: String, info: String, to writer: inout ByteWriter) {
        writer.append("{\"id\":")
        writer.append(jsonString: id)
        writer.append(",\"type\":\"Alert\"")
        text("category", "environment", &writer)
        text("subCategory", "airPollution", &writer)
        text("severity", modelSeverity, &writer)
        text("alertState", finding == nil ? "cleared" : "raised", &writer)
        time("dateIssued", now, &writer)
        time("validFrom", onset, &writer)
        time("validTo", finding.map { Self.expires($0, rule) } ?? now, &writer)
        if finding != nil {
            text(
                "description",
                AlertText.headline(rule, placeName, isRaised: true, .english) + ". "
                    + (finding.map { AlertText.description(rule, $0, .english) } ?? ""), &writer)
        } else {
            text("description", AlertText.headline(rule, placeName, isRaised: false, .english), &writer)
        }
        text("status", "Actual", &writer)
        text("msgType", messageType, &writer)
        relationship("alertSource", [rule.id], &writer)
        relationship("refAirQualityObserved", stations.map(\.key.id), &writer)
        if let location = rule.isPerArea ? rule.areaText : stations.first?.location {
            writer.append(",\"location\":{\"type\":\"GeoProperty\",\"value\":")
            writer.append(utf8: location)
            writer.append("}")
        }
        writer.append(",\"info\":{\"type\":\"JsonProperty\",\"json\":")
        writer.append(utf8: info)
        writer.append("}}")
    }

    /// The `info` elements of CAP 1.2, one for each language.
    func appendInfo(to writer: inout ByteWriter) {
        writer.append("[")
        for (offset, language) in AdviceLanguage.allCases.enumerated() {
            if offset > 0 { writer.append(",") }
            writer.append("{\"language\":")
            writer.append(jsonString: language.rawValue)
            writer.append(",\"category\":[\"Env\",\"Health\"]")
            member("event", rule.event[language], &writer)
            member("urgency", finding == nil ? "Past" : rule.urgency.rawValue, &writer)
            member("severity", rule.severity.rawValue, &writer)
            member("certainty", certainty, &writer)
            member("onset", onset.text, &writer)
            if let finding { member("expires", Self.expires(finding, rule).text, &writer) }
            member("headline", AlertText.headline(rule, placeName, isRaised: finding != nil, language), &writer)
            if let finding {
                member("description", AlertText.description(rule, finding, language), &writer)
                member("instruction", AlertText.instruction(rule, language), &writer)
            }
            writer.append(",\"area\":[{\"areaDesc\":")
            writer.append(jsonString: placeName)
            if !rule.isPerArea, let place = stations.first?.place {
                // CAP writes latitude first, and a radius in kilometres.
                member("circle", "\(place.latitude),\(place.longitude) 1", &writer)
            } else if let geometry = rule.areaText {
                writer.append(",\"geometry\":")
                writer.append(utf8: geometry)
            }
            writer.append("}]}")
        }
        writer.append("]")
    }

    /// CAP 1.2, clause 3.2.2: what is forecast was not observed.
    private var certainty: String {
        guard case .forecast(_, _, _, let bound) = rule.condition else { return "Observed" }
        return bound == .upper ? "Possible" : "Likely"
    }

    /// The words of the Smart Data Models.
    private var modelSeverity: String {
        switch rule.severity {
        case .extreme: "critical"
        case .severe: "high"
        case .moderate: "medium"
        case .minor: "low"
        case .unknown: "informational"
        }
    }

    // MARK: - Members

    private func member(_ name: String, _ value: String, _ writer: inout ByteWriter) {
        writer.append(",")
        writer.append(jsonString: name)
        writer.append(":")
        writer.append(jsonString: value)
    }

    private func text(_ name: String, _ value: String, _ writer: inout ByteWriter) {
        writer.append(",")
        writer.append(jsonString: name)
        writer.append(":{\"type\":\"Property\",\"value\":")
        writer.append(jsonString: value)
        writer.append("}")
    }

    private func time(_ name: String, _ value: Timestamp, _ writer: inout ByteWriter) {
        writer.append(",")
        writer.append(jsonString: name)
        writer.append(":{\"type\":\"Property\",\"value\":{\"@type\":\"DateTime\",\"@value\":")
        value.append(quotedTo: &writer)
        writer.append("}}")
    }

    private func relationship(_ name: String, _ ids: [String], _ writer: inout ByteWriter) {
        guard !ids.isEmpty else { return }
        writer.append(",")
        writer.append(jsonString: name)
        writer.append(":{\"type\":\"Relationship\",\"object\":")
        if ids.count == 1 {
            writer.append(jsonString: ids[0])
        } else {
            writer.append("[")
            for (offset, id) in ids.enumerated() {
                if offset > 0 { writer.append(",") }
                writer.append(jsonString: id)
            }
            writer.append("]")
        }
        writer.append("}")
    }
}
