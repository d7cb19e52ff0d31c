import AirService
import BrokerCore
import Logging
import NotificationDelivery
import RuleService
import ServiceRuntime
import SignalService
import TemporalEvolution
import TrafficService

/// The services of the city that the settings turn on; `nil` where one is off.
struct CityServices: Sendable {
    let air: AirService?
    let traffic: TrafficService?
    let signals: SignalService?
    let rules: RuleService?

    /// Makes the services; none is started.
    init(
        _ settings: Settings, _ broker: Broker, _ history: HistoryStore, _ subscriptions: SubscriptionManager,
        _ logger: Logger
    ) {
        let operations = ServiceOperations(
            provision: broker, consumption: broker, temporal: settings.recordsHistory ? history : nil,
            feed: broker, registry: broker.registry, tenantNames: { [broker] in broker.tenantNames })
        /// One service: its configuration with the voice that it has in the log, as `set` changes it.
        func service<Configuration: CityServiceConfiguration, Service: CityService>(
            _ name: Logger.Message, isOn: Bool, _ make: (ServiceOperations, Configuration) -> Service,
            _ set: (inout Configuration) -> Void = { _ in }
        ) -> Service? {
            guard isOn else { return nil }
            var configuration = Configuration()
            configuration.onNotice = { logger.notice(name, metadata: ["reason": "\($0)"]) }
            configuration.onProblem = { logger.warning(name, metadata: ["reason": "\($0)"]) }
            set(&configuration)
            return make(operations, configuration)
        }
        air = service("Air", isOn: settings.hasAir, AirService.init) {
            $0.indices = settings.airIndices
            $0.stationLimit = settings.airStations
            $0.forecasts = settings.hasAirForecast
            $0.forecastLimit = settings.airForecasts
            $0.forecastFolder = settings.data + "/air-forecasts"
        }
        traffic = service("Traffic", isOn: settings.hasTraffic, TrafficService.init) {
            $0.detectorLimit = settings.trafficDetectors
            $0.forecasts = settings.hasTrafficForecast
            $0.forecastLimit = settings.trafficForecasts
        }
        signals = service("Signals", isOn: settings.hasSignals, SignalService.init)
        let delivery = RuleDelivery(subscriptions: subscriptions, notifications: subscriptions)
        rules = service(
            "Rules", isOn: settings.hasRules, { RuleService($0, delivery: delivery, configuration: $1) }
        ) {
            $0.ruleLimit = settings.rulesLimit
            $0.watchLimit = settings.ruleEntities
        }
    }

    private var all: [any CityService] {
        let all: [(any CityService)?] = [air, traffic, signals, rules]
        return all.compactMap { $0 }
    }

    func start() { for service in all { service.start() } }

    /// Waits until what is under way is done.
    func stop() async { for service in all { await service.stop() } }
}
