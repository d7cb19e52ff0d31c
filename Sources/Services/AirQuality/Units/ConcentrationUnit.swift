/// What a concentration is counted in.
public enum ConcentrationUnit: UInt8, CaseIterable, Sendable, Hashable {
    case microgramsPerCubicMetre, milligramsPerCubicMetre, partsPerBillion, partsPerMillion

    /// The UN/CEFACT common code, as NGSI-LD's `unitCode` has it.
    ///
    /// - Source: UN/CEFACT Recommendation 20, annex: GQ, GP, 61 (part per billion, 10⁻⁹) and 59.
    public var unitCode: String {
        switch self {
        case .microgramsPerCubicMetre: "GQ"
        case .milligramsPerCubicMetre: "GP"
        case .partsPerBillion: "61"
        case .partsPerMillion: "59"
        }
    }

    public var symbol: String {
        switch self {
        case .microgramsPerCubicMetre: "µg/m³"
        case .milligramsPerCubicMetre: "mg/m³"
        case .partsPerBillion: "ppb"
        case .partsPerMillion: "ppm"
        }
    }

    /// The unit that a `unitCode` means.
    ///
    /// - Returns: `nil` for any other code, `nil` also for one that means another kind of quantity.
    public init?(unitCode: some StringProtocol) {
        guard let unit = Self.allCases.first(where: { $0.unitCode == unitCode }) else { return nil }
        self = unit
    }

    var isMassForVolume: Bool { self == .microgramsPerCubicMetre || self == .milligramsPerCubicMetre }

    /// How many of the family's small unit (µg/m³ or ppb) this unit is.
    private var size: Double { self == .milligramsPerCubicMetre || self == .partsPerMillion ? 1_000 : 1 }

    /// What a number in this unit is to be multiplied by to be in another.
    ///
    /// - Parameters:
    ///   - unit: The unit wanted.
    ///   - conditions: Temperature and pressure that the mass for each volume is stated at. They matter only between
    ///     mass and parts.
    /// - Returns: `nil` between mass and parts for particles, which have no molar mass.
    /// - Source: ideal gas law, R = 8.314 462 618 J/(mol K).
    public func factor(to unit: ConcentrationUnit, of pollutant: Pollutant, at conditions: GasConditions) -> Double? {
        if isMassForVolume == unit.isMassForVolume { return size / unit.size }
        guard let molarMass = pollutant.molarMass else { return nil }
        let microgramsInPartPerBillion = molarMass * conditions.molesPerCubicMetre * 1e-3
        return isMassForVolume
            ? size / microgramsInPartPerBillion / unit.size : size * microgramsInPartPerBillion / unit.size
    }
}

/// The temperature and pressure that a gas's mass for each volume is stated at.
public struct GasConditions: Sendable, Hashable {
    public let kelvin: Double
    public let hectopascals: Double

    private init(standardCelsius celsius: Double) {
        kelvin = celsius + 273.15
        hectopascals = 1_013.25
    }

    /// - Parameters:
    ///   - celsius: Degrees Celsius, above -273.15.
    ///   - hectopascals: Above 0; the standard atmosphere unless given.
    /// - Returns: `nil` where one is out of range.
    public init?(celsius: Double, hectopascals: Double = 1_013.25) {
        let kelvin = celsius + 273.15
        guard kelvin > 0, kelvin.isFinite, hectopascals > 0, hectopascals.isFinite else { return nil }
        self.kelvin = kelvin
        self.hectopascals = hectopascals
    }

    /// 20 °C, 1,013.25 hPa: Directives 2008/50/EC (annex VI C) and (EU) 2024/2881 for gases, and the United Kingdom.
    public static let europe = GasConditions(standardCelsius: 20)
    /// 25 °C, 1,013.25 hPa: US EPA (40 CFR 50.3), China (GB 3095 since the amendment of 2018), India and WHO.
    public static let celsius25 = GasConditions(standardCelsius: 25)
    /// 0 °C, 1,013.25 hPa: China before the amendment of 2018.
    public static let celsius0 = GasConditions(standardCelsius: 0)

    var molesPerCubicMetre: Double { hectopascals * 100 / (8.314_462_618 * kelvin) }

    /// What a gas's mass for each volume at these conditions is to be multiplied by to be stated at others.
    public func massFactor(to other: GasConditions) -> Double { other.molesPerCubicMetre / molesPerCubicMetre }
}
