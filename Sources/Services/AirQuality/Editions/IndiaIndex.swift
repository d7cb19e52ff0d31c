extension AirQualityIndexEdition {
    /// India's index.
    ///
    /// The lines run between the bands' upper ends and the last goes on, as in the Central Pollution Control Board's
    /// own calculator; the index is reported up to 500. Its ozone line above 748 µg/m³ subtracts the wrong number
    /// there; the line that fits the others is used. A concentration of 0 counts as missing, as it does there.
    public static let india2014 = AirQualityIndexEdition(
        .india, id: "IN-NAQI-2014", title: "National Air Quality Index (India)",
        source: "CPCB: National Air Quality Index, CUPS/82/2014-15; formulas of CPCB's AQI-Calculator.xls",
        validFrom: "2014-10-17", conditions: .celsius25,
        categories: [
            // CPCB prints colours but no codes; these are the ones of its web pages.
            IndexCategory(50, "Good", "Bon", "#00B050", severity: 0),
            IndexCategory(100, "Satisfactory", "Satisfaisant", "#92D050", severity: 1),
            IndexCategory(200, "Moderately polluted", "Moyennement pollué", "#FFFF00", severity: 2),
            IndexCategory(300, "Poor", "Mauvais", "#FF9900", severity: 3),
            IndexCategory(400, "Very poor", "Très mauvais", "#FF0000", severity: 4),
            IndexCategory(.max, "Severe", "Grave", "#C00000", severity: 5),
        ],
        requirement: .some(3, withParticles: true), zeroIsMissing: true, current: indiaRules, daily: indiaRules)

    private static let indiaRules: [SubIndexRule] = {
        let day = AveragingPeriod.mean24(minimum: 16)
        let eightHours = AveragingPeriod.maximumMean8(minimum: 1)
        func table(_ ends: [Double]) -> SubIndexScale {
            // The last line, of the slope of the one before, to 500 where it is capped.
            let step = ends[5] - ends[4]
            return .joined([0] + ends.dropFirst() + [ends[5] + step], [0, 50, 100, 200, 300, 400, 500], above: .capped)
        }
        return [
            SubIndexRule(.pm25, day, table([0, 30, 60, 90, 120, 250])),
            SubIndexRule(.pm10, day, table([0, 50, 100, 250, 350, 430])),
            SubIndexRule(.no2, day, table([0, 40, 80, 180, 280, 400])),
            SubIndexRule(.o3, eightHours, table([0, 50, 100, 168, 208, 748])),
            SubIndexRule(.so2, day, table([0, 40, 80, 380, 800, 1600])),
            SubIndexRule(
                .co, eightHours, .milligramsPerCubicMetre, .none, table([0, 1, 2, 10, 17, 34])),
        ]
    }()
}
