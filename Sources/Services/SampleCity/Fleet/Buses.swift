/// Buses on their lines, evenly spread over each line's lap.
struct Buses: Fleet {
    let plan: CityPlan
    let count: Int
    let period: Int64 = 2_000
    let recentPast = PastSpan.day
    /// For each bus its line, and by how many seconds it is ahead of the line's first bus.
    private let services: [(line: Int, lead: Double)]

    init(plan: CityPlan, count: Int) {
        self.plan = plan
        self.count = count
        let lines = plan.lines
        guard !lines.isEmpty else {
            services = []
            return
        }
        // Long laps get more buses: each next bus goes to the line whose buses are farthest apart.
        var perLine = Array(repeating: 0, count: lines.count)
        var assigned: [(line: Int, place: Int)] = []
        for _ in 0..<count {
            let line = lines.indices.max { first, second in
                lines[first].lap.duration / Double(perLine[first] + 1)
                    < lines[second].lap.duration / Double(perLine[second] + 1)
            }
            guard let line else { break }
            assigned.append((line, perLine[line]))
            perLine[line] += 1
        }
        services = assigned.map { ($0.line, lines[$0.line].lap.duration * Double($0.place) / Double(perLine[$0.line])) }
    }

    struct State: Equatable {
        let place: Point
        let kilometresPerHour: Double
        let heading: Double
        let nextStop: Int
        let occupancy: Double
        let isAtStop: Bool
    }

    func state(_ index: Int, at time: CityTime) -> State {
        let (number, lead) = services[index]
        let line = plan.lines[number]
        let lap = line.lap.state(at: Double(time.milliseconds) / 1000 + lead)
        let isBack = lap.distance > line.way.length
        let distance = isBack ? 2 * line.way.length - lap.distance : lap.distance
        let heading = line.way.heading(at: distance) + (isBack ? 180 : 0)
        // Buses keep to the right of the middle of the street.
        let place = line.way.point(at: distance)
        // People get on and off only where the bus stands, so that the share follows the stop.
        let crowd = Rhythm.traffic(time) * 0.75 + 0.08
        let seat = plan.noise.unit(Stream.of(Stream.bus, index), Int64(lap.stop))
        let occupancy = min(1, crowd * (0.6 + 0.8 * seat))
        return State(
            place: place, kilometresPerHour: (lap.metresPerSecond * 3.6).rounded(to: 1),
            heading: heading.truncatingRemainder(dividingBy: 360).rounded(), nextStop: lap.stop,
            occupancy: (occupancy * 20).rounded() / 20, isAtStop: lap.activity == .stopped)
    }

    func writeEntity(_ index: Int, at time: CityTime, to writer: inout EntityWriter) {
        let line = plan.lines[services[index].line]
        writer.begin("Vehicle", EntityName("bus-", index))
        writer.text("name", "Bus \(index + 1), ligne \(line.name)")
        writer.text("vehicleType", "bus")
        writer.texts("category", ["public"])
        writer.text("fleetVehicleId", "PSM-\(100 + index)")
        writer.relationship("hasRoute", "PublicTransportRoute", EntityName("line-", services[index].line))
        let state = state(index, at: time)
        writer.at(time) {
            $0.text("serviceStatus", "onRoute")
            write(state, changedFrom: nil, to: &$0)
        }
        writer.end()
    }

    func writeReport(_ index: Int, at time: CityTime, previous: CityTime, to writer: inout EntityWriter) {
        writer.begin("Vehicle", EntityName("bus-", index), at: time)
        write(state(index, at: time), changedFrom: state(index, at: previous), to: &writer)
        writer.end()
    }

    private func write(_ state: State, changedFrom old: State?, to writer: inout EntityWriter) {
        if state.place != old?.place { writer.location(state.place) }
        if state.kilometresPerHour != old?.kilometresPerHour {
            writer.number("speed", state.kilometresPerHour, unit: "KMH")
        }
        if state.heading != old?.heading { writer.number("heading", state.heading, unit: "DD") }
        if state.nextStop != old?.nextStop {
            writer.relationship("nextStop", "BusStop", EntityName("stop-", state.nextStop))
        }
        if state.isAtStop != old?.isAtStop {
            writer.text("vehicleRunningStatus", state.isAtStop ? "waiting" : "running")
        }
        if state.occupancy != old?.occupancy { writer.number("occupancy", state.occupancy) }
    }
}
