import Testing

@testable import TrafficService

@Suite struct LevelOfServiceTests {
    // HCM 2010, exhibit 16-4, copied a second time: the edge belongs to the worse level.
    @Test(arguments: [
        (100.0, "A"), (85.1, "A"), (85, "B"), (67.1, "B"), (67, "C"), (50.1, "C"), (50, "D"), (40.1, "D"), (40, "E"),
        (30.1, "E"), (30, "F"), (0, "F"), (140, "A"),
    ])
    func `a share of the free-flow speed has the level of the published table`(percent: Double, level: String) {
        for freeFlow in [30.0, 47.3, 110] {
            #expect(LevelOfService(speed: percent / 100 * freeFlow, freeFlow: freeFlow).rawValue == level)
        }
    }

    // HCM 2000, exhibit 23-2: the edge belongs to the better level.
    @Test(arguments: [
        (0.0, "A"), (7, "A"), (7.1, "B"), (11, "B"), (11.1, "C"), (16, "C"), (16.1, "D"), (22, "D"), (22.1, "E"),
        (28, "E"), (28.1, "F"), (150, "F"),
    ])
    func `a density has the level of the published table, and so has its occupancy`(density: Double, level: String) {
        #expect(LevelOfService(vehiclesPerKilometreAndLane: density).rawValue == level)
        #expect(LevelOfService(occupancy: density * 6.5 / 1_000).rawValue == level)
    }

    @Test(arguments: [
        (0.28, "A"), (0.29, "B"), (0.44, "B"), (0.45, "C"), (0.64, "C"), (0.65, "D"), (0.87, "D"), (0.88, "E"),
        (1, "E"), (1.01, "F"),
    ])
    func `a share of the capacity has the level of the published table`(ratio: Double, level: String) {
        #expect(LevelOfService(vehiclesPerHourAndLane: ratio * 2_250).rawValue == level)
    }

    @Test func `E and F are congested`() {
        #expect(LevelOfService.allCases.filter(\.isCongested) == [.e, .f])
    }
}
