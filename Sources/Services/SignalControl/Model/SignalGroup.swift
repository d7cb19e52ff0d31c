/// One set of lamps that always show the same: a movement of vehicles, or a crossing.
public struct SignalGroup: Sendable, Equatable {
    /// Whom the lamps are for.
    public enum Kind: String, Sendable, Codable, CaseIterable { case vehicle, pedestrian, publicTransport }

    public var name: String
    public var kind: Kind
    /// Shortest green, in seconds; for a crossing the time that people need to get past its middle.
    public var minimumGreenSeconds: Double
    /// Longest green while somebody waits at a conflicting group, in seconds; `nil` where only their longest red ends it.
    public var maximumGreenSeconds: Double?
    /// Yellow after green, in seconds; 0 for a crossing.
    public var yellowSeconds: Double
    /// How long conflicting groups stay red after this one's yellow, in seconds: the clearance time.
    public var allRedSeconds: Double

    public init(
        name: String, kind: Kind = .vehicle, minimumGreenSeconds: Double = 5, maximumGreenSeconds: Double? = nil,
        yellowSeconds: Double = 3, allRedSeconds: Double = 0
    ) {
        self.name = name
        self.kind = kind
        self.minimumGreenSeconds = minimumGreenSeconds
        self.maximumGreenSeconds = maximumGreenSeconds
        self.yellowSeconds = yellowSeconds
        self.allRedSeconds = allRedSeconds
    }

    /// How fast people are taken to walk, in metres a second: RiLSA's figure for clearing a crossing.
    public static let walkingMetresPerSecond = 1.2
    /// Shortest green of a crossing, in seconds, however short it is: the walk interval of MUTCD 2009, 4E.06.
    public static let shortestWalkSeconds = 7.0

    /// The group of a crossing that people walk over in one go.
    ///
    /// Green lasts until they have passed its middle, and who starts at the end of it reaches the other side before a
    /// conflicting group may start. Those who are slower, are waited for where something sees them (`SafetyKernel`, rule 5).
    public static func crossing(name: String, lengthMetres: Double) -> SignalGroup {
        let seconds = lengthMetres / walkingMetresPerSecond
        return SignalGroup(
            name: name, kind: .pedestrian, minimumGreenSeconds: max(shortestWalkSeconds, (seconds / 2).rounded(.up)),
            yellowSeconds: 0, allRedSeconds: seconds.rounded(.up))
    }

    /// The yellow that an approach needs: 3 s to 50 km/h, 4 s to 60 km/h, 5 s above.
    ///
    /// - Source: the German guideline for traffic signals (RiLSA).
    public static func yellowSeconds(atKilometresPerHour speed: Double) -> Double {
        // Speed limits in m/s come back from files as 50.004 km/h.
        speed <= 50.5 ? 3 : speed <= 60.5 ? 4 : 5
    }
}
