import AirMap
import AirService
import BrokerCore
import Logging
import NGSILDHTTP
import NGSILDModel
import NotificationDelivery
import RuleService
import ServiceRuntime
import SignalService
import TemporalEvolution
import TrafficService
import VectorTiles

/// The services of the city, and as the edge serves them.
extension CityServer {
    static func airService(
        _ settings: Settings, _ broker: Broker, _ history: HistoryStore, _ logger: Logger
    ) -> AirService {
        var configuration = AirServiceConfiguration()
        configuration.indices = settings.airIndices
        configuration.stationLimit = settings.airStations
        configuration.forecasts = settings.hasAirForecast
        configuration.forecastLimit = settings.airForecasts
        configuration.forecastFolder = settings.data + "/air-forecasts"
        configuration.onNotice = { logger.notice("Air", metadata: ["reason": "\($0)"]) }
        configuration.onProblem = { logger.warning("Air", metadata: ["reason": "\($0)"]) }
        return AirService(serviceOperations(settings, broker, history), configuration: configuration)
    }

    static func trafficService(
        _ settings: Settings, _ broker: Broker, _ history: HistoryStore, _ logger: Logger
    ) -> TrafficService {
        var configuration = TrafficServiceConfiguration()
        configuration.detectorLimit = settings.trafficDetectors
        configuration.forecasts = settings.hasTrafficForecast
        configuration.forecastLimit = settings.trafficForecasts
        configuration.onNotice = { logger.notice("Traffic", metadata: ["reason": "\($0)"]) }
        configuration.onProblem = { logger.warning("Traffic", metadata: ["reason": "\($0)"]) }
        return TrafficService(serviceOperations(settings, broker, history), configuration: configuration)
    }

    static func signalService(
        _ settings: Settings, _ broker: Broker, _ history: HistoryStore, _ logger: Logger
    ) -> SignalService {
        var configuration = SignalServiceConfiguration()
        configuration.onProblem = { logger.warning("Signals", metadata: ["reason": "\($0)"]) }
        return SignalService(serviceOperations(settings, broker, history), configuration: configuration)
    }

    static func ruleService(
        _ settings: Settings, _ broker: Broker, _ history: HistoryStore, _ subscriptions: SubscriptionManager,
        _ logger: Logger
    ) -> RuleService {
        var configuration = RuleServiceConfiguration()
        configuration.ruleLimit = settings.rulesLimit
        configuration.watchLimit = settings.ruleEntities
        configuration.onProblem = { logger.warning("Rules", metadata: ["reason": "\($0)"]) }
        return RuleService(
            serviceOperations(settings, broker, history),
            delivery: RuleDelivery(subscriptions: subscriptions, notifications: subscriptions),
            configuration: configuration)
    }

    /// The rules as the edge serves them. Each request is a task of its own; the service bounds what takes long.
    static func rulePages(_ rules: RuleService) -> RulePages {
        let requests = RuleRequests(rules)
        return RulePages { request, tenant, reply in
            Task {
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

    private static func serviceOperations(
        _ settings: Settings, _ broker: Broker, _ history: HistoryStore
    ) -> ServiceOperations {
        ServiceOperations(
            provision: broker, consumption: broker, temporal: settings.recordsHistory ? history : nil,
            feed: broker, registry: broker.registry, tenantNames: { [broker] in broker.tenantNames })
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
            Task {
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
            Task {
                reply(await air.map(asked).map { AirMapPages.Answer(bytes: $0.bytes, cacheSeconds: $0.cacheSeconds) })
            }
        }
    }
}
