extension AirQualityIndexEdition {
    /// The United Kingdom's index: levels 1 to 10 in four bands.
    ///
    /// Concentrations are rounded to whole µg/m³. The index wants 15-minute means of SO2; from hourly ones, which can
    /// only be lower, its SO2 level is a lower bound.
    public static let uk2013 = AirQualityIndexEdition(
        .unitedKingdom, id: "UK-DAQI-2013", title: "UK Daily Air Quality Index, thresholds of April 2013",
        source: "uk-air.defra.gov.uk/air-pollution/daqi; Defra: Update on Implementation of the DAQI (April 2013); "
            + "the same bands in UKHSA's guidance of 19 December 2025",
        validFrom: "2013-04", conditions: .europe,
        categories: [
            IndexCategory(1, "Low", "Faible", "#9CFF9C", severity: 0),
            IndexCategory(2, "Low", "Faible", "#31FF00", severity: 0),
            IndexCategory(3, "Low", "Faible", "#31CF00", severity: 0),
            IndexCategory(4, "Moderate", "Modéré", "#FFFF00", severity: 2),
            IndexCategory(5, "Moderate", "Modéré", "#FFCF00", severity: 2),
            IndexCategory(6, "Moderate", "Modéré", "#FF9A00", severity: 2),
            IndexCategory(7, "High", "Élevé", "#FF6464", severity: 3),
            IndexCategory(8, "High", "Élevé", "#FF0000", severity: 3),
            IndexCategory(9, "High", "Élevé", "#990000", severity: 3),
            IndexCategory(10, "Very High", "Très élevé", "#CE30FF", severity: 4),
        ],
        current: ukRules(hour: .hour, eightHours: .mean8(minimum: 6)),
        daily: ukRules(hour: .maximumHour(minimum: 18), eightHours: .maximumMean8(minimum: 18)))

    private static func ukRules(hour: AveragingPeriod, eightHours: AveragingPeriod) -> [SubIndexRule] {
        let whole = ConcentrationRounding.halfUp(decimals: 0)
        let mass = ConcentrationUnit.microgramsPerCubicMetre
        let day = AveragingPeriod.mean24(minimum: 18)
        return [
            SubIndexRule(.pm25, day, mass, whole, .levels([11, 23, 35, 41, 47, 53, 58, 64, 70])),
            SubIndexRule(.pm10, day, mass, whole, .levels([16, 33, 50, 58, 66, 75, 83, 91, 100])),
            SubIndexRule(.no2, hour, mass, whole, .levels([67, 134, 200, 267, 334, 400, 467, 534, 600])),
            SubIndexRule(.o3, eightHours, mass, whole, .levels([33, 66, 100, 120, 140, 160, 187, 213, 240])),
            SubIndexRule(.so2, hour, mass, whole, .levels([88, 177, 266, 354, 443, 532, 710, 887, 1064])),
        ]
    }
}
