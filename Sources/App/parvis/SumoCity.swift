import ArgumentParser
import JSONTree
import NGSILDClient
import TrafficSimulation

/// The city of a simulated street, over HTTP: reports are batches of entities, commands are read back.
struct SumoCity: StreetCity {
    private let http: OutgoingHTTP
    private let quickHTTP: OutgoingHTTP
    /// For what has to arrive, and for what is of no use later.
    private let patient: NGSILDClient
    private let quick: NGSILDClient

    /// Ids in one request, for the length of its URI.
    private static let idsAtOnce = 50

    init(url: String, tenant: String, key: String? = nil, trust: OutgoingHTTP.Trust = .system) throws {
        var configuration = OutgoingHTTP.Configuration.ofOperator(trust)
        configuration.readTimeout = .seconds(60)
        configuration.timeout = .seconds(120)
        http = OutgoingHTTP(configuration: configuration)
        configuration.connectTimeout = .seconds(1)
        configuration.readTimeout = .seconds(2)
        configuration.timeout = .seconds(4)
        quickHTTP = OutgoingHTTP(configuration: configuration)
        var client = NGSILDClient.Configuration()
        client.tenant = tenant
        client.key = key
        patient = try NGSILDClient(url, http: http, configuration: client)
        client.retries = 0
        quick = try NGSILDClient(url, http: quickHTTP, configuration: client)
    }

    func describe(_ bodies: [[UInt8]]) async throws {
        for body in bodies {
            let summary = try await patient.batch(.upsert(updating: true), body)
            if let failure = summary.failures.first {
                throw ValidationError("The city refused \(failure.entityID): \(failure.reason)")
            }
        }
    }

    func report(_ bodies: [[UInt8]]) async -> Bool {
        for body in bodies {
            guard (try? await quick.batch(.upsert(updating: true), body)) != nil else { return false }
        }
        return true
    }

    func commands(for intersections: [String]) async -> [String: [UInt8]]? {
        var found: [String: [UInt8]] = [:]
        for start in stride(from: 0, to: intersections.count, by: Self.idsAtOnce) {
            let ids = intersections[start..<min(start + Self.idsAtOnce, intersections.count)]
            let parameters = [
                ("id", ids.joined(separator: ",")), ("attrs", "command"), ("format", "simplified"),
                ("limit", String(Self.idsAtOnce)),
            ]
            guard let answer = try? await quick.queryEntities(parameters),
                let document = try? JSONDocument(parsing: answer.body), document.isArray(document.root)
            else { return nil }
            for entity in document.elements(document.root) {
                guard let id = document.member(entity, "id").flatMap({ document.string($0) }),
                    let command = document.member(entity, "command")
                else { continue }
                let value = document.member(command, "json") ?? command
                found[id] = Array(document.text(value).utf8)
            }
        }
        return found
    }

    func close() async {
        await http.shutdown()
        await quickHTTP.shutdown()
    }
}
