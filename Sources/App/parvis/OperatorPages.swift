import AuditLog
import BrokerCore
import CMimalloc
import CityConsole
import DeviceIngest
import JSONTree
import NGSILDHTTP
import NotificationDelivery
import RuleService
import SignalService
import TemporalEvolution

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What is served beside NGSI-LD: the console's files, and the probes and figures for operators.
struct OperatorPages: Sendable {
    let console: CityConsole
    let broker: Broker
    let history: HistoryStore
    let subscriptions: SubscriptionManager
    let metrics: HTTPMetrics
    /// `nil` where the service is turned off.
    let signals: SignalService?
    /// `nil` where no mapping is given.
    let ingest: DeviceIngest?
    let rules: RuleService?
    /// `nil` where none is kept.
    let audit: AuditJournal?

    func answer(_ request: HTTPRequest) -> HTTPAnswer? {
        guard Self.paths.contains(String(request.path)) else { return page(request) }
        guard request.method == .GET || request.method == .HEAD else { return Self.refused }
        if request.path == "/metrics" {
            return HTTPAnswer(status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: figures())
        }
        if request.path == "/admin/ingest" {
            let nothing = Array("{\"servers\":[],\"topics\":[],\"unmatched\":0,\"refusals\":[]}".utf8)
            return HTTPAnswer(status: 200, contentType: "application/json", body: ingest?.report() ?? nothing)
        }
        return HTTPAnswer(status: 200, contentType: "application/json", body: Array("{\"status\":\"up\"}".utf8))
    }

    private static let paths: Set<String> = ["/health", "/ready", "/metrics", "/admin/ingest"]
    private static var refused: HTTPAnswer { HTTPAnswer(status: 405, headers: [("Allow", "GET, HEAD")]) }

    private func page(_ request: HTTPRequest) -> HTTPAnswer? {
        guard let resource = console.resource(for: String(request.path)) else { return nil }
        guard request.method == .GET || request.method == .HEAD else {
            return Self.refused
        }
        let gzip = request.acceptsGzip ? resource.gzip : nil
        let headers = gzip == nil ? resource.headers : resource.gzipHeaders
        if let field = request.header("If-None-Match"), resource.matches(ifNoneMatch: field) {
            return HTTPAnswer(status: 304, headers: headers.filter { $0.name != "Content-Encoding" })
        }
        return HTTPAnswer(
            status: 200, contentType: resource.contentType, headers: headers, body: gzip ?? resource.bytes)
    }

    private func figures() -> [UInt8] {
        var writer = ByteWriter(capacity: 4_096)
        let statistics = broker.statistics
        func figure(_ name: String, _ type: String, _ help: String, _ value: Int) {
            writer.append(utf8: "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n\(name) \(value)\n")
        }
        figure("parvis_entities", "gauge", "Entities in all tenants.", statistics.entities)
        figure(
            "parvis_entity_bytes", "gauge", "About the memory of the entities, without indexes.", statistics.entityBytes
        )
        figure("parvis_commits_total", "counter", "Commits made durable.", statistics.commits)
        figure("parvis_entity_writes_total", "counter", "Entity states written by commits.", statistics.writes)
        figure(
            "parvis_queue_entities", "gauge", "Entities in operations that wait for the committer.", statistics.waiting)
        figure(
            "parvis_last_sequence", "counter", "Sequence number of the newest change.",
            Int(clamping: statistics.lastSequence))
        appendHistory(figure)
        appendNotifications(figure)
        appendSignals(figure)
        appendIngest(figure)
        appendRules(figure)
        appendAudit(figure)
        figure("process_resident_memory_bytes", "gauge", "Resident memory.", ProcessFigures.residentBytes())
        figure(
            "process_peak_resident_memory_bytes", "gauge", "The most memory that was ever resident.",
            ProcessFigures.peakResidentBytes())
        figure("process_open_fds", "gauge", "Open file descriptors.", ProcessFigures.openDescriptors())
        metrics.append(to: &writer)
        return writer.array()
    }
}

extension OperatorPages {
    private func appendHistory(_ figure: (String, String, String, Int) -> Void) {
        let statistics = history.statistics
        figure(
            "parvis_history_tail_samples", "gauge", "Past values in memory that wait for a chunk.",
            statistics.tailSamples)
        figure(
            "parvis_history_written_samples_total", "counter", "Values written into chunks.", statistics.writtenSamples)
        figure("parvis_history_written_chunks_total", "counter", "Chunks written.", statistics.writtenChunks)
        figure(
            "parvis_history_rolled_samples_total", "counter",
            "Values and periods that retention rolled up or deleted.", statistics.rolledSamples)
    }

    private func appendSignals(_ figure: (String, String, String, Int) -> Void) {
        guard let statistics = signals?.newestStatistics else { return }
        figure(
            "parvis_signal_intersections", "gauge", "Intersections that are described.", statistics.intersections)
        figure(
            "parvis_signal_intersections_faulty", "gauge", "Intersections whose description cannot be used.",
            statistics.faulty)
        figure("parvis_signal_commands_total", "counter", "Commands given to signals.", statistics.commands)
        figure(
            "parvis_signal_deciding_microseconds", "gauge", "What the decisions of the last second took.",
            Int(clamping: statistics.decidingMicroseconds))
        figure(
            "parvis_signal_step_microseconds", "gauge",
            "From the readings of the last second to its commands being durable.",
            Int(clamping: statistics.lastMicroseconds))
    }

    private func appendIngest(_ figure: (String, String, String, Int) -> Void) {
        guard let figures = ingest?.figures else { return }
        figure("parvis_ingest_servers", "gauge", "MQTT servers that messages are taken from.", figures.servers)
        figure("parvis_ingest_servers_subscribed", "gauge", "Those that are subscribed at.", figures.subscribed)
        figure("parvis_ingest_messages_total", "counter", "Messages of topics in the mapping.", figures.messages)
        figure("parvis_ingest_bytes_total", "counter", "Bytes of payloads.", figures.bytes)
        figure("parvis_ingest_entities_total", "counter", "Entities that messages became.", figures.entities)
        figure("parvis_ingest_refused_total", "counter", "Messages and records that became nothing.", figures.refused)
        figure(
            "parvis_ingest_attributes_left_out_total", "counter", "Attributes left out of entities.",
            figures.attributesLeftOut)
        figure("parvis_ingest_unmatched_total", "counter", "Messages of topics that no rule names.", figures.unmatched)
        figure(
            "parvis_ingest_returned_batches_total", "counter",
            "Batches that could not be kept, so that servers send them again.", figures.returnedBatches)
    }

    private func appendRules(_ figure: (String, String, String, Int) -> Void) {
        guard let statistics = rules?.newestStatistics else { return }
        figure("parvis_rules", "gauge", "Alert rules, on or off.", statistics.rules)
        figure("parvis_rules_refused", "gauge", "Alert rules that cannot be used.", statistics.rulesRefused)
        figure(
            "parvis_rule_entities", "gauge", "Entities that rules watch, each counted for each rule.",
            statistics.watched)
        figure("parvis_rule_alerts", "gauge", "Alerts of rules that stand.", statistics.raised)
        figure("parvis_rule_alerts_raised_total", "counter", "Alerts raised by rules.", statistics.alertsRaised)
        figure(
            "parvis_rule_alerts_escalated_total", "counter", "Alerts that nobody acknowledged in time.",
            statistics.alertsEscalated)
    }

    private func appendAudit(_ figure: (String, String, String, Int) -> Void) {
        guard let statistics = audit?.statistics else { return }
        figure("parvis_audit_records_total", "counter", "Records written to the audit log.", statistics.records)
        figure("parvis_audit_lost_total", "counter", "Audit records that could not be kept.", statistics.lost)
        figure("parvis_audit_bytes", "gauge", "Bytes of the audit log.", statistics.bytes)
        figure(
            "parvis_audit_failing", "gauge", "Whether the newest records could not be written.",
            statistics.isFailing ? 1 : 0)
    }

    private func appendNotifications(_ figure: (String, String, String, Int) -> Void) {
        let statistics = subscriptions.statistics
        figure("parvis_subscriptions", "gauge", "Subscriptions in all tenants.", statistics.subscriptions)
        figure(
            "parvis_notification_endpoints", "gauge", "Endpoints that subscriptions name.", statistics.endpoints)
        figure(
            "parvis_notification_endpoints_retrying", "gauge", "Endpoints that failed last, their breaker closed.",
            statistics.endpointsRetrying)
        figure(
            "parvis_notification_endpoints_open", "gauge", "Endpoints whose breaker is open.", statistics.endpointsOpen)
        figure("parvis_notifications_waiting", "gauge", "Notifications that wait to be sent.", statistics.waiting)
        figure(
            "parvis_notification_attempts_total", "counter", "Attempts to send, of present subscriptions.",
            statistics.sent)
        figure(
            "parvis_notification_failures_total", "counter", "Attempts that failed, of present subscriptions.",
            statistics.failed)
        figure(
            "parvis_notifications_given_up_total", "counter", "Notifications that became dead letters.",
            statistics.givenUp)
        figure(
            "parvis_notifications_dropped_total", "counter", "Notifications dropped because too many waited.",
            statistics.notificationsDropped)
        figure("parvis_dead_letters", "gauge", "Dead letters that are kept.", statistics.deadLetters)
        figure("parvis_outbox_rows", "gauge", "Commits of which something is still to be told.", statistics.outboxRows)
        figure("parvis_outbox_bytes", "gauge", "Bytes of these rows.", statistics.outboxBytes)
    }
}

/// What the kernel says about this process.
enum ProcessFigures {
    /// Resident memory; 0 where /proc is not there.
    static func residentBytes() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var size = 0
        var resident = 0
        var buffer = [CChar](repeating: 0, count: 128)
        guard fgets(&buffer, 128, file) != nil else { return 0 }
        let parts = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
            separator: " ")
        if parts.count > 1 { (size, resident) = (Int(parts[0]) ?? 0, Int(parts[1]) ?? 0) }
        return size == 0 ? 0 : resident * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    static func peakResidentBytes() -> Int {
        var peak = 0
        mi_process_info(nil, nil, nil, nil, &peak, nil, nil, nil)
        return peak
    }

    static func openDescriptors() -> Int {
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        var count = -3
        while readdir(directory) != nil { count += 1 }
        return max(0, count)
    }
}
