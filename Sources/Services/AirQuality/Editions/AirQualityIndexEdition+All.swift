extension AirQualityIndexEdition {
    /// Every edition known, newest first within each index.
    public static let all: [AirQualityIndexEdition] = [
        eaqi2024, eaqi2020, eaqi2017, us2024, us2018, china2026, china2012, uk2013, india2014,
    ]

    /// The editions in force.
    public static let inForce = all.filter { $0.validUntil == nil }

    /// The edition of an index in force.
    public static func inForce(_ index: AirQualityIndex) -> AirQualityIndexEdition {
        switch index {
        case .european: eaqi2024
        case .unitedStates: us2024
        case .china: china2026
        case .unitedKingdom: uk2013
        case .india: india2014
        }
    }

    /// The edition that a stored result names.
    ///
    /// - Returns: `nil` for an identifier that no edition has.
    public static func named(_ id: some StringProtocol) -> AirQualityIndexEdition? { all.first { $0.id == id } }
}
