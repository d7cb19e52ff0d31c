/// What one detector tells at one time. Counts only.
public struct DetectorReading: Sendable, Equatable {
    /// Vehicles on the zone; for a stop-line detector, vehicles that passed since the observation before.
    public var vehicles: Double
    /// Those of them that stand.
    public var standing: Double
    /// Part of the zone's length that is covered, 0...1.
    public var occupancy: Double

    public init(vehicles: Double, standing: Double = 0, occupancy: Double = 0) {
        self.vehicles = vehicles
        self.standing = standing
        self.occupancy = occupancy
    }

    /// Whether the numbers can be true; others are treated as if the detector were silent.
    var isPlausible: Bool {
        vehicles >= 0 && vehicles < 1_000 && standing >= 0 && standing < 1_000 && occupancy >= 0 && occupancy <= 1.5
    }
}

extension Intersection {
    /// Groups whose way through the intersection is seen to be occupied; a silent detector sees nothing.
    public func occupied(_ observation: IntersectionObservation) -> GroupSet {
        GroupSet(
            boxes.indices.filter { group in
                boxes[group].contains {
                    observation.reading($0).map { (yields[group].isEmpty ? $0.standing : $0.vehicles) >= 1 } ?? false
                }
            })
    }
}

/// What an intersection's detectors tell at one time.
public struct IntersectionObservation: Sendable, Equatable {
    /// When it was measured, in seconds on the controller's clock.
    public var measuredAtSeconds: Double
    /// One for each detector of the intersection; `nil` for one that is silent.
    public var readings: [DetectorReading?]
    /// Groups that someone has asked for by a button, and who still waits.
    public var calls: GroupSet
    /// Groups that a public-transport vehicle asks for, from afar until it has passed.
    public var priority: GroupSet

    /// What a detector tells; `nil` where it is silent or tells nonsense.
    func reading(_ detector: Int) -> DetectorReading? {
        guard readings.indices.contains(detector), let reading = readings[detector], reading.isPlausible else {
            return nil
        }
        return reading
    }

    public init(
        measuredAtSeconds: Double, readings: [DetectorReading?], calls: GroupSet = [], priority: GroupSet = []
    ) {
        self.measuredAtSeconds = measuredAtSeconds
        self.readings = readings
        self.calls = calls
        self.priority = priority
    }
}
