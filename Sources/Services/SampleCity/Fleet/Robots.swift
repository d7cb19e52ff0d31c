/// Delivery robots that drive from a depot to doors and back, at walking pace, and charge there.
struct Robots: Fleet {
    let plan: CityPlan
    let count: Int
    let period: Int64 = 2_000
    let recentPast = PastSpan.day
    private let rounds: [Round]
    private static let depots = [Point(x: 120, y: 180), Point(x: 900, y: 500), Point(x: -350, y: -420)]
    private static let charging = 900.0

    private struct Round {
        let way: Polyline
        let lap: Lap
        let lead: Double
    }

    init(plan: CityPlan, count: Int) {
        self.plan = plan
        self.count = count
        rounds = (0..<count).map { Self.round(plan, $0) }
    }

    private static func round(_ plan: CityPlan, _ index: Int) -> Round {
        let stream = Stream.of(Stream.robot, index)
        let depot = depots[index % depots.count]
        let start = plan.network.node(near: depot)
        let doors = (0..<3).map { plan.crossing(stream, $0, within: depot.radius + 450) }
        var way: [Point] = []
        var stops: [Double] = []
        for (from, to) in zip([start] + doors, doors + [start]) {
            way += plan.network.way(through: [from, to]).points.dropFirst(way.isEmpty ? 0 : 1)
            stops.append(Polyline(way).length)
        }
        var lap = Lap(ramp: 2)
        let speed = plan.noise.value(stream, 6_000, in: 1.3...1.7)
        for (number, distance) in stops.enumerated() {
            lap.move(to: distance, metresPerSecond: speed, stop: number)
            if number < stops.count - 1 { lap.stay(75, stop: number) }
        }
        lap.stay(charging, .charging, stop: stops.count - 1)
        return Round(way: Polyline(way), lap: lap, lead: plan.noise.unit(stream, 6_001) * lap.duration)
    }

    struct State: Equatable {
        let place: Point
        let kilometresPerHour: Double
        let heading: Double
        let batteryLevel: Double
        let status: String
    }

    func state(_ index: Int, at time: CityTime) -> State {
        let round = rounds[index]
        let lap = round.lap.state(at: Double(time.milliseconds) / 1000 + round.lead)
        let driving = max(1, round.lap.duration - Self.charging)
        // A round takes the battery down by what its length needs, and charging fills it again.
        let low = max(0.2, 0.95 - driving / 9_000)
        let battery =
            lap.activity == .charging
            ? low + (1 - low) * lap.legSeconds / Self.charging : 1 - (1 - low) * lap.seconds / driving
        let status =
            switch lap.activity {
            case .charging: "charging"
            case .stopped: "handingOver"
            default: lap.stop < 3 ? "delivering" : "returning"
            }
        return State(
            place: round.way.point(at: lap.distance), kilometresPerHour: (lap.metresPerSecond * 3.6).rounded(to: 1),
            heading: round.way.heading(at: lap.distance).rounded(), batteryLevel: battery.rounded(to: 2), status: status
        )
    }

    func writeEntity(_ index: Int, at time: CityTime, to writer: inout EntityWriter) {
        writer.begin("Robot", EntityName("robot-", index))
        writer.text("name", "Robot livreur \(index + 1)")
        writer.texts("category", ["delivery"])
        writer.at(time) { write(state(index, at: time), changedFrom: nil, to: &$0) }
        writer.end()
    }

    func writeReport(_ index: Int, at time: CityTime, previous: CityTime, to writer: inout EntityWriter) {
        writer.begin("Robot", EntityName("robot-", index), at: time)
        write(state(index, at: time), changedFrom: state(index, at: previous), to: &writer)
        writer.end()
    }

    private func write(_ state: State, changedFrom old: State?, to writer: inout EntityWriter) {
        if state.place != old?.place { writer.location(state.place) }
        if state.kilometresPerHour != old?.kilometresPerHour {
            writer.number("speed", state.kilometresPerHour, unit: "KMH")
        }
        if state.heading != old?.heading { writer.number("heading", state.heading, unit: "DD") }
        if state.batteryLevel != old?.batteryLevel { writer.number("batteryLevel", state.batteryLevel) }
        if state.status != old?.status { writer.text("status", state.status) }
    }
}
