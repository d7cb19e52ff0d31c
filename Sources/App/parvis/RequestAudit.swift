import AuditLog
import NGSILDHTTP
import NGSILDModel
import Synchronization

/// Makes records of the audit log from the requests that were answered: writes, administration and what was refused;
/// reads where the operator wants them.
final class RequestAudit: RequestAuditor {
    /// Refusals that are recorded in one second; how many more there were is told by one further record, so that whoever
    /// knocks often cannot fill the disk.
    static let refusalsPerSecond = 20

    private let log: AuditJournal
    private let recordsReads: Bool
    private let recordsAddresses: Bool
    private let refusals = Mutex<(second: Int, count: Int)>((0, 0))

    init(_ log: AuditJournal, recordsReads: Bool, recordsAddresses: Bool) {
        self.log = log
        self.recordsReads = recordsReads
        self.recordsAddresses = recordsAddresses
    }

    func answered(_ request: HTTPRequest, status: Int, location: String?) {
        guard let kind = kind(request, status) else { return }
        let now = AuditTime.now()
        // Those who guess passwords are told of as other refusals are.
        if kind == .refused || kind == .signIn && status >= 400, !mayRecordRefusal(now) { return }
        var record = AuditRecord(
            kind: kind, time: now, operation: request.operationName, caller: Self.caller(request), status: status)
        record.method = request.method.rawValue
        record.tenant = request.tenantName
        record.ids = request.subjects(location: location)
        record.count = request.subjectCount
        if record.ids.isEmpty { record.path = String(request.path) }
        record.purpose = request.header("Parvis-Purpose") ?? ""
        if recordsAddresses { record.address = request.remoteAddress ?? "" }
        log.append(record)
    }

    private static func caller(_ request: HTTPRequest) -> String { request.caller.id }

    private func kind(_ request: HTTPRequest, _ status: Int) -> AuditRecord.Kind? {
        // Most requests are to the NGSI-LD API, and each request comes here.
        if request.isNGSILD {
            if status == 401 || status == 403 { return .refused }
            if !request.isRead { return .write }
            return recordsReads ? .read : nil
        }
        if request.path == "/session" {
            if request.method == .POST { return .signIn }
            if request.method == .DELETE { return .signOut }
        }
        if request.path == "/session/provider/back" { return .signIn }
        if status == 401 || status == 403 { return .refused }
        let isRead = request.isRead
        if request.isAdministration || request.path.hasPrefix("/session/") {
            // Who looks into the log is in the log.
            if !isRead || request.path == "/admin/audit" { return .administration }
            return recordsReads ? .read : nil
        }
        return isRead ? nil : .write
    }

    private func mayRecordRefusal(_ now: Int) -> Bool {
        let second = now / 1_000_000_000
        let (mayRecord, untold) = refusals.withLock { state -> (Bool, Int) in
            var untold = 0
            if state.second != second {
                untold = max(0, state.count - Self.refusalsPerSecond)
                state = (second, 0)
            }
            state.count += 1
            return (state.count <= Self.refusalsPerSecond, untold)
        }
        if untold > 0 {
            var record = AuditRecord(kind: .refused, time: now, operation: "other", caller: "anonymous", status: 403)
            record.count = untold
            record.purpose = "further refusals of one second, which are not recorded each"
            log.append(record)
        }
        return mayRecord
    }
}

/// Refuses what would change something while the log cannot be written, where the operator wants it so.
///
/// People may sign in and out all the same, or nobody could look what is wrong.
struct StrictAudit: HTTPRequestHandler {
    let log: AuditJournal
    let next: any HTTPRequestHandler

    func handle(_ request: HTTPRequest) {
        guard log.isFailing, !request.isRead, request.path != "/session" else { return next.handle(request) }
        let body =
            #"{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"The audit log cannot be "#
            + #"written, so nothing is changed; free disk space on the server, or start it without --audit-strict"}"#
        request.answer(HTTPAnswer(status: 503, contentType: "application/json", body: Array(body.utf8)))
    }
}

extension CityServer {
    /// Opens the log; `nil` where none is kept.
    static func auditLog(_ settings: Settings, onProblem: @escaping @Sendable (String) -> Void) throws -> AuditJournal?
    {
        guard settings.keepsAudit else { return nil }
        var configuration = AuditJournal.Configuration()
        configuration.days = settings.auditDays
        configuration.byteLimit = settings.auditLimit
        configuration.onProblem = onProblem
        return try AuditJournal(directory: settings.data + "/audit", configuration: configuration)
    }

    /// What tells the log of requests.
    static func auditor(_ settings: Settings, _ log: AuditJournal?) -> RequestAudit? {
        log.map { RequestAudit($0, recordsReads: settings.auditsReads, recordsAddresses: settings.auditsAddresses) }
    }

    static func strict(
        _ settings: Settings, _ log: AuditJournal?, _ handler: any HTTPRequestHandler
    ) -> any HTTPRequestHandler {
        guard settings.isAuditStrict, let log else { return handler }
        return StrictAudit(log: log, next: handler)
    }

    /// The log as the edge serves it.
    static func auditPages(_ log: AuditJournal) -> AuditPages {
        AuditPages { request, reply in
            do throws(NGSILDError) {
                let query = try AuditQuery(request)
                log.page(query) { page in
                    guard let page else {
                        return reply(.failure(.overloaded("Too many are reading the audit log; try again in a moment")))
                    }
                    reply(.success(page.json()))
                }
            } catch { reply(.failure(error)) }
        }
    }
}

extension AuditQuery {
    init(_ request: AuditPages.Request) throws(NGSILDError) {
        self.init()
        from = try Self.time("from", request.from)
        to = try Self.time("to", request.to)
        caller = request.caller
        operation = request.operation
        kind = request.kind
        tenant = request.tenant
        id = request.id
        before = request.before
        if let wanted = request.limit {
            guard Self.limits.contains(wanted) else {
                throw .badRequestData(
                    "The parameter \"limit\" is \(wanted); it is \(Self.limits.lowerBound) to \(Self.limits.upperBound)"
                )
            }
            limit = wanted
        }
    }

    private static func time(_ name: String, _ text: String?) throws(NGSILDError) -> Int? {
        guard let text else { return nil }
        guard let time = AuditTime.parse(text) else {
            throw .badRequestData("The parameter \"\(name)\" is \"\(text)\"; it is a time such as 2026-11-30T20:48:55Z")
        }
        return time
    }
}
