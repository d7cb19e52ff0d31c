public import AlertRules
import JSONTree
public import NGSILDModel
import ServiceRuntime

/// What clients ask of the service beside the operations of the specification, as JSON.
public struct RuleRequests: Sendable {
    private let service: RuleService

    /// Answers for a service, from any thread.
    public init(_ service: RuleService) { self.service = service }

    /// The rules of all tenants.
    public func list() async -> [UInt8] {
        var writer = ByteWriter(capacity: 4_096)
        writer.append("[")
        for (offset, report) in await service.rules().enumerated() {
            if offset > 0 { writer.append(",") }
            Self.append(report, to: &writer)
        }
        writer.append("]")
        return writer.array()
    }

    /// Tells when a rule would have fired: `{"rule": {...}, "from": "...", "to": "..."}`.
    ///
    /// - Throws: `badRequestData` naming the member that is wrong.
    public func test(_ body: [UInt8], tenant: String) async throws(NGSILDError) -> [UInt8] {
        let document = try Self.parse(body)
        guard let node = document.member(document.root, "rule") else {
            throw .badRequestData("The body has no \"rule\"; {\"rule\": {\"condition\": ...}} is expected")
        }
        let rule = try Self.rule(document, node, needsName: false)
        let report = try await service.test(
            rule, tenant: tenant, from: try Self.time(document, "from"), to: try Self.time(document, "to"))
        var writer = ByteWriter(capacity: 4_096)
        Self.append(report, to: &writer)
        return writer.array()
    }

    /// Sends a test message by a channel, written as an element of `notify`.
    public func testDelivery(_ body: [UInt8], tenant: String) async throws(NGSILDError) -> [UInt8] {
        let document = try Self.parse(body)
        let notice: RuleNotice
        do throws(RuleError) { notice = try RuleNotice(document, document.root) } catch {
            throw .badRequestData(error.description)
        }
        let test = try await service.testDelivery(notice, tenant: tenant)
        var writer = ByteWriter(capacity: 256)
        writer.append(test.isTaken ? "{\"taken\":true" : "{\"taken\":false")
        Self.member("endpoint", test.endpoint, &writer)
        writer.append(",\"milliseconds\":")
        writer.append(integer: Int(test.duration / .milliseconds(1)))
        if let status = test.status {
            writer.append(",\"status\":")
            writer.append(integer: status)
        }
        if let reason = test.reason { Self.member("reason", reason, &writer) }
        writer.append("}")
        return writer.array()
    }

    // MARK: - Reading

    /// Reads a rule that is written as an entity: attributes normalized, concise or as their values alone; names may be
    /// IRIs.
    ///
    /// - Throws: `badRequestData` naming the member that is wrong.
    public static func rule(from bytes: [UInt8]) throws(NGSILDError) -> AlertRule {
        let document = try parse(bytes)
        return try rule(document, document.root, needsName: true)
    }

    private static func parse(_ body: [UInt8]) throws(NGSILDError) -> JSONDocument {
        let document: JSONDocument
        do { document = try JSONDocument(parsing: body, limits: .init(depth: 32, length: 1 << 20)) } catch {
            throw .badRequestData("The body is no JSON of at most 1 MiB: \(error)")
        }
        guard document.isObject(document.root) else { throw .badRequestData("The body is a JSON object") }
        return document
    }

    private static func rule(
        _ document: JSONDocument, _ node: JSONNode, needsName: Bool
    ) throws(NGSILDError) -> AlertRule {
        guard document.isObject(node) else { throw .badRequestData("A rule is a JSON object") }
        var values: [String: JSONNode] = [:]
        for (key, value) in document.members(node) {
            let name = String(IRI.localName(document.string(key) ?? ""))
            var value = value
            if document.isObject(value) {
                value = document.member(value, "json") ?? document.member(value, "value") ?? value
            }
            values[name] = value
        }
        do throws(RuleError) {
            return try AlertRule(needsName: needsName) { name in values[name].map { (document, $0) } }
        } catch { throw .badRequestData(error.description) }
    }

    private static func time(_ document: JSONDocument, _ name: String) throws(NGSILDError) -> Timestamp? {
        guard let node = document.member(document.root, named: name), !document.isNull(node) else { return nil }
        guard let time = document.string(node).flatMap({ Timestamp($0) }) else {
            throw .badRequestData("\"\(name)\" is a time in UTC such as 2026-03-01T08:00:00Z")
        }
        return time
    }

    // MARK: - Writing

    private static func append(_ report: RuleReport, to writer: inout ByteWriter) {
        writer.append("{\"id\":")
        writer.append(jsonString: report.id)
        member("tenant", report.tenant, &writer)
        member("name", report.name, &writer)
        member("state", report.state, &writer)
        if let reason = report.reason { member("reason", reason, &writer) }
        if let severity = report.severity { member("severity", severity.rawValue, &writer) }
        number("entities", report.entities, &writer)
        number("raised", report.raised, &writer)
        time("mutedUntil", report.mutedUntil, &writer)
        writer.append(",\"channels\":[")
        for (offset, channel) in report.channels.enumerated() {
            if offset > 0 { writer.append(",") }
            append(channel, to: &writer)
        }
        writer.append("]}")
    }

    private static func append(_ channel: RuleReport.Channel, to writer: inout ByteWriter) {
        writer.append("{\"channel\":")
        writer.append(jsonString: channel.channel.rawValue)
        member("use", channel.isEscalation ? "escalation" : "notify", &writer)
        member("subscription", channel.subscription, &writer)
        if let delivery = channel.delivery {
            member("endpoint", delivery.endpoint, &writer)
            member("state", delivery.condition.rawValue, &writer)
            number("waiting", delivery.waiting, &writer)
            number("sent", delivery.sent, &writer)
            number("failed", delivery.failed, &writer)
            number("deadLetters", delivery.deadLetters, &writer)
            time("lastSuccess", delivery.lastSuccess.isSet ? delivery.lastSuccess : nil, &writer)
            time("lastFailure", delivery.lastFailure.isSet ? delivery.lastFailure : nil, &writer)
            if let error = delivery.lastError { member("lastError", error, &writer) }
        }
        if let problem = channel.problem { member("problem", problem, &writer) }
        writer.append("}")
    }

    private static func append(_ report: RuleTestReport, to writer: inout ByteWriter) {
        writer.append("{\"from\":")
        report.from.append(quotedTo: &writer)
        time("to", report.to, &writer)
        number("entities", report.entities, &writer)
        number("values", report.values, &writer)
        writer.append(",\"firings\":[")
        for (offset, firing) in report.firings.enumerated() {
            if offset > 0 { writer.append(",") }
            writer.append("{\"entity\":")
            writer.append(jsonString: firing.entity)
            member("name", firing.name, &writer)
            time("from", firing.from, &writer)
            if firing.to == nil { writer.append(",\"to\":null") } else { time("to", firing.to, &writer) }
            if let peak = firing.peak {
                writer.append(",\"peak\":")
                writer.append(number: peak)
            }
            writer.append("}")
        }
        writer.append(report.isTruncated ? "],\"truncated\":true}" : "],\"truncated\":false}")
    }

    private static func member(_ name: String, _ value: String, _ writer: inout ByteWriter) {
        writer.append(utf8: ",\"\(name)\":")
        writer.append(jsonString: value)
    }

    private static func number(_ name: String, _ value: Int, _ writer: inout ByteWriter) {
        writer.append(utf8: ",\"\(name)\":")
        writer.append(integer: value)
    }

    private static func time(_ name: String, _ value: Timestamp?, _ writer: inout ByteWriter) {
        guard let value else { return }
        writer.append(utf8: ",\"\(name)\":")
        value.append(quotedTo: &writer)
    }
}
