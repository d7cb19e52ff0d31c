import JSONTree
import NGSILDModel
import NGSILDOperations

/// `/admin/notifications` and below: how the notifications of each subscription go, whether its endpoint answers, and
/// what was given up, to be replayed or dropped. The tenant is that of the header NGSILD-Tenant; the list is over all tenants.
struct NotificationsAdministration {
    static let path = "/admin/notifications"

    private enum Target {
        case list
        case subscription(String)
        case test(String)
        case replay(String, letter: String?)
        case letter(String, String)
    }

    let request: HTTPRequest
    let notifications: any NotificationAdministration

    func run() {
        do throws(HTTPFailure) {
            let tenant = try TenantName.check(request.header("NGSILD-Tenant"))
            switch try target() {
            case .list: try list()
            case .subscription(let id):
                if request.method == .DELETE { return drop(nil, id, tenant) }
                try show(id, tenant)
            case .test(let id):
                guard request.method == .POST else { throw request.refused("POST") }
                notifications.test(id, tenant: tenant, on: request.loop) { [request] result in
                    Self.answer(request, result)
                }
            case .replay(let id, let letter):
                guard request.method == .POST else { throw request.refused("POST") }
                notifications.replay(letter, of: id, tenant: tenant, on: request.loop) { [request] result in
                    Self.answer(request, result, "replayed")
                }
            case .letter(let id, let letter):
                guard request.method == .DELETE else { throw request.refused("DELETE") }
                drop(letter, id, tenant)
            }
        } catch {
            request.answer(error.answer)
        }
    }

    private func target() throws(HTTPFailure) -> Target {
        var segments: [String] = []
        for part in request.path.dropFirst(Self.path.count).split(separator: "/", omittingEmptySubsequences: false) {
            var part = part
            guard let text = part.withUTF8({ PercentCoding.decode($0, plusIsSpace: false) }) else {
                throw .badRequest("The path is not percent-encoded UTF-8")
            }
            segments.append(text)
        }
        if segments.first == "" { segments.removeFirst() }
        if segments.last == "" { segments.removeLast() }
        switch segments.count {
        case 0: return .list
        case 1: return .subscription(segments[0])
        case 2 where segments[1] == "replay": return .replay(segments[0], letter: nil)
        case 2 where segments[1] == "test": return .test(segments[0])
        case 2: return .letter(segments[0], segments[1])
        case 3 where segments[2] == "replay": return .replay(segments[0], letter: segments[1])
        default: throw .ngsild(.resourceNotFound("There is nothing at \(request.path); see /openapi.json"))
        }
    }

    private func list() throws(HTTPFailure) {
        guard request.method == .GET || request.method == .HEAD else { throw request.refused("GET, HEAD") }
        let parameters = try QueryParameters(request.query, allowing: [.limit, .offset])
        let limit = try parameters.number(.limit, default: Pagination.defaultLimit)
        guard limit <= Pagination.greatestLimit else {
            throw .badRequest("limit is at most \(Pagination.greatestLimit); go on with offset")
        }
        let offset = try parameters.number(.offset, default: 0)
        var writer = ByteWriter(capacity: 4_096)
        writer.append(UInt8(ascii: "["))
        for (index, status) in notifications.deliveries(offset: offset, limit: limit).enumerated() {
            if index > 0 { writer.append(UInt8(ascii: ",")) }
            Self.append(status, letters: nil, to: &writer)
        }
        writer.append(UInt8(ascii: "]"))
        request.answer(HTTPAnswer(status: 200, contentType: MediaType.json.text, body: writer.array()))
    }

    private func show(_ id: String, _ tenant: String) throws(HTTPFailure) {
        guard request.method == .GET || request.method == .HEAD else { throw request.refused("GET, HEAD, DELETE") }
        let status: DeliveryStatus
        let letters: [DeadLetterStatus]
        do throws(NGSILDError) {
            status = try notifications.delivery(of: id, tenant: tenant)
            letters = try notifications.deadLetters(of: id, tenant: tenant)
        } catch {
            throw .ngsild(error)
        }
        var writer = ByteWriter(capacity: 1_024)
        Self.append(status, letters: letters, to: &writer)
        request.answer(HTTPAnswer(status: 200, contentType: MediaType.json.text, body: writer.array()))
    }

    private func drop(_ letter: String?, _ id: String, _ tenant: String) {
        notifications.drop(letter, of: id, tenant: tenant, on: request.loop) { [request] result in
            Self.answer(request, result, "dropped")
        }
    }

    private static func answer(_ request: HTTPRequest, _ result: Result<Int, NGSILDError>, _ name: String) {
        switch result {
        case .failure(let error): request.answer(error.answer)
        case .success(let count):
            request.answer(
                HTTPAnswer(
                    status: 200, contentType: MediaType.json.text, body: Array("{\"\(name)\":\(count)}".utf8)))
        }
    }

    private static func answer(_ request: HTTPRequest, _ result: Result<NotificationTest, NGSILDError>) {
        let test: NotificationTest
        switch result {
        case .failure(let error): return request.answer(error.answer)
        case .success(let success): test = success
        }
        var writer = ByteWriter(capacity: 256)
        writer.append(test.isTaken ? "{\"taken\":true" : "{\"taken\":false")
        writer.append(",\"endpoint\":")
        writer.append(jsonString: test.endpoint)
        writer.append(",\"entities\":")
        writer.append(integer: test.entities)
        writer.append(",\"milliseconds\":")
        writer.append(integer: Int(test.duration / .milliseconds(1)))
        if let status = test.status {
            writer.append(",\"status\":")
            writer.append(integer: status)
        }
        if let reason = test.reason {
            writer.append(",\"reason\":")
            writer.append(jsonString: reason)
        }
        writer.append("}")
        request.answer(HTTPAnswer(status: 200, contentType: MediaType.json.text, body: writer.array()))
    }

    private static func append(
        _ status: DeliveryStatus, letters: [DeadLetterStatus]?, to writer: inout ByteWriter
    ) {
        func text(_ name: String, _ value: String, _ writer: inout ByteWriter) {
            writer.append(jsonString: name)
            writer.append(UInt8(ascii: ":"))
            writer.append(jsonString: value)
        }
        writer.append(UInt8(ascii: "{"))
        text("subscription", status.subscription, &writer)
        writer.append(UInt8(ascii: ","))
        text("tenant", status.tenant, &writer)
        writer.append(UInt8(ascii: ","))
        text("endpoint", status.endpoint, &writer)
        writer.append(UInt8(ascii: ","))
        text("state", status.condition.rawValue, &writer)
        for (name, count) in [
            ("waiting", status.waiting), ("sent", status.sent), ("failed", status.failed),
            ("dropped", status.dropped), ("deadLetters", status.deadLetters),
        ] {
            writer.append(utf8: ",\"\(name)\":")
            writer.append(integer: count)
        }
        for (name, time) in [("lastSuccess", status.lastSuccess), ("lastFailure", status.lastFailure)] where time.isSet
        {
            writer.append(utf8: ",\"\(name)\":")
            time.append(quotedTo: &writer)
        }
        if let error = status.lastError {
            writer.append(UInt8(ascii: ","))
            text("lastError", error, &writer)
        }
        if let letters {
            writer.append(",\"letters\":[")
            for (index, letter) in letters.enumerated() {
                if index > 0 { writer.append(UInt8(ascii: ",")) }
                writer.append(UInt8(ascii: "{"))
                text("id", letter.id, &writer)
                writer.append(",\"at\":")
                letter.at.append(quotedTo: &writer)
                writer.append(UInt8(ascii: ","))
                text("reason", letter.reason, &writer)
                writer.append(",\"bytes\":")
                writer.append(integer: letter.length)
                writer.append(letter.isReplayed ? ",\"replayed\":true}" : "}")
            }
            writer.append(UInt8(ascii: "]"))
        }
        writer.append(UInt8(ascii: "}"))
    }
}
