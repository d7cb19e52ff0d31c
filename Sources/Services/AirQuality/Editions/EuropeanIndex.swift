extension AirQualityIndexEdition {
    private static let europeanCategories = [
        IndexCategory(1, "Good", "Bon", "#50F0E6", severity: 0),
        IndexCategory(2, "Fair", "Moyen", "#50CCAA", severity: 1),
        IndexCategory(3, "Moderate", "Dégradé", "#F0E641", severity: 2),
        IndexCategory(4, "Poor", "Mauvais", "#FF5050", severity: 3),
        IndexCategory(5, "Very poor", "Très mauvais", "#960032", severity: 4),
        IndexCategory(6, "Extremely poor", "Extrêmement mauvais", "#7D2181", severity: 5),
    ]

    /// The European index as revised in 2024/2025: hourly means of all pollutants.
    public static let eaqi2024 = AirQualityIndexEdition(
        .european, id: "EAQI-2024", title: "European Air Quality Index, revised bands",
        source: "ETC HE Report 2024/17 (doi:10.5281/zenodo.15781195), table 5.2; legend of airindex.eea.europa.eu",
        validFrom: "2025-07-03", conditions: .europe, categories: europeanCategories, requirement: .european,
        current: [
            SubIndexRule(.pm25, .hour, .levels([5, 15, 50, 90, 140])),
            SubIndexRule(.pm10, .hour, .levels([15, 45, 120, 195, 270])),
            SubIndexRule(.no2, .hour, .levels([10, 25, 60, 100, 150])),
            SubIndexRule(.o3, .hour, .levels([60, 100, 120, 160, 180])),
            SubIndexRule(.so2, .hour, .levels([20, 40, 125, 190, 275])),
        ],
        daily: [])

    /// The European index with six bands before the revision: running 24-hour means of particles.
    ///
    /// The day on which the sixth band came is not published; it was there in 2020.
    public static let eaqi2020 = AirQualityIndexEdition(
        .european, id: "EAQI-2020", title: "European Air Quality Index, six bands before the revision",
        source: "airindex.eea.europa.eu until 2025, as transcribed by Copernicus' and EEA's users alike",
        validFrom: "2020", validUntil: "2025-07-02", conditions: .europe, categories: europeanCategories,
        requirement: .european,
        current: [
            SubIndexRule(.pm25, .mean24(minimum: 18), .levels([10, 20, 25, 50, 75], limit: 800)),
            SubIndexRule(.pm10, .mean24(minimum: 18), .levels([20, 40, 50, 100, 150], limit: 1_200)),
            SubIndexRule(.no2, .hour, .levels([40, 90, 120, 230, 340], limit: 1_000)),
            SubIndexRule(.o3, .hour, .levels([50, 100, 130, 240, 380], limit: 800)),
            SubIndexRule(.so2, .hour, .levels([100, 200, 350, 500, 750], limit: 1_250)),
        ],
        daily: [])

    /// The first European index, with five bands.
    public static let eaqi2017 = AirQualityIndexEdition(
        .european, id: "EAQI-2017", title: "European Air Quality Index, first edition",
        source: "discomap.eea.europa.eu/map/AQI (archived), November 2017",
        validFrom: "2017-11-16", validUntil: "2020", conditions: .europe,
        categories: Array(europeanCategories.dropLast()), requirement: .european,
        current: [
            SubIndexRule(.pm25, .mean24(minimum: 18), .levels([10, 20, 25, 50], limit: 800)),
            SubIndexRule(.pm10, .mean24(minimum: 18), .levels([20, 35, 50, 100], limit: 1_200)),
            SubIndexRule(.no2, .hour, .levels([40, 100, 200, 400], limit: 1_000)),
            SubIndexRule(.o3, .hour, .levels([80, 120, 180, 240], limit: 600)),
            SubIndexRule(.so2, .hour, .levels([100, 200, 350, 500], limit: 1_250)),
        ],
        daily: [])
}

extension SubIndexRule {
    /// A table in µg/m³ that is looked up without rounding.
    init(_ pollutant: Pollutant, _ averaging: AveragingPeriod, _ table: SubIndexScale, use: Use = .always) {
        self.init(pollutant, averaging, .microgramsPerCubicMetre, .none, table, use: use)
    }
}
