public import struct Foundation.Date

/// Parvis-sur-Mer, an invented town that is always moving: streets, air, traffic, buses, car parks, lamps, robots,
/// drones, and people as counts only.
///
/// Everything follows from the seed and the time: two towns of the same seed say the same at the same moment, in
/// whatever steps they are asked. Attribute names are those of the Smart Data Models; `Robot`, `Drone`, `BusStop` and
/// `River` are types of its own.
public struct SampleCity: Sendable {
    public static let name = "Parvis-sur-Mer"
    /// The town's centre, in degrees, WGS 84.
    public static let centre = (longitude: Projection.longitude, latitude: Projection.latitude)

    public let seed: UInt64
    public let scale: Int
    private let plan: CityPlan
    let fleets: [any Fleet]

    /// Lays out a town. Cost: some milliseconds, and for large scales about 3 us for each entity.
    ///
    /// - Parameters:
    ///   - seed: Another seed makes another town around the same centre.
    ///   - scale: Multiplies everything that reports (about 130 entities), not the streets; 1 to 1,000, values outside
    ///     are moved to the nearest. 750 makes about 100,000 entities.
    public init(seed: UInt64 = 1, scale: Int = 1) {
        let scale = min(max(scale, 1), 1_000)
        self.seed = seed
        self.scale = scale
        let plan = CityPlan(seed: seed)
        let weather = Weather(noise: plan.noise, count: scale)
        self.plan = plan
        fleets = [
            weather,
            AirStations(plan: plan, weather: weather, count: 12 * scale),
            TrafficCounters(plan: plan, count: 40 * scale),
            Buses(plan: plan, count: 30 * scale),
            Parking(plan: plan, count: 8 * scale),
            Streetlights(plan: plan, count: 20 * scale),
            Crowds(plan: plan, count: 6 * scale),
            WasteContainers(plan: plan, count: 5 * scale),
            Robots(plan: plan, count: 6 * scale),
            Drones(plan: plan, count: 4 * scale),
        ]
    }

    /// The number of entities that `initialEntities` writes.
    public var entityCount: Int { plan.entityCount + reporterCount }

    /// Every entity of the town as it is at a moment, for a batch upsert. Streets come first.
    public func initialEntities(at date: Date) -> [CityBatch] { standingEntities() + reportingEntities(at: date) }

    /// Streets, river, lines and stops, which have always been as they are.
    public func standingEntities() -> [CityBatch] {
        var writer = EntityWriter()
        plan.writeEntities(to: &writer)
        return writer.finish()
    }

    /// What reports, as it is at a moment.
    public func reportingEntities(at date: Date) -> [CityBatch] {
        let time = CityTime(date)
        var writer = EntityWriter()
        for fleet in fleets {
            for index in 0..<fleet.count {
                fleet.writeEntity(index, at: fleet.lastReport(index, at: time), to: &writer)
            }
        }
        return writer.finish()
    }

    /// What is reported after `from` and up to `to`, for a batch upsert with `options=update`.
    ///
    /// Only attributes that changed are in it, each with `observedAt`; of several reports of an entity the last. The
    /// fastest report once a second, the slowest every two minutes.
    ///
    /// - Returns: Batches of at most 1,000 fragments; none when `to` is not after `from`.
    /// - Cost: about 3 us for each fragment, and a few nanoseconds for each entity that does not report.
    public func changes(from: Date, to: Date) -> [CityBatch] {
        let (from, to) = (CityTime(from), CityTime(to))
        guard to.milliseconds > from.milliseconds else { return [] }
        var writer = EntityWriter()
        for fleet in fleets {
            for index in 0..<fleet.count {
                let report = fleet.lastReport(index, at: to)
                guard report.milliseconds > from.milliseconds else { continue }
                // What the receiver has is the last report up to `from`.
                fleet.writeReport(index, at: report, previous: fleet.lastReport(index, at: from), to: &writer)
            }
        }
        return writer.finish()
    }
}
