/// A lane before a stop line, with the detectors that look at it.
public struct ApproachLane: Sendable, Equatable {
    /// A stretch of road that an area detector counts on.
    public struct Zone: Sendable, Equatable {
        /// The reading's place in an observation.
        public var detector: Int
        /// From the stop line to the near end, in metres.
        public var distanceMetres: Double
        public var lengthMetres: Double

        public init(detector: Int, distanceMetres: Double, lengthMetres: Double) {
            self.detector = detector
            self.distanceMetres = distanceMetres
            self.lengthMetres = lengthMetres
        }
    }

    /// A way on from the lane, controlled by a signal group.
    public struct Movement: Sendable, Equatable {
        public var group: Int
        /// Where it leads, as an index in the intersection's exits; `nil` when nothing is known of it.
        public var exit: Int?
        /// The assumed share of the lane's vehicles, 0...1.
        public var share: Double

        public init(group: Int, exit: Int? = nil, share: Double = 1) {
            self.group = group
            self.exit = exit
            self.share = share
        }
    }

    public var name: String
    public var movements: [Movement]
    /// From the stop line upstream; several lanes can share a zone from where they branch.
    public var zones: [Zone]
    /// Counts vehicles that pass the stop line.
    public var stopLineDetector: Int?
    public var speedMetresPerSecond: Double

    public init(
        name: String, movements: [Movement], zones: [Zone] = [], stopLineDetector: Int? = nil,
        speedMetresPerSecond: Double = 13.9
    ) {
        self.name = name
        self.movements = movements
        self.zones = zones
        self.stopLineDetector = stopLineDetector
        self.speedMetresPerSecond = speedMetresPerSecond
    }

    /// Whether its numbers can be computed with.
    var isPlausible: Bool {
        speedMetresPerSecond >= 0.5 && speedMetresPerSecond <= 100
            && movements.allSatisfy { $0.share >= 0 && $0.share <= 1 }
            && zones.allSatisfy {
                $0.distanceMetres >= 0 && $0.lengthMetres > 0 && $0.distanceMetres + $0.lengthMetres <= 10_000
            }
    }
}

/// Where movements lead: the beginning of a lane behind the intersection.
public struct ExitLane: Sendable, Equatable {
    public var name: String
    /// Area detectors on it, by their place in an observation, the nearest first.
    public var detectors: [Int]
    /// The length they see together, in metres.
    public var lengthMetres: Double

    public init(name: String, detectors: [Int], lengthMetres: Double) {
        self.name = name
        self.detectors = detectors
        self.lengthMetres = lengthMetres
    }
}
