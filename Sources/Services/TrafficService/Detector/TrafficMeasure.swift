import NGSILDModel

/// A reading in the units that everything is computed in.
struct TrafficMeasure: Sendable, Equatable {
    let time: Timestamp
    /// The mean speed in km/h; `nil` where no vehicle was measured.
    var speed: Double?
    /// Vehicles an hour.
    var flow: Double?
    /// 0 to 1.
    var occupancy: Double?

    init(time: Timestamp, speed: Double? = nil, flow: Double? = nil, occupancy: Double? = nil) {
        self.time = time
        self.speed = speed
        self.flow = flow
        self.occupancy = occupancy
    }

    /// From this occupancy on, a detector that counts nobody has somebody standing on it.
    static let standingOccupancy = 0.5

    /// - Parameter period: Seconds that the count took; `nil` where nobody knows, then there is no flow.
    init(_ reading: TrafficReading, period: Double?) {
        time = reading.time
        occupancy = reading.occupancy
        if let intensity = reading.intensity {
            if reading.isHourly {
                flow = intensity
            } else if let period, period > 0 {
                flow = intensity * 3_600 / period
            }
        }
        speed = reading.speed
        let standing = (occupancy ?? 0) >= Self.standingOccupancy
        // Many detectors say 0 when nobody passed. With the detector covered it is a queue, else an empty road.
        if reading.intensity == 0 { speed = standing ? 0 : nil }
        if reading.speed == 0, reading.intensity == nil, !standing { speed = nil }
    }
}
