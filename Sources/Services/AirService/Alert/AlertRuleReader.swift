import AirQuality
import GeoJSON
import JSONTree
import NGSILDModel

/// Reads a rule from its entity.
struct AlertRuleReader {
    let vocabulary: AirVocabulary

    /// What an entity says: a rule, that there is none (`isActive` is false), or what is wrong with it.
    enum Reading {
        case rule(AlertRule)
        case inactive
        case wrong(String)
    }

    func read(_ entity: EntityRecord) -> Reading {
        let forest = entity.attributes
        if let root = vocabulary.attribute("isActive", in: forest), forest.valueText(of: root) == "false" {
            return .inactive
        }
        let condition: AlertRule.Condition
        let kind = text("ruleKind", forest) ?? "concentration"
        switch kind {
        case "concentration", "forecast":
            guard let name = text("pollutant", forest), let pollutant = Pollutant(name: name) else {
                return .wrong("pollutant is PM2.5, PM10, NO2, O3, SO2 or CO")
            }
            guard let root = vocabulary.attribute("threshold", in: forest),
                let threshold = AirReading(pollutant, forest, root)?.value, threshold > 0
            else { return .wrong("threshold is a number above 0 with unitCode GQ, GP, 59 or 61") }
            if kind == "forecast" {
                let within = whole("withinHours", forest) ?? ForecastModel.reach
                guard (1...ForecastModel.reach).contains(within) else {
                    return .wrong("withinHours is 1 to \(ForecastModel.reach)")
                }
                guard let bound = AlertRule.ForecastBound(rawValue: text("bound", forest) ?? "forecast") else {
                    return .wrong(
                        "bound is \(AlertRule.ForecastBound.allCases.map(\.rawValue).joined(separator: ", "))")
                }
                return finish(entity, .forecast(pollutant, above: threshold, withinHours: within, bound: bound))
            }
            let hours = whole("averagingHours", forest) ?? 1
            guard (1...24).contains(hours) else { return .wrong("averagingHours is 1 to 24") }
            condition = .concentration(pollutant, above: threshold, averagingHours: hours)
        case "index":
            guard let name = text("index", forest), let index = AirQualityIndex(rawValue: name) else {
                return .wrong(
                    "index is \(AirQualityIndex.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            guard let level = whole("threshold", forest), (1...500).contains(level) else {
                return .wrong("threshold is an index value from 1 to 500")
            }
            condition = .index(index, atLeast: level)
        default: return .wrong("ruleKind is concentration, index or forecast, not \(kind)")
        }
        return finish(entity, condition)
    }

    private func finish(_ entity: EntityRecord, _ condition: AlertRule.Condition) -> Reading {
        let forest = entity.attributes
        var rule = AlertRule(
            entity.id, condition, clearBelow: 0, event: AlertText.defaultEvent(condition))
        switch condition {
        case .concentration(let pollutant, let limit, _):
            let below = vocabulary.attribute("clearBelow", in: forest)
                .flatMap { AirReading(pollutant, forest, $0)?.value }
            rule.clearBelow = min(below ?? limit * 0.9, limit)
        case .forecast(_, let limit, _, _):
            // Forecasts are smooth: an alert stands as long as they exceed.
            rule.clearBelow = limit
            rule.urgency = .future
        case .index(_, let level):
            rule.clearBelow = min(number("clearBelow", forest) ?? Double(level), Double(level))
        }
        rule.raiseHours = whole("minimumHours", forest) ?? 1
        rule.clearHours = whole("clearHours", forest) ?? 1
        guard (1...48).contains(rule.raiseHours), (1...48).contains(rule.clearHours) else {
            return .wrong("minimumHours and clearHours are 1 to 48")
        }
        if let word = text("severity", forest) {
            guard let severity = AlertRule.Severity(rawValue: word) else {
                return .wrong("severity is \(AlertRule.Severity.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            rule.severity = severity
        }
        if let word = text("urgency", forest) {
            guard let urgency = AlertRule.Urgency(rawValue: word) else {
                return .wrong("urgency is \(AlertRule.Urgency.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            rule.urgency = urgency
        }
        if let event = localText("event", forest) { rule.event = event }
        rule.instruction = localText("instruction", forest)
        rule.stations = stations(forest)
        if let root = vocabulary.attribute("area", in: forest) {
            let text = forest.valueText(of: root)
            guard forest.nodes[root].kind == .geoProperty, let area = try? Geometry(parsing: text) else {
                return .wrong("area is a GeoProperty with an area")
            }
            rule.area = area
            rule.areaText = text
        }
        rule.areaName = text("areaName", forest)
        rule.isPerArea = text("alertPer", forest) == "area"
        if rule.isPerArea, rule.area == nil { return .wrong("alertPer=area needs an area") }
        return .rule(rule)
    }

    // MARK: - Members

    private func text(_ name: String, _ forest: AttributeForest) -> String? {
        vocabulary.attribute(name, in: forest).flatMap { forest.stringValue(of: $0) }
    }

    private func number(_ name: String, _ forest: AttributeForest) -> Double? {
        guard let root = vocabulary.attribute(name, in: forest), forest.nodes[root].flags.contains(.isNumber) else {
            return nil
        }
        return forest.nodes[root].number
    }

    private func whole(_ name: String, _ forest: AttributeForest) -> Int? {
        number(name, forest).flatMap { Int(exactly: $0) }
    }

    /// A LanguageProperty with `en` and `fr`, or one text for both.
    private func localText(_ name: String, _ forest: AttributeForest) -> AlertRule.LocalText? {
        guard let root = vocabulary.attribute(name, in: forest) else { return nil }
        if let text = forest.stringValue(of: root) { return AlertRule.LocalText(english: text, french: text) }
        guard forest.nodes[root].kind == .languageProperty,
            let document = try? JSONDocument(parsing: forest.valueText(of: root))
        else { return nil }
        let english = document.member(document.root, "en").flatMap { document.string($0) }
        let french = document.member(document.root, "fr").flatMap { document.string($0) }
        guard let any = english ?? french else { return nil }
        return AlertRule.LocalText(english: english ?? any, french: french ?? any)
    }

    private func stations(_ forest: AttributeForest) -> Set<String> {
        guard let root = vocabulary.attribute("refAirQualityObserved", in: forest),
            forest.nodes[root].kind == .relationship
        else { return [] }
        if let one = forest.stringValue(of: root) { return [one] }
        guard let document = try? JSONDocument(parsing: forest.valueText(of: root)), document.isArray(document.root)
        else { return [] }
        return Set(document.elements(document.root).compactMap { document.string($0) })
    }
}
