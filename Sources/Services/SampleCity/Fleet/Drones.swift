/// Drones of the town's works that fly a round over roofs, bridges and the river, and land to charge.
struct Drones: Fleet {
    let plan: CityPlan
    let count: Int
    let period: Int64 = 1_000
    let recentPast = PastSpan.day
    private let rounds: [Round]
    private static let charging = 420.0
    private static let climb = 12.0
    private static let tasks = ["bridgeInspection", "roofThermography", "riverLevel", "medicalDelivery"]

    private struct Round {
        let way: Polyline
        let lap: Lap
        let lead: Double
        let altitude: Double
    }

    init(plan: CityPlan, count: Int) {
        self.plan = plan
        self.count = count
        rounds = (0..<count).map { Self.round(plan, $0) }
    }

    private static func round(_ plan: CityPlan, _ index: Int) -> Round {
        let stream = Stream.of(Stream.drone, index)
        let home = Point(radius: 350 + 200 * Double(index % 4), degrees: Double(index) * 97)
        let turns = (0..<4).map { number -> Point in
            let radius = plan.noise.value(stream, Int64(number), in: 300...1_900)
            let swing = plan.noise.value(stream, Int64(10 + number), in: -15...15)
            return Point(radius: radius, degrees: home.degrees + Double(number - 1) * 25 + swing)
        }
        let way = Polyline([home] + turns + [home])
        var lap = Lap(ramp: 4)
        let speed = plan.noise.value(stream, 7_000, in: 8...12)
        lap.stay(climb, .takeoff, stop: 0)
        for (number, distance) in way.distances.enumerated().dropFirst() {
            lap.move(to: distance, metresPerSecond: speed, stop: number)
            if number < way.distances.count - 1 { lap.stay(20, stop: number) }
        }
        lap.stay(climb, .landing, stop: 0)
        lap.stay(charging, .charging, stop: 0)
        return Round(
            way: way, lap: lap, lead: plan.noise.unit(stream, 7_001) * lap.duration,
            altitude: 50 + 10 * Double(index % 4))
    }

    struct State: Equatable {
        let place: Point
        let altitudeMetres: Double
        let kilometresPerHour: Double
        let heading: Double
        let batteryLevel: Double
        let flightStatus: String
    }

    func state(_ index: Int, at time: CityTime) -> State {
        let round = rounds[index]
        let lap = round.lap.state(at: Double(time.milliseconds) / 1000 + round.lead)
        let flying = max(1, round.lap.duration - Self.charging)
        let low = max(0.2, 0.95 - flying / 1_500)
        let battery =
            lap.activity == .charging
            ? low + (1 - low) * lap.legSeconds / Self.charging : 1 - (1 - low) * lap.seconds / flying
        let (height, status) =
            switch lap.activity {
            case .moving: (1.0, "flight")
            case .stopped: (1.0, "hover")
            case .takeoff: (lap.legSeconds / Self.climb, "takeoff")
            case .landing: (lap.legRemaining / Self.climb, "land")
            case .charging: (0.0, "stop")
            }
        return State(
            place: round.way.point(at: lap.distance), altitudeMetres: (round.altitude * height).rounded(to: 1),
            kilometresPerHour: (lap.metresPerSecond * 3.6).rounded(to: 1),
            heading: round.way.heading(at: lap.distance).rounded(), batteryLevel: battery.rounded(to: 2),
            flightStatus: status)
    }

    func writeEntity(_ index: Int, at time: CityTime, to writer: inout EntityWriter) {
        writer.begin("Drone", EntityName("drone-", index))
        writer.text("name", "Drone \(index + 1)")
        writer.texts("category", [Self.tasks[index % Self.tasks.count]])
        writer.text("operationMode", "automated")
        writer.at(time) { write(state(index, at: time), changedFrom: nil, to: &$0) }
        writer.end()
    }

    func writeReport(_ index: Int, at time: CityTime, previous: CityTime, to writer: inout EntityWriter) {
        writer.begin("Drone", EntityName("drone-", index), at: time)
        write(state(index, at: time), changedFrom: state(index, at: previous), to: &writer)
        writer.end()
    }

    private func write(_ state: State, changedFrom old: State?, to writer: inout EntityWriter) {
        if state.place != old?.place { writer.location(state.place) }
        if state.altitudeMetres != old?.altitudeMetres {
            writer.number("elevation", state.altitudeMetres, unit: "MTR")
        }
        if state.kilometresPerHour != old?.kilometresPerHour {
            writer.number("groundSpeed", state.kilometresPerHour, unit: "KMH")
        }
        if state.heading != old?.heading { writer.number("heading", state.heading, unit: "DD") }
        if state.batteryLevel != old?.batteryLevel { writer.number("batteryLevel", state.batteryLevel) }
        if state.flightStatus != old?.flightStatus {
            writer.text("flightStatus", state.flightStatus)
            writer.text("status", state.flightStatus == "stop" ? "charging" : "working")
        }
    }
}
