/// The languages that the site speaks.
enum PublicLanguage: String, CaseIterable {
    case english = "en"
    case french = "fr"

    /// The one that the parameter `lang` asks for, else the one that `Accept-Language` likes best, else English.
    init(_ request: PublicRequest) {
        if let asked = request.parameter("lang").flatMap(Self.init(rawValue:)) {
            self = asked
            return
        }
        var best: (language: PublicLanguage, weight: Double) = (.english, 0)
        for part in (request.acceptLanguage ?? "").split(separator: ",").prefix(20) {
            let pieces = part.split(separator: ";")
            guard let tag = pieces.first?.drop(while: { $0 == " " }).prefix(2).lowercased(),
                let language = Self(rawValue: tag)
            else { continue }
            let weight =
                pieces.dropFirst().compactMap { piece -> Double? in
                    let piece = piece.filter { $0 != " " }
                    return piece.hasPrefix("q=") ? Double(piece.dropFirst(2)) : nil
                }.first ?? 1
            if weight > best.weight { best = (language, weight) }
        }
        self = best.language
    }

    func words(_ english: String, _ french: String) -> String { self == .french ? french : english }
}

/// Words of values.
extension PublicLanguage {
    /// What people write for a unit; the code itself where it is not known.
    ///
    /// - Source: UN/CEFACT Recommendation 20.
    static func unit(_ code: String) -> String {
        [
            "GQ": "µg/m³", "GP": "mg/m³", "CEL": "°C", "P1": "%", "KMH": "km/h", "MTS": "m/s", "MTR": "m", "KMT": "km",
            "2N": "dB", "A97": "hPa", "MMT": "mm", "CMT": "cm", "LTR": "l", "KWH": "kWh", "KWT": "kW", "WTT": "W",
            "VLT": "V", "59": "ppm", "61": "ppb", "SEC": "s", "MIN": "min", "HUR": "h", "C62": "", "LUX": "lx",
            "MTQ": "m³", "D54": "W/m²", "DD": "°", "KGM": "kg", "HTZ": "Hz", "BAR": "bar", "EUR": "€",
        ][code] ?? code
    }

    func number(_ text: String) -> String {
        let shown = text.cut(to: 24)
        return self == .french ? String(shown.map { $0 == "." ? "," : $0 }) : shown
    }

    func truth(_ text: String) -> String { text == "true" ? words("yes", "oui") : words("no", "non") }

    func frequency(_ code: String) -> String {
        switch code {
        case "CONT", "UPDATE_CONT": words("continuously", "en continu")
        case "1MIN": words("every minute", "chaque minute")
        case "5MIN": words("every 5 minutes", "toutes les 5 minutes")
        case "10MIN": words("every 10 minutes", "toutes les 10 minutes")
        case "15MIN": words("every 15 minutes", "toutes les 15 minutes")
        case "30MIN": words("every 30 minutes", "toutes les 30 minutes")
        case "HOURLY": words("hourly", "chaque heure")
        case "DAILY": words("daily", "chaque jour")
        case "WEEKLY": words("weekly", "chaque semaine")
        case "MONTHLY": words("monthly", "chaque mois")
        case "QUARTERLY": words("quarterly", "chaque trimestre")
        case "ANNUAL": words("yearly", "chaque année")
        case "IRREG": words("irregularly", "irrégulièrement")
        case "NEVER": words("never", "jamais")
        default: words("not stated", "non précisée")
        }
    }
}
