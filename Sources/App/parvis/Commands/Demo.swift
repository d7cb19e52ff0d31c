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
            operations as any client.

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

    func validate() throws {
        guard (1...1000).contains(scale) else { throw ValidationError("--scale is a number from 1 to 1000") }
        guard (0.1...60).contains(interval) else { throw ValidationError("--interval is 0.1 to 60 seconds") }
    }

    func run() async throws {
        try await Failure.told {
            if let url {
                let town = try Town(url: url, key: access.value, seed: seed, scale: scale, trust: trust.trust)
                try await town.load()
                print("The town reports to \(url) every \(interval) s; Ctrl-C ends it")
                await Self.moveUntilStopped(town, interval)
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
        let server = try Serve.start(settings, logger, placeName: SampleCity.name)
        do {
            if settings.isOpen { server.tellAboutAccess() }
            let trial = settings.isOpen ? nil : try await server.trialAccess(as: "demo")
            let town = try Town(url: server.localURL, key: trial?.key, seed: seed, scale: scale, trust: .anyone)
            try await town.load()
            print(Self.greeting(server.url, trial, town.city.entityCount, isTemporary))
            fflush(nil)
            await Self.moveUntilStopped(town, interval)
            await town.close()
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
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

    private static func moveUntilStopped(_ town: Town, _ interval: Double) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await TerminationSignal.wait() }
            group.addTask { await town.move(every: .seconds(interval)) }
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

    init(url: String, key: String?, seed: UInt64, scale: Int, trust: OutgoingHTTP.Trust) throws {
        city = SampleCity(seed: seed, scale: scale)
        http = OutgoingHTTP(configuration: .ofOperator(trust))
        var client = NGSILDClient.Configuration()
        client.key = key
        self.client = try NGSILDClient(url, http: http, configuration: client)
    }

    /// Creates every entity of the town as it is now.
    func load() async throws {
        for batch in city.initialEntities(at: Date()) {
            let summary = try await client.batch(.upsert(updating: true), batch.bytes)
            if let failure = summary.failures.first {
                throw ValidationError("The broker refused \(failure.entityID): \(failure.reason)")
            }
        }
    }

    /// Reports what changed, again and again, until the task is cancelled.
    func move(every interval: Duration) async {
        var last = Date()
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
