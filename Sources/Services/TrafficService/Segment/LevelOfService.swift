/// How well traffic flows, A (freely) to F (not any more).
enum LevelOfService: String, Sendable, CaseIterable {
    case a = "A"
    case b = "B"
    case c = "C"
    case d = "D"
    case e = "E"
    case f = "F"

    /// E and F: speed at most 40 % of free flow, or more than 22 cars on a kilometre of lane.
    var isCongested: Bool { self == .e || self == .f }

    /// By travel speed as a share of the free-flow speed, for streets.
    ///
    /// - Source: Highway Capacity Manual 2010, exhibit 16-4 (automobile mode, volume-to-capacity ratio up to 1): above 85,
    ///   67, 50, 40 and 30 %.
    /// - Parameters:
    ///   - speed: km/h, from 0 on.
    ///   - freeFlow: km/h, above 0.
    init(speed: Double, freeFlow: Double) {
        // Rounded to a thousandth, so that 34 of 40 km/h is 85 % and not a hair above.
        let share = (speed / freeFlow * 1_000).rounded() / 1_000
        self = share > 0.85 ? .a : share > 0.67 ? .b : share > 0.50 ? .c : share > 0.40 ? .d : share > 0.30 ? .e : .f
    }

    /// By density, for detectors without speeds.
    ///
    /// - Source: Highway Capacity Manual 2000, exhibit 23-2 (basic freeway segments): at most 7, 11, 16, 22 and 28
    ///   passenger cars for each kilometre and lane.
    init(vehiclesPerKilometreAndLane density: Double) {
        self =
            density <= 7 ? .a : density <= 11 ? .b : density <= 16 ? .c : density <= 22 ? .d : density <= 28 ? .e : .f
    }

    /// The length that a vehicle covers with the detector's own, by which occupancy becomes density.
    ///
    /// 4.5 m of car and 2 m of loop; long vehicles make it longer.
    static let effectiveVehicleMetres = 6.5

    /// By the share of time that a detector is covered.
    init(occupancy: Double) {
        let density = occupancy * 1_000 / Self.effectiveVehicleMetres
        self.init(vehiclesPerKilometreAndLane: (density * 1_000).rounded() / 1_000)
    }

    /// Vehicles an hour that a lane carries at most.
    ///
    /// - Source: Highway Capacity Manual 2000, exhibit 23-2, free-flow speed 90 km/h.
    static let laneCapacity = 2_250.0

    /// By the ratio of volume to capacity, where nothing but counts comes. It cannot tell F from a street with few
    /// vehicles, unless more come than its lanes are said to carry.
    ///
    /// - Source: the same exhibit, maximum v/c at 90 km/h: 0.28, 0.44, 0.64, 0.87, 1.00.
    init(vehiclesPerHourAndLane flow: Double) {
        let ratio = (flow / Self.laneCapacity * 1_000).rounded() / 1_000
        self = ratio <= 0.28 ? .a : ratio <= 0.44 ? .b : ratio <= 0.64 ? .c : ratio <= 0.87 ? .d : ratio <= 1 ? .e : .f
    }
}
