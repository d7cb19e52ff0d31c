import AirQuality
import AirService
import ArgumentParser
import BrokerCore
import Foundation
import JSONTree
import NGSILDModel
import NGSILDQuery
import TemporalEvolution

struct AirBackfillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Compute the indices of all observations in the history of a city.",
        discussion: """
            Results go into the history of the index entities, hour by hour; the present is
            left to parvis serve. Doing it again changes nothing. A data directory must not
            be open in a running Parvis; with --url a running one is asked, and told, over
            HTTP, which takes some times longer.

            EXAMPLES
              parvis air backfill --data city
              parvis air backfill --url http://127.0.0.1:1026 --index all
              parvis air backfill --data city --index EAQI,US-AQI \\
                  --from 2020-01-01T00:00:00Z --to 2021-01-01T00:00:00Z
              parvis air backfill --data city --type "AirQualityObserved,Sensor" \\
                  --tenant north
            """)

    @Option(help: "The data directory (default: data).")
    var data: String?
    @Option(help: "A running Parvis instead, such as http://127.0.0.1:1026.")
    var url: String?
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
    @OptionGroup var trust: TrustOptions
    @OptionGroup var access: KeyOptions

    /// Instances in one part of a history: enough for ten years of hours of one station.
    private static let instances = 1_000_000

    func validate() throws {
        guard url == nil || data == nil else {
            throw ValidationError("--url is for a running Parvis, --data for the directory of a stopped one; name one")
        }
    }

    func run() async throws {
        try await Failure.told {
            var options = AirBackfill.Options()
            guard let indices = SettingText.airIndices(index) else {
                throw ValidationError("--index is \"\(index)\"; it is \(SettingText.airIndexExpectation)")
            }
            options.indices = indices
            options.from = try instant("--from", from)
            options.to = try instant("--to", to)
            let start = ContinuousClock.now
            let summary =
                if let url { try await fill(running: url, options) } else {
                    try await fill(stored: data ?? "data", options)
                }
            let seconds = (ContinuousClock.now - start).components.seconds
            print(
                "\(summary.stations) stations, \(summary.hours) hours, \(summary.results) results, of which \(summary.withheld) are withheld for want of data; \(seconds) s"
            )
        }
    }

    private func fill(stored directory: String, _ options: AirBackfill.Options) async throws -> AirBackfill.Summary {
        let city = try LocalCity(directory: directory, temporalInstances: Self.instances, readsHistory: true)
        defer { city.close() }
        let names = TermContext(context: .core, registry: city.broker.registry)
        let source = HistorySource(
            consumption: city.broker, temporal: city.history, registry: city.broker.registry, tenant: tenant,
            types: try type.map { try TypeSelection(parsing: $0, context: names) })
        let resultType = try names.term(IndexColumns.typeName)
        let tenant = tenant
        return try await AirBackfill(source, options: options).run(
            progress: Self.show,
            write: { results in
                try await city.bringIn(try Self.groups(results, resultType, names), tenant: tenant)
            })
    }

    private func fill(running url: String, _ options: AirBackfill.Options) async throws -> AirBackfill.Summary {
        let city = try RunningCity(url: url, tenant: tenant, key: access.value, trust: trust.trust)
        do {
            let source = RunningAirSource(client: city.client, types: type)
            let summary = try await AirBackfill(source, options: options).run(
                progress: Self.show,
                write: { results in
                    for result in results {
                        for part in result.parts() { try await city.addHistory(entityTemporal: part) }
                    }
                })
            await city.close()
            return summary
        } catch {
            await city.close()
            throw error
        }
    }

    private static func show(_ share: Double) {
        Output.tell("air backfill: \(Int(share * 100)) %\n")
    }

    private func instant(_ name: String, _ text: String?) throws -> NGSILDModel.Timestamp? {
        guard let text else { return nil }
        guard let time = NGSILDModel.Timestamp(text) else {
            throw ValidationError("\(name) is \"\(text)\"; write it as 2026-01-31T12:00:00Z")
        }
        return time
    }

    static func groups(
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
