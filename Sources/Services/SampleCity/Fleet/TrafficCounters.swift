/// Loops under the asphalt that count vehicles; five minutes make one observation.
struct TrafficCounters: Fleet {
    let plan: CityPlan
    let count: Int
    let period: Int64 = 30_000
    private let sites: [Site]
    private static let observation: Int64 = 300_000

    private struct Site {
        let place: Point
        let segment: Int
        let kind: StreetPlan.Kind
    }

    init(plan: CityPlan, count: Int) {
        self.plan = plan
        self.count = count
        sites = (0..<count).map { index in
            let kinds: Set<StreetPlan.Kind> =
                switch index % 5 {
                case 0, 1: [.avenue]
                case 2: [.boulevard]
                case 3: [.ringRoad]
                default: [.street, .boulevard]
                }
            let site = plan.streetPlace(Stream.of(Stream.traffic, index), kinds: kinds, beside: 3)
            return Site(
                place: site.place, segment: site.segment,
                kind: plan.network.streets[plan.network.segments[site.segment].street].kind)
        }
    }

    struct Flow {
        let vehicles: Int
        let kilometresPerHour: Double
        let occupancy: Double
        let isCongested: Bool
    }

    func flow(_ index: Int, at time: CityTime) -> Flow {
        let stream = Stream.of(Stream.traffic, index)
        let kind = sites[index].kind
        let perFiveMinutes =
            switch kind {
            case .ringRoad: 260.0
            case .avenue: 120.0
            case .boulevard: 95.0
            case .street: 28.0
            case .lane: 8.0
            }
        let share = 0.7 + 0.6 * plan.noise.unit(stream, 5_000)
        let drift =
            1 + 0.18 * plan.noise.drift(stream + 1 << 32, at: time, period: 900_000)
            + 0.08 * plan.noise.drift(stream + 2 << 32, at: time, period: 120_000)
        let load = max(0, Rhythm.traffic(time) * share * drift)
        let free = Double(kind.speedLimitKilometresPerHour) * 0.96
        let speed = max(
            6,
            free * (1 - 0.62 * min(1, load) * min(1, load)) + 1.5
                * plan.noise.drift(stream + 3 << 32, at: time, period: 60_000))
        return Flow(
            vehicles: Int((load * perFiveMinutes).rounded()), kilometresPerHour: min(speed, free),
            occupancy: min(0.95, 0.02 + 0.42 * load * load), isCongested: load > 0.95)
    }

    func writeEntity(_ index: Int, at time: CityTime, to writer: inout EntityWriter) {
        let site = sites[index]
        let street = plan.network.streets[plan.network.segments[site.segment].street].name
        writer.begin("TrafficFlowObserved", EntityName("counter-", index))
        writer.text("name", "Compteur \(street)")
        writer.number("laneId", 1)
        writer.text("laneDirection", index % 2 == 0 ? "forward" : "backward")
        writer.relationship("refRoadSegment", "RoadSegment", EntityName("segment-", site.segment))
        writer.location(site.place)
        writer.at(time) { writeValues(index, time, to: &$0) }
        writer.end()
    }

    func writeReport(_ index: Int, at time: CityTime, previous: CityTime, to writer: inout EntityWriter) {
        writer.begin("TrafficFlowObserved", EntityName("counter-", index), at: time)
        writeValues(index, time, to: &writer)
        writer.end()
    }

    private func writeValues(_ index: Int, _ time: CityTime, to writer: inout EntityWriter) {
        let flow = flow(index, at: time)
        writer.observationTime("dateObserved", time)
        writer.observationTime("dateObservedFrom", CityTime(milliseconds: time.milliseconds - Self.observation))
        writer.observationTime("dateObservedTo", time)
        writer.number("intensity", Double(flow.vehicles), unit: "C62")
        writer.number("averageVehicleSpeed", flow.kilometresPerHour.rounded(to: 1), unit: "KMH")
        writer.number("occupancy", flow.occupancy.rounded(to: 2))
        writer.bool("congested", flow.isCongested)
    }
}
