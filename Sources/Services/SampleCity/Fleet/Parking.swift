/// Car parks that fill and empty with the day.
struct Parking: Fleet {
    let plan: CityPlan
    let count: Int
    let period: Int64 = 20_000

    private static let sites: [(name: String, place: Point, spots: Int, use: Use)] = [
        ("Parking du Parvis", Point(x: -110, y: 60), 320, .shops),
        ("Parking de la Gare", Point(x: 980, y: 120), 540, .work),
        ("Parking des Halles", Point(x: 190, y: -160), 260, .shops),
        ("Parking des Remparts", Point(x: -300, y: -330), 410, .shops),
        ("Parking des Quais Neufs", Point(x: 1_350, y: 760), 380, .work),
        ("Parking du Faubourg", Point(x: -1_200, y: -900), 150, .home),
        ("Parking relais Nord", Point(x: 250, y: 2_050), 600, .work),
        ("Parking du Stade", Point(x: 700, y: -1_750), 800, .shops),
    ]

    private enum Use { case shops, work, home }

    private func site(_ index: Int) -> (name: String, place: Point, spots: Int, use: Use) {
        if index < Self.sites.count { return Self.sites[index] }
        let stream = Stream.of(Stream.parking, index)
        let uses: [Use] = [.shops, .work, .home]
        let name = "Parking \(StreetNames.short(StreetNames.street(index)))"
        return (
            name, plan.streetPlace(stream, beside: 25).place, 40 + plan.noise.pick(stream, 2_000, of: 260),
            uses[plan.noise.pick(stream, 2_001, of: uses.count)]
        )
    }

    func occupied(_ index: Int, at time: CityTime) -> (occupied: Int, total: Int) {
        let site = site(index)
        let base =
            switch site.use {
            case .shops: Rhythm.parkedAtShops(time)
            case .work: Rhythm.parkedAtWork(time)
            case .home: Rhythm.parkedAtHome(time)
            }
        let drift = 0.07 * plan.noise.drift(Stream.of(Stream.parking, index, 1), at: time, period: 1_500_000)
        return (Int((min(1, max(0, base + drift)) * Double(site.spots)).rounded()), site.spots)
    }

    func writeEntity(_ index: Int, at time: CityTime, to writer: inout EntityWriter) {
        let site = site(index)
        writer.begin("OffStreetParking", EntityName("parking-", index))
        writer.text("name", site.name)
        writer.texts("category", ["public", "feeCharged", "offstreet"])
        writer.texts("allowedVehicleType", ["car"])
        writer.number("totalSpotNumber", Double(site.spots), unit: "C62")
        writer.location(site.place)
        let (occupied, total) = occupied(index, at: time)
        writer.at(time) { write(occupied, of: total, to: &$0) }
        writer.end()
    }

    func writeReport(_ index: Int, at time: CityTime, previous: CityTime, to writer: inout EntityWriter) {
        let (occupied, total) = occupied(index, at: time)
        guard occupied != self.occupied(index, at: previous).occupied else { return }
        writer.begin("OffStreetParking", EntityName("parking-", index), at: time)
        write(occupied, of: total, to: &writer)
        writer.end()
    }

    private func write(_ occupied: Int, of total: Int, to writer: inout EntityWriter) {
        writer.number("availableSpotNumber", Double(total - occupied), unit: "C62")
        writer.number("occupiedSpotNumber", Double(occupied), unit: "C62")
        writer.number("occupancy", (Double(occupied) / Double(total)).rounded(to: 2))
        writer.texts("status", [occupied < total ? "open" : "full"])
    }
}
