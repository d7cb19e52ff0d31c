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
        let sign = words(".¦decimal sign")
        return text.cut(to: 24).split(separator: ".", omittingEmptySubsequences: false).joined(separator: sign)
    }

    func truth(_ text: String) -> String { text == "true" ? words("yes") : words("no") }

    func frequency(_ code: String) -> String {
        switch code {
        case "CONT", "UPDATE_CONT": words("continuously")
        case "1MIN": words("every minute")
        case "5MIN": words("every {0} minutes", "5")
        case "10MIN": words("every {0} minutes", "10")
        case "15MIN": words("every {0} minutes", "15")
        case "30MIN": words("every {0} minutes", "30")
        case "HOURLY": words("hourly")
        case "DAILY": words("daily")
        case "WEEKLY": words("weekly")
        case "MONTHLY": words("monthly")
        case "QUARTERLY": words("quarterly")
        case "ANNUAL": words("yearly")
        case "IRREG": words("irregularly")
        case "NEVER": words("never")
        default: words("not stated")
        }
    }
}
