import ArgumentParser
import Foundation
import Logging
import NGSILDClient
import SampleCity

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the sample city: an invented town, loaded and moving.",
        discussion: """
            Without --url it starts a Parvis of its own in a directory that is removed at
            the end (or in --data, which stays). The town reports through the same public
            operations as any client. A new one has a made-up past: a week of what measures,
            a day of what moves, a year of the air, unless it is larger than --scale 2.

            EXAMPLES
              parvis demo                                  then open the link that it prints
              parvis demo --port 8080 --data town
              parvis demo --url http://127.0.0.1:1026 --key parvis_...   to a running one
              parvis demo --scale 75                       about 10,000 entities
            """)

    @OptionGroup var options: ServerOptions
    @Option(help: "A running Parvis to report to, instead of starting one.")
    var url: String?
    @OptionGroup var trust: TrustOptions
    @OptionGroup var access: KeyOptions
    @Option(help: "Another seed makes another town.")
    var seed: UInt64 = 1
    @Option(help: "Multiplies everything that reports, 1 to 1000.")
    var scale = 1
    @Option(help: "Seconds between two reports, 0.1 to 60.")
    var interval = 1.0
    @Flag(inversion: .prefixedNo, help: "Whether a new town begins with a past.")
    var past = true

    func validate() throws {
        guard (1...1000).contains(scale) else { throw ValidationError("--scale is a number from 1 to 1000") }
        guard (0.1...60).contains(interval) else { throw ValidationError("--interval is 0.1 to 60 seconds") }
    }

    func run() async throws {
        try await Failure.told {
            if let url {
                let city = SampleCity(seed: seed, scale: scale)
                let town = try Town(city, url: url, key: access.value, trust: trust.trust)
                let start = Date()
                try await town.load(at: start)
                print("The town reports to \(url) every \(interval) s; Ctrl-C ends it")
                await Self.untilStopped { await town.move(from: start, every: .seconds(interval)) }
                await town.close()
            } else {
                try await serve()
            }
        }
    }

    private func serve() async throws {
        let (settings, isTemporary) = try options.settings(temporaryNamed: "parvis-demo")
        defer { if isTemporary { try? FileManager.default.removeItem(atPath: settings.data) } }
        let logger = settings.makeLogger()
        let city = SampleCity(seed: seed, scale: scale)
        let start = Date()
        let townPast = self.townPast(of: city, settings, begun: start)
        try await townPast?.begin(in: settings.data)
        let server = try Serve.start(settings, logger, placeName: SampleCity.name)
        do {
            if settings.isOpen { server.tellAboutAccess() }
            let trial = settings.isOpen ? nil : try await server.trialAccess(as: "demo")
            let town = try Town(city, url: server.localURL, key: trial?.key, trust: .anyone)
            if townPast == nil { try await town.load(at: start) }
            print(Self.greeting(server.url, trial, city.entityCount, isTemporary))
            fflush(nil)
            await Self.untilStopped {
                async let filledIn: Void? = townPast?.fillIn(server)
                await town.move(from: start, every: .seconds(interval))
                await filledIn
            }
            await town.close()
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    /// What the town begins with; `nil` where there is a city already, which has a past of its own, or none is kept.
    private func townPast(of city: SampleCity, _ settings: Settings, begun: Date) -> TownPast? {
        guard past, settings.recordsHistory, scale <= TownPast.largestScale, !LocalCity.isThere(in: settings.data)
        else {
            return nil
        }
        return TownPast(city: city, begun: begun)
    }

    /// What a newcomer reads first.
    private static func greeting(
        _ url: String, _ trial: (link: String, key: String)?, _ entities: Int, _ isTemporary: Bool
    ) -> String {
        let header = trial == nil ? "" : "-H \"Authorization: Bearer $PARVIS_KEY\" "
        let access = trial.map { "  key      export PARVIS_KEY=\($0.key)\n" } ?? ""
        return """

            \(SampleCity.name) is up, with \(entities) entities.
              console  \(trial?.link ?? url + "/")\(trial == nil ? "" : "   (the link signs you in)")
              API      \(url)/ngsi-ld/v1/
            \(access)  try      curl \(header)'\(url)/ngsi-ld/v1/entities?type=Vehicle&limit=2&options=keyValues'
            Ctrl-C ends it\(isTemporary ? " and removes its data" : "").

            """
    }

    private static func untilStopped(_ work: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await TerminationSignal.wait() }
            group.addTask { await work() }
            await group.next()
            group.cancelAll()
        }
    }
}

/// The sample city as a client of a broker.
struct Town: Sendable {
    let city: SampleCity
    private let http: OutgoingHTTP
    private let client: NGSILDClient

    init(_ city: SampleCity, url: String, key: String?, trust: OutgoingHTTP.Trust) throws {
        self.city = city
        http = OutgoingHTTP(configuration: .ofOperator(trust))
        var client = NGSILDClient.Configuration()
        client.key = key
        self.client = try NGSILDClient(url, http: http, configuration: client)
    }

    /// Creates every entity of the town as it is at a moment.
    func load(at date: Date) async throws {
        for batch in city.initialEntities(at: date) {
            let summary = try await client.batch(.upsert(updating: true), batch.bytes)
            if let failure = summary.failures.first {
                throw ValidationError("The broker refused \(failure.entityID): \(failure.reason)")
            }
        }
    }

    /// Reports what changed since a moment, again and again, until the task is cancelled.
    func move(from start: Date, every interval: Duration) async {
        var last = start
        while !Task.isCancelled {
            do { try await Task.sleep(for: interval) } catch { return }
            let now = Date()
            for batch in city.changes(from: last, to: now) {
                do { _ = try await client.batch(.upsert(updating: true), batch.bytes) } catch {
                    Output.tell("The town could not report: \(error)\n")
                }
            }
            last = now
        }
    }

    func close() async { await http.shutdown() }
}
