extension AirQualityIndexEdition {
    private static let usCategories = [
        IndexCategory(50, "Good", "Bon", "#00E400", severity: 0),
        IndexCategory(100, "Moderate", "Modéré", "#FFFF00", severity: 1),
        IndexCategory(
            150, "Unhealthy for Sensitive Groups", "Mauvais pour les personnes sensibles", "#FF7E00", severity: 2),
        IndexCategory(200, "Unhealthy", "Mauvais", "#FF0000", severity: 3),
        IndexCategory(300, "Very Unhealthy", "Très mauvais", "#8F3F97", severity: 4),
        IndexCategory(.max, "Hazardous", "Dangereux", "#7E0023", severity: 5),
    ]

    /// US EPA's index since 6 May 2024: new breakpoints for PM2.5, one hazardous line that goes on above 500.
    public static let us2024 = AirQualityIndexEdition(
        .unitedStates, id: "US-AQI-2024", title: "U.S. EPA Air Quality Index, 2024 breakpoints",
        source: "EPA-454/B-24-002 (May 2024), table 6; 40 CFR part 58, appendix G (89 FR 16202)",
        validFrom: "2024-05-06", conditions: .celsius25, categories: usCategories,
        current: usRules(.current, breakpoints2024), daily: usRules(.daily, breakpoints2024))

    /// US EPA's index before: PM2.5 breakpoints of 2013, ozone's of 2015; it ends at 500.
    public static let us2018 = AirQualityIndexEdition(
        .unitedStates, id: "US-AQI-2018", title: "U.S. EPA Air Quality Index, breakpoints before 2024",
        source: "EPA-454/B-18-007 (September 2018), table 5; 40 CFR part 58, appendix G (80 FR 65292)",
        validFrom: "2015-12-28", validUntil: "2024-05-05", conditions: .celsius25, categories: usCategories,
        current: usRules(.current, breakpoints2018), daily: usRules(.daily, breakpoints2018))

    private struct USBreakpoints {
        let pm25, pm10, no2, ozone8, ozone1, so2Hour, so2Day, co: SubIndexScale
    }

    private static let breakpoints2024 = USBreakpoints(
        pm25: .printed(
            [
                (0...9.0, 0...50), (9.1...35.4, 51...100), (35.5...55.4, 101...150), (55.5...125.4, 151...200),
                (125.5...225.4, 201...300), (225.5...325.4, 301...500),
            ], above: .continued),
        pm10: .printed(
            [
                (0...54, 0...50), (55...154, 51...100), (155...254, 101...150), (255...354, 151...200),
                (355...424, 201...300), (425...604, 301...500),
            ], above: .continued),
        no2: .printed(
            [
                (0...53, 0...50), (54...100, 51...100), (101...360, 101...150), (361...649, 151...200),
                (650...1249, 201...300), (1250...2049, 301...500),
            ], above: .continued),
        ozone8: ozone8,
        ozone1: .printed(
            [
                (0.125...0.164, 101...150), (0.165...0.204, 151...200), (0.205...0.404, 201...300),
                (0.405...0.604, 301...500),
            ], above: .continued),
        so2Hour: so2Hour,
        so2Day: .printed([(305...604, 201...300), (605...1004, 301...500)], above: .continued),
        co: .printed(
            [
                (0...4.4, 0...50), (4.5...9.4, 51...100), (9.5...12.4, 101...150), (12.5...15.4, 151...200),
                (15.5...30.4, 201...300), (30.5...50.4, 301...500),
            ], above: .continued))

    private static let breakpoints2018 = USBreakpoints(
        pm25: .printed(
            [
                (0...12.0, 0...50), (12.1...35.4, 51...100), (35.5...55.4, 101...150), (55.5...150.4, 151...200),
                (150.5...250.4, 201...300), (250.5...350.4, 301...400), (350.5...500.4, 401...500),
            ], above: .capped),
        pm10: .printed(
            [
                (0...54, 0...50), (55...154, 51...100), (155...254, 101...150), (255...354, 151...200),
                (355...424, 201...300), (425...504, 301...400), (505...604, 401...500),
            ], above: .capped),
        no2: .printed(
            [
                (0...53, 0...50), (54...100, 51...100), (101...360, 101...150), (361...649, 151...200),
                (650...1249, 201...300), (1250...1649, 301...400), (1650...2049, 401...500),
            ], above: .capped),
        ozone8: ozone8,
        ozone1: .printed(
            [
                (0.125...0.164, 101...150), (0.165...0.204, 151...200), (0.205...0.404, 201...300),
                (0.405...0.504, 301...400), (0.505...0.604, 401...500),
            ], above: .capped),
        so2Hour: so2Hour,
        so2Day: .printed([(305...604, 201...300), (605...804, 301...400), (805...1004, 401...500)], above: .capped),
        co: .printed(
            [
                (0...4.4, 0...50), (4.5...9.4, 51...100), (9.5...12.4, 101...150), (12.5...15.4, 151...200),
                (15.5...30.4, 201...300), (30.5...40.4, 301...400), (40.5...50.4, 401...500),
            ], above: .capped))

    /// 8-hour values do not define 301 and more (note 2); those come from the 1-hour table.
    private static let ozone8 = SubIndexScale.printed(
        [
            (0...0.054, 0...50), (0.055...0.070, 51...100), (0.071...0.085, 101...150), (0.086...0.105, 151...200),
            (0.106...0.200, 201...300),
        ], above: .capped)

    /// 1-hour values from 305 ppb count as 200, unless the 24-hour mean says more ("Calculating AQI values for SO2").
    private static let so2Hour = SubIndexScale.printed(
        [(0...35, 0...50), (36...75, 51...100), (76...185, 101...150), (186...304, 151...200)], above: .fixed(200))

    private static func usRules(_ report: IndexReport, _ tables: USBreakpoints) -> [SubIndexRule] {
        let isCurrent = report == .current
        let particles: AveragingPeriod = isCurrent ? .nowCast : .mean24(minimum: 18)
        let hour: AveragingPeriod = isCurrent ? .hour : .maximumHour(minimum: 18)
        let ozone: AveragingPeriod = isCurrent ? .ozoneNowCast : .maximumMean8(minimum: 18)
        let carbonMonoxide: AveragingPeriod = isCurrent ? .mean8(minimum: 6) : .maximumMean8(minimum: 18)
        return [
            SubIndexRule(.pm25, particles, .microgramsPerCubicMetre, .truncated(decimals: 1), tables.pm25),
            SubIndexRule(.pm10, particles, .microgramsPerCubicMetre, .truncated(decimals: 0), tables.pm10),
            SubIndexRule(.no2, hour, .partsPerBillion, .truncated(decimals: 0), tables.no2),
            SubIndexRule(.o3, ozone, .partsPerMillion, .truncated(decimals: 3), tables.ozone8),
            SubIndexRule(.o3, hour, .partsPerMillion, .truncated(decimals: 3), tables.ozone1),
            SubIndexRule(.so2, hour, .partsPerBillion, .truncated(decimals: 0), tables.so2Hour),
            SubIndexRule(.so2, .mean24(minimum: 18), .partsPerBillion, .truncated(decimals: 0), tables.so2Day),
            SubIndexRule(.co, carbonMonoxide, .partsPerMillion, .truncated(decimals: 1), tables.co),
        ]
    }
}
