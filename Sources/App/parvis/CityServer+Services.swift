import AirMap
import AirService
import BrokerCore
import NGSILDHTTP
import NGSILDModel
import RuleService
import VectorTiles
import WorkThreads

/// The services of the city, as the edge serves them.
extension CityServer {
    /// Where what is asked of them is worked out: a tile or a table of the whole city takes a while, and notifications must
    /// not wait for it.
    static let pageThreads = WorkThreads(width: 2, limit: 0)

    /// The rules as the edge serves them. Each request is a task of its own; the service bounds what takes long.
    static func rulePages(_ rules: RuleService) -> RulePages {
        let requests = RuleRequests(rules)
        return RulePages { request, tenant, reply in
            Task(executorPreference: pageThreads) {
                do throws(NGSILDError) {
                    switch request {
                    case .list: reply(.success(await requests.list()))
                    case .test(let body): reply(.success(try await requests.test(body, tenant: tenant)))
                    case .testDelivery(let body): reply(.success(try await requests.testDelivery(body, tenant: tenant)))
                    }
                } catch { reply(.failure(error)) }
            }
        }
    }

    /// The tiles as the edge serves them. Each request is a task of its own; the service bounds how many wait.
    static func entityTilePages(_ broker: Broker, _ tiles: VectorTileService) -> EntityTilePages {
        return EntityTilePages(survey: broker) { request, reply in
            guard let tile = TileSpace(zoom: request.zoom, x: request.x, y: request.y) else {
                return reply(
                    .failure(.badRequestData("There is no tile \(request.zoom)/\(request.x)/\(request.y)")))
            }
            let asked = TileRequest(
                tenant: request.tenant, query: request.query, geometry: request.geometry, tags: request.tags,
                tile: tile, cells: request.cells, context: request.context)
            Task(executorPreference: pageThreads) {
                reply(
                    await tiles.tile(asked, key: request.key).map {
                        EntityTilePages.Answer(bytes: $0.bytes, omitted: $0.omitted)
                    })
            }
        }
    }

    /// The maps as the edge serves them. Each request is a task of its own; the service bounds how many are under way.
    static func airMapPages(_ air: AirService) -> AirMapPages {
        AirMapPages { request, reply in
            let form: AirMapRequest.Form
            switch request.part {
            case .area(let bounds):
                form = .contours(
                    within: bounds.map {
                        MapBounds(west: $0.west, south: $0.south, east: $0.east, north: $0.north)
                    })
            case .tile(let zoom, let x, let y):
                guard let address = TileAddress(zoom: zoom, x: x, y: y) else {
                    return reply(.failure(.badRequestData("There is no tile \(zoom)/\(x)/\(y)")))
                }
                form = .tile(address)
            }
            let asked = AirMapRequest(
                tenant: request.tenant, pollutant: request.pollutant, at: request.at,
                quantity: request.isUncertainty ? .uncertainty : .value, form: form)
            Task(executorPreference: pageThreads) {
                reply(await air.map(asked).map { AirMapPages.Answer(bytes: $0.bytes, cacheSeconds: $0.cacheSeconds) })
            }
        }
    }
}
