/// A car that breaks down on a lane, and is towed away later.
public struct Breakdown: Sendable, Equatable {
    /// The lane's id in the network.
    public var lane: String
    /// Where on the lane it stands, as a part of its length, 0...1.
    public var part: Double
    /// When it stands and when it is gone, in seconds after the beginning.
    public var fromSeconds: Double
    public var untilSeconds: Double

    public init(lane: String, part: Double = 0.5, fromSeconds: Double, untilSeconds: Double) {
        self.lane = lane
        self.part = part
        self.fromSeconds = fromSeconds
        self.untilSeconds = untilSeconds
    }

    /// Reads `LANE@FROM-UNTIL`, such as `28198821#3_0@600-1500`, in the middle of the lane; `nil` for what is not that.
    public init?(_ text: String) {
        guard let at = text.lastIndex(of: "@"), at > text.startIndex else { return nil }
        let times = text[text.index(after: at)...].split(separator: "-", omittingEmptySubsequences: false)
            .map { Double($0) }
        guard times.count == 2, let from = times[0], let until = times[1], from >= 0, until > from, until.isFinite
        else { return nil }
        self.init(lane: String(text[..<at]), fromSeconds: from, untilSeconds: until)
    }
}

/// Lets breakdowns happen in a running simulation.
struct Breakdowns {
    private enum State { case toCome, standing, over }

    private let all: [(breakdown: Breakdown, lane: RoadNetwork.Lane)]
    private var states: [State]

    /// Begins the names of the cars, which are no traffic of the scenario and are left out of its results.
    static let prefix = "parvis.breakdown."

    /// - Throws: ``Scenario/Fault`` for a lane that the network does not have.
    init(_ breakdowns: [Breakdown], _ network: RoadNetwork) throws {
        all = try breakdowns.map { breakdown in
            guard let lane = network.lanes[breakdown.lane], !lane.isInternal else {
                throw Scenario.Fault(
                    description: "the network has no lane \(breakdown.lane) on which a car could break down")
            }
            return (breakdown, lane)
        }
        states = all.map { _ in .toCome }
    }

    /// Does what is due so many seconds after the beginning.
    mutating func step(_ connection: TraCIConnection, afterSeconds elapsed: Double) throws {
        for (place, (breakdown, lane)) in all.enumerated() {
            if states[place] == .toCome, elapsed >= breakdown.fromSeconds {
                try connection.addStandingVehicle(
                    Self.prefix + String(place), edge: lane.edge, lane: lane.index,
                    atMetres: lane.lengthMetres * min(max(breakdown.part, 0), 1))
                states[place] = .standing
            }
            if states[place] == .standing, elapsed >= breakdown.untilSeconds {
                try connection.removeVehicle(Self.prefix + String(place))
                states[place] = .over
            }
        }
    }
}
