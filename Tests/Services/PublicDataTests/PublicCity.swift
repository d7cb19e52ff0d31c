import BrokerCore
import InMemoryStorage
import JSONTree
import NGSILDModel
import NGSILDOperations
import Synchronization
import Testing

@testable import PublicData

/// A broker with what it publishes; tiles are recorded, not made.
final class PublicCity: Sendable {
    let broker: Broker
    let service: PublicDataService
    let context: TermContext

    init(_ change: (inout PublicDataConfiguration) -> Void = { _ in }) throws {
        broker = try Broker(storage: InMemoryStorage())
        context = TermContext(context: .core, registry: broker.registry)
        var configuration = PublicDataConfiguration()
        configuration.languages.append(try #require(PublicLanguage(code: "fr", dictionary: Array(Self.french.utf8))))
        change(&configuration)
        let asked = Asked()
        service = try PublicDataService(
            consumption: broker, survey: broker, documents: broker, registry: broker.registry, history: nil,
            configuration: configuration
        ) { request in
            asked.requests.withLock { $0.append(request) }
            return .success((Array("tile".utf8), 0))
        }
        self.asked = asked
    }

    /// Some words of a dictionary.
    static let french = """
        {"language":{"name":"Français","code3":"FRA"},
         "a":{"Open data of {0}":"Données ouvertes de {0}","Entries: {0}":"Éléments : {0}",".¦decimal sign":","},
         "b":{"Close":"Fermer","{0} fit":{"one":"{0} résultat","other":"{0} résultats"},"Delete":"</script>","Zoom in":"</script>"}}
        """

    final class Asked: Sendable {
        let requests = Mutex<[PublicTileRequest]>([])
    }

    let asked: Asked

    func create(_ entities: String...) async throws {
        for start in stride(from: 0, to: entities.count, by: 1_000) {
            let members = try entities[start..<min(start + 1_000, entities.count)].map { json in
                let document = try JSONDocument(parsing: json)
                return BatchMember.draft(try EntityDecoder(context: context).decodeEntity(document, document.root))
            }
            let result = await withCheckedContinuation { continuation in
                broker.submit(.batchUpsert(members, replaces: true), tenant: "", on: ImmediateReplyScheduler()) {
                    continuation.resume(returning: $0)
                }
            }
            guard case .batch(let batch) = result else {
                Issue.record("\(result)")
                return
            }
            #expect(batch.errors.isEmpty)
        }
    }

    func publish(_ id: String, _ members: String) async throws {
        _ = try await service.put(id, Array(Self.publication(members).utf8))
    }

    static func publication(_ members: String) -> String {
        """
        {"title":{"en":"Parking","fr":"Stationnement"},"description":"Where there is room","type":"ParkingSpot",
        "licence":"https://creativecommons.org/licenses/by/4.0/","publisher":{"name":"City of Somewhere"},\(members)}
        """
    }

    func get(
        _ path: String, _ parameters: [(name: String, value: String)] = [], language: String? = nil,
        known: String? = nil
    ) async throws -> PublicAnswer {
        try await service.answer(
            PublicRequest(
                path: path.split(separator: "/", omittingEmptySubsequences: false).map(String.init),
                parameters: parameters, acceptLanguage: language, ifNoneMatch: known,
                root: "https://city.example/public/")
        ).get()
    }

    func text(_ path: String, _ parameters: [(name: String, value: String)] = []) async throws -> String {
        String(decoding: try await get(path, parameters).body, as: UTF8.self)
    }
}

extension PublicAnswer {
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
