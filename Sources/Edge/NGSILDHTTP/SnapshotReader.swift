import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// Reads the body of a request to create, clone or update a snapshot.
///
/// - Source: CIM 009 clause 5.2.41.
struct SnapshotReader {
    enum Purpose { case create, clone, update }

    let document: JSONDocument
    let context: TermContext
    let purpose: Purpose

    private static let queryLimit = 20
    /// What the broker says of a snapshot, and passes over when it is sent.
    private static let reported: Set<String> = [
        "snapshotStatus", "snapshotQueriesDetails", "snapshotTemporalQueriesDetails", "createdAt", "modifiedAt",
        "expiresAt", "lastUsedAt", "@context",
    ]
    /// Headers that the notification sets itself, or that belong to the connection.
    private static let reservedHeaders: Set<String> = [
        "host", "content-type", "content-length", "transfer-encoding", "connection", "te", "trailer", "upgrade",
        "expect", "keep-alive", "proxy-authorization", "proxy-connection", "ngsild-tenant", "ngsild-snapshot",
    ]

    func read() throws(HTTPFailure) -> (definition: SnapshotDefinition, queries: [SnapshotQuery]) {
        let root = document.root
        guard document.isObject(root) else { throw .badRequest("A Snapshot is a JSON object") }
        var definition = SnapshotDefinition()
        var queries: [SnapshotQuery] = []
        var hasType = false
        for (key, value) in document.members(root) {
            let name = document.string(key) ?? ""
            if Self.reported.contains(name) { continue }
            switch name {
            case "type":
                guard document.equals(value, "Snapshot") else {
                    throw .badRequest("The \"type\" of a snapshot is \"Snapshot\"")
                }
                hasType = true
            case "id": definition.id = try id(value)
            case "snapshotQueries":
                queries += try self.queries(value, name, isTemporal: false)
                definition.queriesJSON = minified(value)
            case "snapshotTemporalQueries":
                queries += try self.queries(value, name, isTemporal: true)
                definition.temporalQueriesJSON = minified(value)
            case "snapshotLifetime": definition.settings.lifetime = try lifetime(value)
            case "snapshotPriority": definition.settings.priority = try priority(value)
            case "endpoint": definition.settings.endpoint = .some(try endpoint(value))
            case "receiverInfo": definition.settings.receiverInfo = try receiverInfo(value)
            default: throw .badRequest("A Snapshot has no member \"\(name)\"; check its spelling")
            }
        }
        if !hasType, purpose != .update { throw .badRequest("The \"type\" of a snapshot is \"Snapshot\"") }
        if purpose == .create, queries.isEmpty {
            throw .badRequest("A snapshot needs snapshotQueries or snapshotTemporalQueries, with at least one Query")
        }
        return (definition, queries)
    }

    private func minified(_ node: JSONNode) -> String {
        var writer = ByteWriter(capacity: document.range(node).count)
        document.appendMinified(node, to: &writer)
        return writer.string()
    }

    private func id(_ node: JSONNode) throws(HTTPFailure) -> String {
        guard let id = document.string(node), EntityID.isValid(id), id.utf8.count <= 1_024 else {
            throw .badRequest(
                "The \"id\" of a snapshot is a URI of up to 1,024 bytes; leave it out to be given one")
        }
        return id
    }

    private func queries(
        _ node: JSONNode, _ name: String, isTemporal: Bool
    ) throws(HTTPFailure) -> [SnapshotQuery] {
        guard purpose == .create else { throw .badRequest("\"\(name)\" can be set only when a snapshot is created") }
        guard document.isArray(node), (1...Self.queryLimit).contains(document.count(node)) else {
            throw .badRequest("\"\(name)\" is an array of 1 to \(Self.queryLimit) Query objects")
        }
        var result: [SnapshotQuery] = []
        for element in document.elements(node) {
            guard document.isObject(element) else { throw .badRequest("\"\(name)\" holds Query objects only") }
            guard (document.member(element, "temporalQ") != nil) == isTemporal else {
                throw .badRequest(
                    isTemporal
                        ? "Each Query in \"\(name)\" has a \"temporalQ\""
                        : "A Query with \"temporalQ\" belongs into \"snapshotTemporalQueries\"")
            }
            guard let query = try? JSONDocument(parsing: document.text(element)) else {
                throw .badRequest("A Query in \"\(name)\" cannot be read")
            }
            result.append(try self.query(query, isTemporal: isTemporal))
        }
        return result
    }

    private func query(_ query: JSONDocument, isTemporal: Bool) throws(HTTPFailure) -> SnapshotQuery {
        let (parameters, selectors) = try PostedQuery(query, context, isTemporal: isTemporal).read(
            adding: QueryParameters())
        let selection = EntitySelection(parameters: parameters, context: context)
        var entityQuery = try selection.query()
        entityQuery.selectors = selectors
        if selectors.isEmpty { try selection.refuseTooWide(entityQuery) }
        guard isTemporal else {
            return SnapshotQuery(query: entityQuery, representation: try selection.representation(.json))
        }
        guard parameters[.timerel] != nil else {
            throw .badRequest("A temporalQ needs timerel (before, after, between) and timeAt")
        }
        let reading = try TemporalSelectionReader(parameters: parameters, context: context).read()
        return SnapshotQuery(
            query: entityQuery, representation: EntityRepresentation(), times: reading.selection)
    }

    private func lifetime(_ node: JSONNode) throws(HTTPFailure) -> (text: String, seconds: Double) {
        guard let text = document.string(node), let period = try? CalendarPeriod(parsing: text), !period.isZero else {
            throw .badRequest(
                "\"snapshotLifetime\" is \(document.text(node).prefix(100)); write a duration as PT1H, P1D or P1M")
        }
        // The broker bounds it anyway, so a month may have 30 days.
        return (text, Double(period.months) * 30 * 86_400 + Double(period.microseconds) / 1e6)
    }

    private func priority(_ node: JSONNode) throws(HTTPFailure) -> Int {
        guard let priority = document.integer(node), (1...10).contains(priority) else {
            throw .badRequest("\"snapshotPriority\" is an integer from 1 to 10")
        }
        return Int(priority)
    }

    private func isNull(_ node: JSONNode) -> Bool {
        purpose == .update && (document.isNull(node) || document.equals(node, "urn:ngsi-ld:null"))
    }

    private func endpoint(_ node: JSONNode) throws(HTTPFailure) -> String? {
        if isNull(node) { return nil }
        guard let uri = document.string(node), EntityID.isValid(uri),
            uri.hasPrefix("http://") || uri.hasPrefix("https://")
        else { throw .badRequest("The \"endpoint\" of a snapshot is a URI with http or https") }
        return uri
    }

    private func receiverInfo(_ node: JSONNode) throws(HTTPFailure) -> [(name: String, value: String)] {
        if isNull(node) { return [] }
        guard document.isArray(node), document.count(node) <= 50 else {
            throw .badRequest("\"receiverInfo\" is an array of up to 50 objects with key and value")
        }
        var pairs: [(name: String, value: String)] = []
        for element in document.elements(node) {
            guard document.isObject(element),
                let key = document.member(element, "key").flatMap({ document.string($0) }),
                let value = document.member(element, "value").flatMap({ document.string($0) }), !key.isEmpty,
                key.utf8.allSatisfy(Self.isTokenByte), value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
            else { throw .badRequest("\"receiverInfo\" holds objects with key, the name of a header, and value") }
            guard !Self.reservedHeaders.contains(key.lowercased()) else {
                throw .badRequest("receiverInfo cannot set \(key); the broker sets it")
            }
            pairs.append((key, value))
        }
        return pairs
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
