import AirQuality

/// The words of alerts, in English and French.
enum AlertText {
    static func defaultEvent(_ condition: AlertRule.Condition) -> AlertRule.LocalText {
        switch condition {
        case .forecast(let pollutant, _, _, _):
            AlertRule.LocalText(
                english: "High \(pollutant.name) to come", french: "Niveau élevé de \(pollutant.name) à venir")
        case .concentration(let pollutant, _, _):
            AlertRule.LocalText(english: "High \(pollutant.name)", french: "Niveau élevé de \(pollutant.name)")
        case .index:
            AlertRule.LocalText(english: "Poor air quality", french: "Mauvaise qualité de l'air")
        }
    }

    static func headline(_ rule: AlertRule, _ place: String, isRaised: Bool, _ language: AdviceLanguage) -> String {
        switch (language, isRaised) {
        case (.english, true): "\(rule.event.english): \(place)"
        case (.english, false): "\(rule.event.english) is over: \(place)"
        case (.french, true): "\(rule.event.french) : \(place)"
        case (.french, false): "Fin : \(rule.event.french), \(place)"
        }
    }

    static func description(_ rule: AlertRule, _ finding: AlertJudge.Finding, _ language: AdviceLanguage) -> String {
        let (value, peak) = (number(finding.value, language), number(finding.peak, language))
        switch rule.condition {
        case .concentration(let pollutant, let limit, let hours):
            let limit = number(limit, language)
            return language == .english
                ? "\(pollutant.name) is \(value) µg/m³ (mean of \(hours) h), at most \(peak) µg/m³ so far; "
                    + "the threshold is \(limit) µg/m³ for \(rule.raiseHours) h."
                : "\(pollutant.name) : \(value) µg/m³ (moyenne sur \(hours) h), au plus \(peak) µg/m³ jusqu'ici ; "
                    + "le seuil est de \(limit) µg/m³ pendant \(rule.raiseHours) h."
        case .forecast(let pollutant, let limit, let within, let bound):
            let limit = number(limit, language)
            let (from, to) = (ClockHour.end(finding.onset).text, ClockHour.end(finding.last).text)
            return language == .english
                ? "\(pollutant.name) \(english(bound)) up to \(peak) µg/m³ between \(from) and \(to); "
                    + "the threshold is \(limit) µg/m³ within \(within) h."
                : "\(pollutant.name) \(french(bound)) jusqu'à \(peak) µg/m³ entre \(from) et \(to) ; "
                    + "le seuil est de \(limit) µg/m³ dans les \(within) h."
        case .index(let index, let level):
            return language == .english
                ? "The index \(index.rawValue) is \(value), at most \(peak) so far; the threshold is \(level)."
                : "L'indice \(index.rawValue) est à \(value), au plus \(peak) jusqu'ici ; le seuil est \(level)."
        }
    }

    private static func english(_ bound: AlertRule.ForecastBound) -> String {
        switch bound {
        case .forecast: "is forecast to reach"
        case .lower: "will almost certainly reach"
        case .upper: "may reach"
        }
    }

    private static func french(_ bound: AlertRule.ForecastBound) -> String {
        switch bound {
        case .forecast: "devrait monter"
        case .lower: "montera presque certainement"
        case .upper: "pourrait monter"
        }
    }

    /// What people can do: the rule's own words, or the advice that goes with its severity.
    static func instruction(_ rule: AlertRule, _ language: AdviceLanguage) -> String {
        if let own = rule.instruction { return own[language] }
        let severity =
            switch rule.severity {
            case .extreme: 5
            case .severe: 4
            case .moderate: 3
            case .minor, .unknown: 2
            }
        let advice = HealthAdvice.forSeverity(severity, language)
        return language == .english
            ? "\(advice.everybody) Sensitive people: \(advice.sensitive)"
            : "\(advice.everybody) Personnes sensibles : \(advice.sensitive)"
    }

    private static func number(_ value: Double, _ language: AdviceLanguage) -> String {
        let rounded = (value * 10).rounded() / 10
        let text = rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
        return language == .french ? String(text.map { $0 == "." ? "," : $0 }) : text
    }
}

extension HealthAdvice {
    /// The advice of a severity from 0 to 5, as the European index's categories have it.
    static func forSeverity(_ severity: Int, _ language: AdviceLanguage) -> HealthAdvice {
        let categories = AirQualityIndexEdition.eaqi2024.categories
        let category = categories.first { $0.severity >= severity } ?? categories[categories.count - 1]
        return category.advice(language)
    }
}
