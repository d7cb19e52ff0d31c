/// Lamps that burn while the sun is down, dimmed in the small hours.
struct Streetlights: Fleet {
    let plan: CityPlan
    let count: Int
    let period: Int64 = 60_000
    /// Degrees under the horizon at which the lamps go on.
    private static let dusk = -2.5

    struct State: Equatable {
        let isOn: Bool
        let level: Double
    }

    func state(_ index: Int, at time: CityTime) -> State {
        let isOn = !isDefective(index) && time.sunElevation < Self.dusk
        let hour = time.local.hour
        return State(isOn: isOn, level: !isOn ? 0 : hour > 0.5 && hour < 5 ? 0.4 : 1)
    }

    private func isDefective(_ index: Int) -> Bool { plan.noise.unit(Stream.of(Stream.light, index), 3_000) < 0.05 }

    func writeEntity(_ index: Int, at time: CityTime, to writer: inout EntityWriter) {
        let site = plan.streetPlace(Stream.of(Stream.light, index), beside: 7)
        let street = plan.network.streets[plan.network.segments[site.segment].street].name
        writer.begin("Streetlight", EntityName("light-", index))
        writer.text("name", "Candélabre \(index + 1), \(street)")
        writer.text("status", isDefective(index) ? "defectiveLamp" : "ok")
        writer.text("locationCategory", "sidewalk")
        writer.number("powerRating", 45, unit: "WTT")
        writer.number("lanternHeight", 7, unit: "MTR")
        writer.location(site.place)
        writer.at(time) { write(state(index, at: time), to: &$0) }
        writer.end()
    }

    func writeReport(_ index: Int, at time: CityTime, previous: CityTime, to writer: inout EntityWriter) {
        let state = state(index, at: time)
        guard state != self.state(index, at: previous) else { return }
        writer.begin("Streetlight", EntityName("light-", index), at: time)
        write(state, to: &writer)
        writer.end()
    }

    private func write(_ state: State, to writer: inout EntityWriter) {
        writer.text("powerState", state.isOn ? "on" : "off")
        writer.number("illuminanceLevel", state.level)
        writer.number("powerConsumption", (45 * state.level).rounded(to: 1), unit: "WTT")
    }
}
