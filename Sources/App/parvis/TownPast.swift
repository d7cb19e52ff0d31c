import AirQuality
import AirService
import BrokerCore
import Foundation
import JSONTree
import Logging
import NGSILDModel
import NGSILDOperations
import SampleCity
import TemporalEvolution

/// Lets a new sample city begin with a past, by what imports write by.
///
/// Before the server starts stand the town and its last week, from which the services of the city compute their results as
/// after any start. A year of the air comes while the server runs.
struct TownPast: Sendable {
    let city: SampleCity
    /// When the town begins: its past ends here, and its changes follow.
    let begun: Date
    /// The entities that have a past, of those that report; `nil` for all.
    var reporters: Range<Int>?

    /// Towns of a larger scale begin without a past: they are made to see many entities, and would start slowly.
    static let largestScale = 2
    /// Entities whose past is made at once: so much is in memory.
    private static let share = 8
    /// Shares that are made at the same time.
    private static let width = 2

    /// Writes the town and its last week into a directory that has no city yet.
    func begin(in directory: String) async throws {
        // The streets were there before anything reported: time travel shows them.
        let founded = moment(-366)
        let before = try LocalCity(directory: directory, isNew: true, clock: { founded })
        do {
            defer { before.close() }
            try await Self.load(city.standingEntities(), into: before)
        }
        let stored = try LocalCity(directory: directory)
        defer { stored.close() }
        try await Self.load(city.reportingEntities(at: begun), into: stored)
        try await write({ city.recentPast(of: $0, before: begun) }, of: [all], stored.broker, stored.history)
    }

    private static func load(_ batches: [CityBatch], into stored: LocalCity) async throws {
        let names = TermContext(context: .core, registry: stored.broker.registry)
        for batch in batches {
            let document = try JSONDocument(parsing: batch.bytes)
            let members = try document.elements(document.root).map {
                BatchMember.draft(try EntityDecoder(context: names).decodeEntity(document, $0))
            }
            switch await stored.submit(.batchUpsert(members, replaces: false), tenant: "") {
            case .failure(let error): throw error
            case .batch(let outcome):
                if let refused = outcome.errors.first { throw refused.error }
            default: break
            }
        }
    }

    private var all: Range<Int> { reporters ?? 0..<city.reporterCount }

    /// Some days after the town begins.
    private func moment(_ days: Double) -> NGSILDModel.Timestamp {
        NGSILDModel.Timestamp(microseconds: Int64(begun.timeIntervalSince1970 * 1e6)).adding(seconds: days * 86_400)
    }

    /// Writes a year of the air and the weather into the history of a running server, and its indices.
    func fillIn(_ server: CityServer) async {
        let logger = server.logger
        let start = ContinuousClock.now
        do {
            try await write(
                { city.earlierPast(of: $0, before: begun) }, of: city.earlierReporters.map { $0.clamped(to: all) },
                server.broker, server.history,
                progress: { logger.info("The town's past is filled in", metadata: ["values": "\($0) %"]) })
            var hours = 0
            if server.settings.hasAir {
                hours = try await fillInIndices(server) {
                    logger.info("The air of the town's past is computed", metadata: ["indices": "\($0) %"])
                }
            }
            let seconds = (ContinuousClock.now - start).components.seconds
            logger.info(
                "The town has a year of the air behind it", metadata: ["indices": "\(hours)", "seconds": "\(seconds)"])
        } catch is CancellationError {
            return
        } catch {
            logger.warning("The town's past could not be filled in", metadata: ["reason": "\(error)"])
        }
    }

    /// - Parameter progress: gets how much is computed: 0 to 100, in quarters.
    private func fillInIndices(_ server: CityServer, progress: (Int) -> Void) async throws -> Int {
        var options = AirBackfill.Options()
        options.indices = server.settings.airIndices
        // The service computes the last days itself.
        options.to = moment(-6)
        let names = TermContext(context: .core, registry: server.broker.registry)
        let type = try names.term(IndexColumns.typeName)
        let source = HistorySource(
            consumption: server.broker, temporal: server.history, registry: server.broker.registry, tenant: "")
        var quarters = 0
        return try await AirBackfill(source, options: options).run(
            progress: { share in
                guard Int(share * 4) > quarters else { return }
                quarters = Int(share * 4)
                progress(quarters * 25)
            },
            write: { results in
                try Task.checkCancellation()
                try await server.history.bringIn(try AirBackfillCommand.groups(results, type, names), tenant: "")
            }
        ).results
    }

    /// Makes the past share by share and writes it.
    ///
    /// - Parameter progress: gets how much is written: 0 to 100, in quarters.
    private func write(
        _ past: @escaping @Sendable (Range<Int>) -> [EntityPast], of reporters: [Range<Int>],
        _ broker: Broker, _ history: HistoryStore,
        progress: (Int) -> Void = { _ in }
    ) async throws {
        let names = TermContext(context: .core, registry: broker.registry)
        var waiting = reporters.flatMap { all in
            stride(from: all.lowerBound, to: all.upperBound, by: Self.share)
                .map { $0..<min(all.upperBound, $0 + Self.share) }
        }[...]
        let shares = waiting.count
        var done = 0
        try await withThrowingTaskGroup(of: Void.self) { group in
            func add() {
                guard let reporters = waiting.popFirst() else { return }
                group.addTask {
                    try Task.checkCancellation()
                    try await history.bringIn(try past(reporters).flatMap { try Self.groups($0, names) }, tenant: "")
                }
            }
            for _ in 0..<Self.width { add() }
            while try await group.next() != nil {
                done += 1
                if done * 4 / shares > (done - 1) * 4 / shares { progress(done * 4 / shares * 25) }
                add()
            }
        }
    }

    private static func groups(_ past: EntityPast, _ names: TermContext) throws -> [HistoryGroup] {
        let type = try names.typeTerm(past.type)
        return try past.series.map { series in
            let kind: NGSILDModel.AttributeKind =
                switch series.kind {
                case .property: .property
                case .relationship: .relationship
                case .geoProperty: .geoProperty
                }
            return HistoryGroup(
                entityID: past.id, types: [type], attribute: try names.term(series.attribute), kind: kind,
                unitCode: series.unitCode,
                observedAt: series.observedAt.map { NGSILDModel.Timestamp(microseconds: $0 * 1_000) },
                values: series.values, ends: series.ends)
        }
    }
}
