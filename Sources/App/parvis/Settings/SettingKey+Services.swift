extension SettingKey {
    /// The services of the city.
    static let services: [SettingKey] = [
        size("import-limit", least: "1MiB", examples: "512MiB or 4GiB") { $0.importLimit = $1 },
        toggle("signals") { $0.hasSignals = $1 },
        toggle("air") { $0.hasAir = $1 },
        SettingKey("air-indices", SettingText.airIndexExpectation) { settings, text in
            guard let indices = SettingText.airIndices(text) else { return false }
            settings.airIndices = indices
            return true
        },
        number("air-stations", 1...100_000) { $0.airStations = $1 },
        toggle("air-forecast") { $0.hasAirForecast = $1 },
        number("air-forecasts", 1...100_000) { $0.airForecasts = $1 },
        toggle("traffic") { $0.hasTraffic = $1 },
        number("traffic-detectors", 1...100_000) { $0.trafficDetectors = $1 },
        toggle("traffic-forecast") { $0.hasTrafficForecast = $1 },
        number("traffic-forecasts", 1...10_000) { $0.trafficForecasts = $1 },
        toggle("rules") { $0.hasRules = $1 },
        number("rules-limit", 1...100_000) { $0.rulesLimit = $1 },
        number("rule-entities", 1...10_000_000) { $0.ruleEntities = $1 },
        toggle("public") { $0.hasPublic = $1 },
        SettingKey("public-name", "a name of up to 100 bytes") { settings, text in
            settings.publicName = text
            return (1...100).contains(text.utf8.count)
        },
        number("public-requests", 0...1_000_000) { $0.publicRequests = $1 },
    ]
}
