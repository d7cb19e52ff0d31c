import Testing

@testable import AirQuality

struct ConcentrationScaleTests {
    /// Published factors at 1,013.25 hPa: µg/m³ for a part per billion (mg/m³ for a part per million) at 20 and 25 °C,
    /// as Defra's and EPA's conversion tables print them.
    @Test(
        arguments: [
            (.no2, 1.9125, 1.88), (.o3, 1.9957, 1.9622), (.so2, 2.6609, 2.62), (.co, 1.1642, 1.145),
        ] as [(Pollutant, Double, Double)])
    func `a part per billion weighs what is published`(pollutant: Pollutant, at20: Double, at25: Double) throws {
        let mass = ConcentrationUnit.microgramsPerCubicMetre
        let europe = try #require(ConcentrationUnit.partsPerBillion.factor(to: mass, of: pollutant, at: .europe))
        let america = try #require(ConcentrationUnit.partsPerBillion.factor(to: mass, of: pollutant, at: .celsius25))
        #expect(abs(europe / at20 - 1) < 0.002)
        #expect(abs(america / at25 - 1) < 0.002)
    }

    @Test func `there and back again is the same number`() throws {
        for pollutant in Pollutant.allCases where !pollutant.isParticulate {
            for one in ConcentrationUnit.allCases {
                for other in ConcentrationUnit.allCases {
                    let there = try #require(one.factor(to: other, of: pollutant, at: .celsius25))
                    let back = try #require(other.factor(to: one, of: pollutant, at: .celsius25))
                    #expect(abs(there * back - 1) < 1e-14)
                }
            }
        }
    }

    @Test func `particles have mass only, whatever the temperature`() {
        let mass = ConcentrationScale(.milligramsPerCubicMetre, at: .celsius0)
        #expect(mass.factor(to: .europe, of: .pm25) == 1_000)
        #expect(ConcentrationScale(.partsPerBillion, at: .europe).factor(to: mass, of: .pm10) == nil)
    }

    @Test func `a gas's mass changes with the temperature it is stated at, its parts do not`() throws {
        let warm = ConcentrationScale(.microgramsPerCubicMetre, at: .celsius25)
        let factor = try #require(ConcentrationScale.europe.factor(to: warm, of: .o3))
        let warmth: Double = 293.15 / 298.15
        #expect(abs(factor - warmth) < 1e-12)
        let parts = ConcentrationScale(.partsPerBillion, at: .europe)
        #expect(parts.factor(to: ConcentrationScale(.partsPerMillion, at: .celsius25), of: .o3) == 0.001)
        let mass = try #require(parts.factor(to: warm, of: .o3))
        #expect(abs(mass - 1.9618) < 0.001)
    }

    @Test func `conditions that cannot be are refused`() {
        #expect(GasConditions(celsius: -273.15) == nil)
        #expect(GasConditions(celsius: .nan) == nil)
        #expect(GasConditions(celsius: 20, hectopascals: 0) == nil)
        #expect(GasConditions(celsius: 20, hectopascals: 1_013.25) == .europe)
    }

    @Test func `unit codes are those of UN CEFACT`() {
        #expect(ConcentrationUnit.allCases.map(\.unitCode) == ["GQ", "GP", "61", "59"])
        for unit in ConcentrationUnit.allCases { #expect(ConcentrationUnit(unitCode: unit.unitCode) == unit) }
        #expect(ConcentrationUnit(unitCode: "CEL") == nil)
    }

    @Test func `pollutants are known by the names that are in use`() {
        for pollutant in Pollutant.allCases { #expect(Pollutant(name: pollutant.name) == pollutant) }
        #expect(Pollutant(name: "pm2_5") == .pm25)
        #expect(Pollutant(name: "pm2,5") == .pm25)
        #expect(Pollutant(name: "NH3") == nil)
        #expect(PollutantSet.all.pollutants == Pollutant.allCases)
    }
}
