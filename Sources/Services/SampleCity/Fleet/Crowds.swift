/// People and bicycles in squares and streets, as counts; nobody is told apart from anybody.
struct Crowds: Fleet {
    let plan: CityPlan
    let count: Int
    let period: Int64 = 15_000

    private static let sites: [(name: String, place: Point, perFiveMinutes: Double, isBicycles: Bool)] = [
        ("Place du Parvis", Point(x: 0, y: 0), 420, false), ("Marché des Halles", Point(x: 160, y: -120), 260, false),
        ("Porte des Remparts", Point(x: 300, y: 300), 150, false),
        ("Esplanade de la Gare", Point(x: 1_030, y: 60), 310, false),
        ("Piste cyclable du Vieux Pont", Point(x: -560, y: 20), 60, true),
        ("Piste cyclable du Boulevard", Point(x: 240, y: 1_030), 45, true),
    ]

    private func site(_ index: Int) -> (name: String, place: Point, perFiveMinutes: Double, isBicycles: Bool) {
        if index < Self.sites.count { return Self.sites[index] }
        let isBicycles = index % 3 == 2
        let name = "\(isBicycles ? "Comptage vélos" : "Comptage piétons") \(index + 1)"
        return (
            name, plan.streetPlace(Stream.of(Stream.crowd, index), beside: 5).place,
            20 + 80 * plan.noise.unit(Stream.of(Stream.crowd, index), 4_000), isBicycles
        )
    }

    func counts(_ index: Int, at time: CityTime) -> (towards: Int, away: Int) {
        let site = site(index)
        let stream = Stream.of(Stream.crowd, index)
        let rhythm = site.isBicycles ? Rhythm.cycling(time) : Rhythm.strolling(time)
        let drift =
            1 + 0.25 * plan.noise.drift(stream + 1 << 32, at: time, period: 420_000)
            + 0.1 * plan.noise.drift(stream + 2 << 32, at: time, period: 60_000)
        let total = max(0, site.perFiveMinutes * rhythm * drift)
        // In the morning most come, in the evening most go.
        let towards =
            0.5 + 0.18 * Rhythm.bump(time.local.hour, at: 9, width: 3)
            - 0.18 * Rhythm.bump(time.local.hour, at: 18.5, width: 3)
        return (Int((total * towards).rounded()), Int((total * (1 - towards)).rounded()))
    }

    func writeEntity(_ index: Int, at time: CityTime, to writer: inout EntityWriter) {
        let site = site(index)
        begin(index, isBicycles: site.isBicycles, at: nil, to: &writer)
        writer.text("name", site.name)
        writer.location(site.place)
        if site.isBicycles {
            writer.number("laneId", 1)
            writer.text("itemType", "vehicle")
            writer.text("itemSubType", "bicycle")
        }
        writer.at(time) { write(index, site.isBicycles, site.perFiveMinutes, time, to: &$0) }
        writer.end()
    }

    func writeReport(_ index: Int, at time: CityTime, previous: CityTime, to writer: inout EntityWriter) {
        let site = site(index)
        begin(index, isBicycles: site.isBicycles, at: time, to: &writer)
        write(index, site.isBicycles, site.perFiveMinutes, time, to: &writer)
        writer.end()
    }

    private func begin(_ index: Int, isBicycles: Bool, at time: CityTime?, to writer: inout EntityWriter) {
        if isBicycles {
            writer.begin("ItemFlowObserved", EntityName("cycles-", index), at: time)
        } else {
            writer.begin("CrowdFlowObserved", EntityName("crowd-", index), at: time)
        }
    }

    private func write(
        _ index: Int, _ isBicycles: Bool, _ busy: Double, _ time: CityTime, to writer: inout EntityWriter
    ) {
        let (towards, away) = counts(index, at: time)
        let total = Double(towards + away)
        writer.observationTime("dateObserved", time)
        writer.observationTime("dateObservedFrom", CityTime(milliseconds: time.milliseconds - 300_000))
        writer.observationTime("dateObservedTo", time)
        if isBicycles {
            writer.number("intensity", total, unit: "C62")
            writer.number("averageSpeed", (17 - 5 * min(1, total / busy)).rounded(to: 1), unit: "KMH")
        } else {
            writer.number("peopleCount", total, unit: "C62")
            writer.number("peopleCountTowards", Double(towards), unit: "C62")
            writer.number("peopleCountAway", Double(away), unit: "C62")
            writer.number("averageCrowdSpeed", (4.6 - 2 * min(1, total / busy)).rounded(to: 1), unit: "KMH")
        }
        writer.bool("congested", total > 0.85 * busy)
    }
}
