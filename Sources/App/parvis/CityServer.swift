import AccessHTTP
import AccessKeeping
import AccessPolicies
import AuditLog
import BrokerCore
import BrokerStorage
import CityConsole
import DatasetImport
import DeviceIngest
import EntityMaps
import ImportService
import JSONLD
import JSONTree
import Logging
import MQTTClient
import NGSILDClient
import NGSILDHTTP
import NGSILDModel
import NGSILDOperations
import NotificationDelivery
import PublicData
import RuleService
import SQLiteStorage
import SignalService
import Snapshots
import TemporalEvolution
import VectorTiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Parvis as it runs: what is wired to what. Everything that a running process holds is made here.
final class CityServer: Sendable {
    let settings: Settings
    let broker: Broker
    let port: Int
    private let storage: any BrokerStorage
    let history: HistoryStore
    private let http: HTTPServer
    /// Sends clients of plain HTTP on; `nil` where there is no such port.
    private let redirect: HTTPServer?
    /// Where `redirect` listens.
    let redirectPort: Int?
    private let reloading: ReloadSignal?
    private let outgoing: OutgoingHTTP
    /// Apart from the rest, so that endpoints that hang keep no @context waiting.
    private let notifying: OutgoingHTTP
    private let mqtt: MQTTPublisher
    private let notificationStreams = NotificationStreams()
    private let subscriptions: SubscriptionManager
    private let snapshots: SnapshotStore
    private let city: CityServices
    /// `nil` where no mapping is given.
    private let ingest: DeviceIngest?
    /// `nil` where none is kept.
    private let audit: AuditJournal?
    private let imports: ImportService
    let access: AccessKeeper
    /// For the keys of token issuers, which the operator names and which may be anywhere.
    private let identityHTTP: OutgoingHTTP
    private let keyUses: Task<Void, Never>
    let logger: Logger

    /// Opens the store, loads the city and listens.
    init(_ settings: Settings, logger: Logger, placeName: String = "Parvis") throws {
        self.settings = settings
        self.logger = logger
        // First, since a mistake in it is the likeliest.
        let certificates = try Self.certificates(settings, logger)
        var storing = SQLiteStorage.Configuration()
        storing.readsDamaged = true
        storing.onDamage = { finding in
            logger.critical(
                "The store is damaged: nothing is written, what is intact is served",
                metadata: [
                    "damage": "\(finding)",
                    "what to do": "run parvis check --data \(settings.data), then parvis restore a backup",
                ])
        }
        storage = try SQLiteStorage(directory: settings.data, configuration: storing)
        var configuration = Broker.Configuration()
        configuration.memoryBudget = settings.memoryBudget
        configuration.queuePatience = .milliseconds(settings.writeWaitMilliseconds)
        configuration.keepsPast = settings.recordsHistory
        configuration.onStorageFailure = { error, identifier in
            logger.error("Commits fail", metadata: ["error": "\(error)", "identifier": "\(identifier)"])
        }
        broker = try Broker(storage: storage, configuration: configuration)
        outgoing = OutgoingHTTP(configuration: Self.outgoingConfiguration(settings))
        notifying = OutgoingHTTP(configuration: Self.notifyingConfiguration(settings))
        var loader: any ContextDocumentLoader = ContextHTTPLoader(http: outgoing)
        if let directory = settings.contexts { loader = ContextDirectory(path: directory, next: loader) }
        let hosted = try HostedContexts(documents: broker, next: loader)
        let contexts = ContextCache(loader: hosted)
        try hosted.restoreCopies(into: contexts)
        let keeper = try AccessKeeper(documents: broker, configuration: Self.accessConfiguration(settings)) {
            [broker] policies, earlier in
            PolicyBook(policies, registry: broker.registry, context: { contexts.cached($0) }, earlier: earlier)
        }
        access = keeper
        mqtt = MQTTPublisher(destinations: notifying, configuration: Self.mqttConfiguration(settings))
        subscriptions = try SubscriptionManager(
            feed: broker, documents: broker, registry: broker.registry, contexts: contexts,
            transport: NotificationTransports([
                "http": notifying, "https": notifying, "mqtt": mqtt, "mqtts": mqtt,
                "mailto": Self.mailTransport(settings), "parvis": notificationStreams,
            ]),
            consumption: broker, callers: keeper, configuration: Self.deliveryConfiguration(settings), logger: logger)
        var historyConfiguration = HistoryConfiguration()
        historyConfiguration.isRecording = settings.recordsHistory
        historyConfiguration.instanceLimit = settings.temporalInstances
        if settings.hasSignals { historyConfiguration.defaultPolicies += SignalService.historyPolicies }
        if settings.hasRules { historyConfiguration.defaultPolicies += RuleService.historyPolicies }
        historyConfiguration.onFailure = { logger.error("History", metadata: ["error": "\($0)"]) }
        history = try HistoryStore(keeping: broker, entities: broker, configuration: historyConfiguration)
        snapshots = try SnapshotStore(
            provision: broker, consumption: broker, temporal: history, documents: broker,
            configuration: Self.snapshotConfiguration(outgoing, logger))
        city = CityServices(settings, broker, history, subscriptions, logger)
        ingest = try DeviceIngest.make(settings, broker, contexts, logger)
        audit = try Self.auditLog(settings) { logger.error("Audit", metadata: ["reason": "\($0)"]) }
        imports = Self.importService(settings, broker, history, contexts, logger)
        let tiles = VectorTileService(survey: broker)
        let publicPages =
            settings.hasPublic ? try Self.publicPages(settings, broker, history, tiles, placeName: placeName) : nil
        identityHTTP = OutgoingHTTP(configuration: Self.identityConfiguration())
        let authenticator = AccessAuthenticator(
            keeper: keeper, tokens: Self.tokenVerifier(settings, identityHTTP),
            provider: Self.providerSignIn(settings, identityHTTP),
            configuration: Self.authenticatorConfiguration(settings, logger))
        var services = BrokerServices(
            provision: broker, consumption: broker, feed: broker, documents: broker, registry: broker.registry,
            contexts: contexts)
        services.subscriptions = subscriptions
        services.notificationStreams = notificationStreams
        services.notifications = subscriptions
        services.temporal = history
        services.historyPolicies = history
        services.entityMaps = EntityMapStore(consumption: broker, temporal: history)
        services.snapshots = snapshots
        services.hostedContexts = hosted
        services.tenants = TenantAdministration(
            names: { [broker] in broker.tenantNames.filter { SnapshotSpace.read($0) == nil } },
            forget: { [subscriptions, notificationStreams, history, snapshots] name in
                subscriptions.forgetTenant(name)
                notificationStreams.forgetTenant(name)
                history.forgetTenant(name)
                hosted.forgetTenant(name)
                snapshots.forgetTenant(name)
            })
        services.airMaps = city.air.map(Self.airMapPages)
        services.rules = city.rules.map(Self.rulePages)
        services.entityTiles = Self.entityTilePages(broker, tiles)
        services.audit = audit.map(Self.auditPages)
        services.imports = Self.importPages(imports)
        services.publicPages = publicPages
        let metrics = HTTPMetrics()
        let console = CityConsole(
            .init(
                assetsDirectory: settings.assets, placeName: placeName,
                tiles: try settings.tileURL.map { url throws(MapTilesError) in try MapTiles(url: url) },
                compress: { GzipPacker.gzip(of: $0, level: 9) }))
        let pages = OperatorPages(
            console: console, broker: broker, history: history, subscriptions: subscriptions, metrics: metrics,
            signals: city.signals, ingest: ingest, rules: city.rules, audit: audit)
        let handler = NGSILDHandler(services: services, metrics: metrics, publicURL: settings.publicURL) {
            pages.answer($0)
        }
        reloading = certificates.map { certificates in ReloadSignal { certificates.reload() } }
        http = HTTPServer(
            configuration: Self.httpConfiguration(settings, certificates, logger),
            handler: Self.strict(settings, audit, AccessPages(authenticator: authenticator, next: handler)),
            authenticator: authenticator, metrics: metrics, logger: logger, auditor: Self.auditor(settings, audit))
        keyUses = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(60))
                await keeper.keepUses()
            }
        }
        history.start(feed: broker)
        try subscriptions.start()
        snapshots.start(tenantNames: broker.tenantNames)
        city.start()
        port = try http.start()
        redirect = settings.redirectPort.map { [port] in Self.redirectServer(settings, from: $0, to: port, logger) }
        redirectPort = try redirect.map { try Self.start($0, settings) }
        ingest?.start()
    }

    /// Where people and clients reach the server.
    var url: String {
        settings.publicURL
            ?? "\(scheme)://\(settings.host == "0.0.0.0" || settings.host == "::" ? "localhost" : settings.host):\(port)"
    }

    private var scheme: String { settings.tlsCertificate == nil ? "http" : "https" }

    /// Where this process itself reaches the server. Over https the certificate is not made out to this name.
    var localURL: String {
        "\(scheme)://\(["0.0.0.0", "::", "localhost"].contains(settings.host) ? "127.0.0.1" : settings.host):\(port)"
    }

    /// Answers what is under way, makes the last commit durable, closes.
    func stop() async {
        redirect?.shutdown()
        http.shutdown()
        reloading?.stop()
        keyUses.cancel()
        await access.keepUses()
        await ingest?.stop()
        await city.stop()
        await imports.stop()
        await snapshots.stop()
        await subscriptions.stop()
        audit?.stop()
        history.stop()
        broker.stop()
        storage.close()
        await identityHTTP.shutdown()
        await mqtt.shutdown()
        await notifying.shutdown()
        await outgoing.shutdown()
    }
}
