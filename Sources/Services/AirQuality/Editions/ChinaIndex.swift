extension AirQualityIndexEdition {
    /// Colours: HJ 633-2012, table A.1.
    private static let chinaCategories = [
        IndexCategory(50, "Excellent", "Excellent", "#00E400", severity: 0),
        IndexCategory(100, "Good", "Bon", "#FFFF00", severity: 1),
        IndexCategory(150, "Lightly polluted", "Pollution légère", "#FF7E00", severity: 2),
        IndexCategory(200, "Moderately polluted", "Pollution moyenne", "#FF0000", severity: 3),
        IndexCategory(300, "Heavily polluted", "Pollution forte", "#99004C", severity: 4),
        IndexCategory(.max, "Severely polluted", "Pollution grave", "#7E0023", severity: 5),
    ]

    private struct ChinaBreakpoints {
        let pm25, pm10, so2Hour, ozone8: SubIndexScale
    }

    private static let no2Day = SubIndexScale.joined([0, 40, 80, 180, 280, 565, 750, 940], above: .capped)
    private static let no2Hour = SubIndexScale.joined([0, 100, 200, 700, 1200, 2340, 3090, 3840], above: .capped)
    private static let so2Day = SubIndexScale.joined([0, 50, 150, 475, 800, 1600, 2100, 2620], above: .capped)
    private static let coDay = SubIndexScale.joined([0, 2, 4, 14, 24, 36, 48, 60], above: .capped)
    private static let coHour = SubIndexScale.joined([0, 5, 10, 35, 60, 90, 120, 150], above: .capped)
    private static let ozone1 = SubIndexScale.joined([0, 160, 200, 300, 400, 800, 1000, 1200], above: .capped)

    /// China's index since 1 March 2026.
    ///
    /// Concentrations are rounded (4.2.2), the hourly report looks at the hour alone (4.2.3), results are rounded up
    /// (4.2.6) and lie in 1 to 500 (4.1.1). Where a pollutant is missing, the index is told only above 100 (5.3.1).
    public static let china2026 = AirQualityIndexEdition(
        .china, id: "CN-AQI-2026", title: "HJ 633-2026, Technical Regulation on Ambient Air Quality Index",
        source: "HJ 633-2026, tables 1 and 3; reference state and validity: GB 3095-2026, HJ 663-2026",
        validFrom: "2026-03-01", conditions: .celsius25, categories: chinaCategories, rounding: .up, smallest: 1,
        requirement: .all(publishedAbove: 100), dominantAbove: 50,
        current: [
            china(.pm25, .hour, particles2026.pm25), china(.pm10, .hour, particles2026.pm10),
            china(.no2, .hour, no2Hour), china(.o3, .hour, ozone1), china(.so2, .hour, particles2026.so2Hour),
            SubIndexRule(.co, .hour, .milligramsPerCubicMetre, .halfToEven(decimals: 1), coHour),
        ],
        daily: [
            china(.pm25, .mean24(minimum: 20), particles2026.pm25),
            china(.pm10, .mean24(minimum: 20), particles2026.pm10),
            china(.no2, .mean24(minimum: 20), no2Day),
            china(.o3, .maximumMean8(minimum: 14), particles2026.ozone8),
            china(.so2, .mean24(minimum: 20), so2Day),
            SubIndexRule(
                .co, .mean24(minimum: 20), .milligramsPerCubicMetre, .halfToEven(decimals: 1), coDay),
        ])

    private static let particles2026 = ChinaBreakpoints(
        pm25: .joined([0, 35, 60, 115, 150, 250, 350, 500], above: .capped),
        pm10: .joined([0, 50, 120, 250, 350, 420, 500, 600], above: .capped),
        // Notes b and c of table 3.
        so2Hour: .joined([0, 150, 500, 650, 800], above: .fixed(200)),
        ozone8: .joined([0, 100, 160, 215, 265, 800], above: .fixed(300)))

    private static func china(
        _ pollutant: Pollutant, _ averaging: AveragingPeriod, _ table: SubIndexScale
    ) -> SubIndexRule {
        SubIndexRule(pollutant, averaging, .microgramsPerCubicMetre, .halfToEven(decimals: 0), table)
    }

    /// China's index until 28 February 2026.
    ///
    /// The hourly report takes running means of particles and of ozone (5.1.3). 1-hour SO2 above 800 µg/m³ is not
    /// looked up, and the 24-hour mean stands in; 8-hour ozone above 800 likewise leaves it to the 1-hour table (notes
    /// 2 and 3 of table 1). Gases' masses are stated at 25 °C, as since the amendment of 1 September 2018.
    public static let china2012 = AirQualityIndexEdition(
        .china, id: "CN-AQI-2012", title: "HJ 633-2012, Technical Regulation on Ambient Air Quality Index (on trial)",
        source: "HJ 633-2012, tables 1, 2 and A.1; validity: GB 3095-2012, table 4, and HJ 663-2013",
        validFrom: "2016-01-01", validUntil: "2026-02-28", conditions: .celsius25, categories: chinaCategories,
        rounding: .up, dominantAbove: 50,
        current: [
            SubIndexRule(.pm25, .mean24(minimum: 20), particles2012.pm25),
            SubIndexRule(.pm10, .mean24(minimum: 20), particles2012.pm10),
            SubIndexRule(.no2, .hour, no2Hour),
            SubIndexRule(.o3, .hour, ozone1),
            SubIndexRule(.o3, .mean8(minimum: 6), particles2012.ozone8),
            SubIndexRule(.so2, .hour, particles2012.so2Hour),
            SubIndexRule(.so2, .mean24(minimum: 20), so2Day, use: .whereFormerIsSilent),
            SubIndexRule(.co, .hour, .milligramsPerCubicMetre, .none, coHour),
        ],
        daily: [
            SubIndexRule(.pm25, .mean24(minimum: 20), particles2012.pm25),
            SubIndexRule(.pm10, .mean24(minimum: 20), particles2012.pm10),
            SubIndexRule(.no2, .mean24(minimum: 20), no2Day),
            SubIndexRule(.o3, .maximumHour(minimum: 20), ozone1),
            SubIndexRule(.o3, .maximumMean8(minimum: 14), particles2012.ozone8),
            SubIndexRule(.so2, .mean24(minimum: 20), so2Day),
            SubIndexRule(.co, .mean24(minimum: 20), .milligramsPerCubicMetre, .none, coDay),
        ])

    private static let particles2012 = ChinaBreakpoints(
        pm25: .joined([0, 35, 75, 115, 150, 250, 350, 500], above: .capped),
        pm10: .joined([0, 50, 150, 250, 350, 420, 500, 600], above: .capped),
        so2Hour: .joined([0, 150, 500, 650, 800], above: .undefined),
        ozone8: .joined([0, 100, 160, 215, 265, 800], above: .undefined))
}
