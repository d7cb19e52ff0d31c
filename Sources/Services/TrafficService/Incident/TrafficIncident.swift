import NGSILDModel

/// Something that people should be told of, found in one detector's readings.
struct TrafficIncident: Sendable, Equatable {
    enum Kind: String, Sendable, CaseIterable {
        case jam = "trafficJam"
        case drop = "suddenDrop"
        case fault = "detectorFault"
    }

    let kind: Kind
    /// When it began.
    var onset: Timestamp
    /// The newest reading that showed it.
    var last: Timestamp
    /// The lowest speed so far, in km/h; `nil` where no speed is measured.
    var lowestSpeed: Double?
    /// What the speed is held against: free flow of a jam, the half hour before of a drop; in km/h.
    var reference: Double?
    /// The greatest occupancy so far.
    var occupancy: Double?
    /// For a fault, what is wrong.
    var reason: String?

    init(_ kind: Kind, onset: Timestamp, last: Timestamp) {
        self.kind = kind
        self.onset = onset
        self.last = last
    }

    mutating func see(_ measure: TrafficMeasure) {
        last = measure.time
        if let speed = measure.speed { lowestSpeed = min(lowestSpeed ?? speed, speed) }
        if let share = measure.occupancy { occupancy = max(occupancy ?? share, share) }
    }
}
