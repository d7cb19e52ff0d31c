import AirQuality
import AirService
import ArgumentParser
import BrokerCore
import Foundation
import NGSILDModel
import NGSILDQuery
import TemporalEvolution

struct AirBackfillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Compute the indices of all observations in the history of a stopped city.",
        discussion: """
            Results go into the history of the index entities, hour by hour; the present is
            left to parvis serve. Doing it again changes nothing. Stop the Parvis that has
            the directory open first, or work on a backup.

            EXAMPLES
              parvis air backfill --data city
              parvis air backfill --data city --index all
              parvis air backfill --data city --index EAQI,US-AQI \\
                  --from 2020-01-01T00:00:00Z --to 2021-01-01T00:00:00Z
              parvis air backfill --data city --type "AirQualityObserved,Sensor" \\
                  --tenant north
            """)

    @Option(help: "The data directory.")
    var data = "data"
    @Option(help: "The tenant (default: the default tenant).")
    var tenant = ""
    @Option(help: "Indices with commas: EAQI, US-AQI, CN-AQI, UK-DAQI, IN-NAQI, or all.")
    var index = "EAQI"
    @Option(help: "The first instant, such as 2020-01-01T00:00:00Z (default: the first observation).")
    var from: String?
    @Option(help: "The last instant (default: the last observation).")
    var to: String?
    @Option(help: "The types of the stations (default: AirQualityObserved).")
    var type: String?

    /// Instances in one part of a history: enough for ten years of hours of one station.
    private static let instances = 1_000_000

    func run() async throws {
        try await Failure.told {
            var options = AirBackfill.Options()
            guard let indices = Settings.airIndices(index) else {
                throw ValidationError("--index is \"\(index)\"; it is \(Settings.airIndexExpectation)")
            }
            options.indices = indices
            options.from = try instant("--from", from)
            options.to = try instant("--to", to)
            let city = try LocalCity(directory: data, temporalInstances: Self.instances, readsHistory: true)
            defer { city.close() }
            let names = TermContext(context: .core, registry: city.broker.registry)
            if let type { options.types = try TypeSelection(parsing: type, context: names) }
            let backfill = AirBackfill(
                consumption: city.broker, temporal: city.history, registry: city.broker.registry, tenant: tenant,
                options: options)
            let resultType = try names.term(IndexColumns.typeName)
            let tenant = tenant
            let start = ContinuousClock.now
            let summary = try await backfill.run(
                progress: { share in
                    FileHandle.standardError.write(Data("air backfill: \(Int(share * 100)) %\n".utf8))
                },
                write: { results in
                    try await city.bringIn(try Self.groups(results, resultType, names), tenant: tenant)
                })
            let seconds = (ContinuousClock.now - start).components.seconds
            print(
                "\(summary.stations) stations, \(summary.hours) hours, \(summary.results) results, of which \(summary.withheld) are withheld for want of data; \(seconds) s"
            )
        }
    }

    private func instant(_ name: String, _ text: String?) throws -> NGSILDModel.Timestamp? {
        guard let text else { return nil }
        guard let time = NGSILDModel.Timestamp(text) else {
            throw ValidationError("\(name) is \"\(text)\"; write it as 2026-01-31T12:00:00Z")
        }
        return time
    }

    private static func groups(
        _ results: [IndexColumns], _ type: TermID, _ names: TermContext
    ) throws -> [HistoryGroup] {
        var groups: [HistoryGroup] = []
        for result in results {
            for column in result.columns {
                groups.append(
                    HistoryGroup(
                        entityID: result.entityID, types: [type], attribute: try names.term(column.attribute),
                        observedAt: column.observedAt, values: column.values, ends: column.ends))
            }
        }
        return groups
    }
}
