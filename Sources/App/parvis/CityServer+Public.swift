import BrokerCore
import CityConsole
import NGSILDHTTP
import NGSILDModel
import PublicData
import ServiceRuntime
import TemporalEvolution
import VectorTiles

/// What everybody may see, wired to the broker and the edge.
extension CityServer {
    /// Each request is a task of its own; the service bounds how many are under way.
    static func publicPages(
        _ settings: Settings, _ broker: Broker, _ history: HistoryStore, _ tiles: VectorTileService, placeName: String
    ) throws -> PublicPages {
        var configuration = PublicDataConfiguration()
        configuration.placeName = settings.publicName ?? placeName
        configuration.languages += CityConsole.dictionaries().compactMap {
            PublicLanguage(code: $0.code, dictionary: $0.bytes)
        }
        let service = try PublicDataService(
            consumption: broker, survey: broker, documents: broker, registry: broker.registry,
            history: settings.recordsHistory ? EntityHistory(history) : nil, configuration: configuration
        ) { await publicTile($0, tiles) }
        return PublicPages(requestsPerMinute: settings.publicRequests) { request, reply in
            let asked = PublicRequest(
                path: request.path, parameters: request.parameters, acceptLanguage: request.acceptLanguage,
                ifNoneMatch: request.ifNoneMatch, root: request.root)
            Task(executorPreference: pageThreads) {
                reply(
                    await service.answer(asked).map {
                        HTTPAnswer(
                            status: $0.status, contentType: $0.status == 304 ? nil : $0.contentType,
                            headers: $0.headers, body: $0.body)
                    })
            }
        } administer: { request, reply in
            Task(executorPreference: pageThreads) {
                do throws(NGSILDError) {
                    switch request {
                    case .list: reply(.success((200, service.list())))
                    case .show(let id): reply(.success((200, try service.publication(id))))
                    case .put(let id, let body): reply(.success((try await service.put(id, body) ? 201 : 204, [])))
                    case .delete(let id):
                        try await service.delete(id)
                        reply(.success((204, [])))
                    case .preview(let body): reply(.success((200, try service.preview(body))))
                    }
                } catch { reply(.failure(error)) }
            }
        }
    }

    private static func publicTile(
        _ asked: PublicTileRequest, _ tiles: VectorTileService
    ) async -> Result<(bytes: [UInt8], omitted: Int), NGSILDError> {
        guard let space = TileSpace(zoom: asked.zoom, x: asked.x, y: asked.y) else {
            return .failure(.badRequestData("There is no tile \(asked.zoom)/\(asked.x)/\(asked.y)"))
        }
        var request = TileRequest(
            tenant: asked.tenant, query: asked.query, geometry: asked.geometry, tags: asked.tags, tile: space,
            cells: TileRequest.usualCells, context: asked.context)
        request.showsModification = false
        request.area = asked.area
        return await tiles.tile(request, key: asked.key).map { ($0.bytes, $0.omitted) }
    }
}
