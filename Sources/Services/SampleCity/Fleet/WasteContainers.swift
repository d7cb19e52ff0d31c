/// Containers that fill from one emptying to the next.
struct WasteContainers: Fleet {
    let plan: CityPlan
    let count: Int
    let period: Int64 = 120_000

    private static let kinds = ["organic", "paper", "glass", "plastic", "other"]

    /// The last emptying, in the morning of every first, second or third day, and how full the container is since.
    func state(_ index: Int, at time: CityTime) -> (level: Double, emptied: CityTime) {
        let stream = Stream.of(Stream.waste, index)
        let days = Int64(1 + plan.noise.pick(stream, 5_000, of: 3))
        let cycle = days * 86_400_000
        let shift = 5 * 3_600_000 + Int64(plan.noise.pick(stream, 5_001, of: 120)) * 60_000
        let (number, rest) = (time.milliseconds - shift).floorDivided(by: cycle)
        let peak = plan.noise.value(stream, number, in: 0.45...0.97)
        let share = Double(rest) / Double(cycle)
        return (peak * share * (2 - share), CityTime(milliseconds: number * cycle + shift))
    }

    func writeEntity(_ index: Int, at time: CityTime, to writer: inout EntityWriter) {
        let site = plan.streetPlace(Stream.of(Stream.waste, index), beside: 8)
        let street = plan.network.streets[plan.network.segments[site.segment].street].name
        writer.begin("WasteContainer", EntityName("waste-", index))
        writer.text("name", "Conteneur \(index + 1), \(street)")
        writer.text("category", "underground")
        writer.text("storedWasteKind", Self.kinds[index % Self.kinds.count])
        writer.text("storedWasteOrigin", "household")
        writer.number("binCapacity", 3_000, unit: "LTR")
        writer.text("status", "ok")
        writer.location(site.place)
        let state = state(index, at: time)
        writer.at(time) {
            $0.number("fillingLevel", state.level.rounded(to: 2))
            $0.time("dateLastEmptying", state.emptied)
        }
        writer.end()
    }

    func writeReport(_ index: Int, at time: CityTime, previous: CityTime, to writer: inout EntityWriter) {
        let (state, old) = (state(index, at: time), state(index, at: previous))
        writer.begin("WasteContainer", EntityName("waste-", index), at: time)
        if state.level.rounded(to: 2) != old.level.rounded(to: 2) {
            writer.number("fillingLevel", state.level.rounded(to: 2))
        }
        if state.emptied != old.emptied { writer.time("dateLastEmptying", state.emptied) }
        writer.end()
    }
}
