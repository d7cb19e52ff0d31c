/// What a station's numbers are: the unit and, for gases in mass for each volume, the conditions.
public struct ConcentrationScale: Sendable, Hashable {
    public let unit: ConcentrationUnit
    public let conditions: GasConditions

    /// - Parameter conditions: Those that the numbers are stated at; they do not matter for particles and for parts.
    public init(_ unit: ConcentrationUnit, at conditions: GasConditions) {
        self.unit = unit
        self.conditions = conditions
    }

    /// µg/m³ at 20 °C and 1,013.25 hPa.
    public static let europe = ConcentrationScale(.microgramsPerCubicMetre, at: .europe)

    /// What a number on this scale is to be multiplied by to be on another.
    ///
    /// Particles are always stated at ambient conditions, so for them the conditions are left alone.
    ///
    /// - Returns: `nil` between mass and parts for particles.
    public func factor(to other: ConcentrationScale, of pollutant: Pollutant) -> Double? {
        guard let molarMass = pollutant.molarMass, molarMass > 0 else {
            return unit.factor(to: other.unit, of: pollutant, at: conditions)
        }
        switch (unit.isMassForVolume, other.unit.isMassForVolume) {
        case (true, true):
            guard let factor = unit.factor(to: other.unit, of: pollutant, at: conditions) else { return nil }
            return conditions == other.conditions ? factor : factor * conditions.massFactor(to: other.conditions)
        case (true, false): return unit.factor(to: other.unit, of: pollutant, at: conditions)
        case (false, _): return unit.factor(to: other.unit, of: pollutant, at: other.conditions)
        }
    }
}
