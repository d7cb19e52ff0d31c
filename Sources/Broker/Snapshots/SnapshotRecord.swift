import JSONTree
import NGSILDModel
import NGSILDOperations

/// A snapshot with what the broker alone knows of it, and its stored form.
struct SnapshotRecord: Sendable {
    var snapshot: Snapshot
    let tenant: String
    /// Where its information lies.
    let space: String

    static let version = 1

    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 512)
        writer.append("{\"version\":")
        writer.append(integer: Self.version)
        writer.append(",\"space\":")
        writer.append(jsonString: space)
        writer.append(",\"priority\":")
        writer.append(integer: snapshot.priority)
        writer.append(",\"status\":")
        writer.append(jsonString: snapshot.status.rawValue)
        append("createdAt", snapshot.createdAt, to: &writer)
        append("modifiedAt", snapshot.modifiedAt, to: &writer)
        append("expiresAt", snapshot.expiresAt, to: &writer)
        append("lastUsedAt", snapshot.lastUsedAt, to: &writer)
        append("lifetime", snapshot.lifetime, to: &writer)
        append("endpoint", snapshot.endpoint, to: &writer)
        if let json = snapshot.queriesJSON {
            writer.append(",\"queries\":")
            writer.append(utf8: json)
        }
        if let json = snapshot.temporalQueriesJSON {
            writer.append(",\"temporalQueries\":")
            writer.append(utf8: json)
        }
        writer.append(",\"receiverInfo\":")
        append(snapshot.receiverInfo.flatMap { [$0.name, $0.value] }, to: &writer)
        writer.append(",\"outcomes\":")
        append(snapshot.outcomes.map(Self.text), to: &writer)
        writer.append(",\"temporalOutcomes\":")
        append(snapshot.temporalOutcomes.map(Self.text), to: &writer)
        writer.append("}")
        return writer.array()
    }

    private func append(_ name: String, _ time: Timestamp, to writer: inout ByteWriter) {
        append(name, time.text, to: &writer)
    }

    private func append(_ name: String, _ text: String?, to writer: inout ByteWriter) {
        guard let text else { return }
        writer.append(",")
        writer.append(jsonString: name)
        writer.append(":")
        writer.append(jsonString: text)
    }

    private func append(_ texts: [String], to writer: inout ByteWriter) {
        writer.append("[")
        for (offset, text) in texts.enumerated() {
            if offset > 0 { writer.append(",") }
            writer.append(jsonString: text)
        }
        writer.append("]")
    }

    /// `success`, `empty`, or the end of an error's type and its detail.
    private static func text(_ outcome: Snapshot.Outcome) -> String {
        switch outcome {
        case .success: "success"
        case .empty: "empty"
        case .failure(let error): "\(error.kindName) \(error.detail)"
        }
    }

    private static func outcome(_ text: String) -> Snapshot.Outcome {
        switch text {
        case "success": return .success
        case "empty": return .empty
        default:
            let parts = text.split(separator: " ", maxSplits: 1)
            return .failure(
                NGSILDError(kindName: parts.first.map(String.init) ?? "", detail: parts.last.map(String.init) ?? ""))
        }
    }

    init(snapshot: Snapshot, tenant: String, space: String) {
        self.snapshot = snapshot
        self.tenant = tenant
        self.space = space
    }

    /// - Returns: `nil` when the bytes are not of this form.
    init?(decoding bytes: [UInt8], id: String, tenant: String) {
        guard let document = try? JSONDocument(parsing: bytes) else { return nil }
        let root = document.root
        func text(_ name: StaticString) -> String? { document.member(root, name).flatMap { document.string($0) } }
        func time(_ name: StaticString) -> Timestamp? { text(name).flatMap { Timestamp($0) } }
        func texts(_ name: StaticString) -> [String] {
            guard let node = document.member(root, name), document.isArray(node) else { return [] }
            return document.elements(node).map { document.string($0) ?? "" }
        }
        guard document.member(root, "version").flatMap({ document.integer($0) }) == Self.version,
            let space = text("space"), let createdAt = time("createdAt"), let modifiedAt = time("modifiedAt"),
            let expiresAt = time("expiresAt"), let lastUsedAt = time("lastUsedAt"),
            let status = text("status").flatMap(Snapshot.Status.init),
            let priority = document.member(root, "priority").flatMap({ document.integer($0) })
        else { return nil }
        var snapshot = Snapshot(id: id, createdAt: createdAt, expiresAt: expiresAt)
        snapshot.modifiedAt = modifiedAt
        snapshot.lastUsedAt = lastUsedAt
        snapshot.status = status
        snapshot.priority = Int(priority)
        snapshot.lifetime = text("lifetime")
        snapshot.endpoint = text("endpoint")
        snapshot.queriesJSON = document.member(root, "queries").map { document.text($0) }
        snapshot.temporalQueriesJSON = document.member(root, "temporalQueries").map { document.text($0) }
        let info = texts("receiverInfo")
        for index in stride(from: 0, to: info.count - 1, by: 2) {
            snapshot.receiverInfo.append((info[index], info[index + 1]))
        }
        snapshot.outcomes = texts("outcomes").map(Self.outcome)
        snapshot.temporalOutcomes = texts("temporalOutcomes").map(Self.outcome)
        self.init(snapshot: snapshot, tenant: tenant, space: space)
    }
}

extension NGSILDError {
    /// The end of the error type's URI.
    fileprivate var kindName: String { typeURI.split(separator: "/").last.map(String.init) ?? typeURI }

    /// The errors that queries end in; any other is told as an internal one.
    fileprivate init(kindName: String, detail: String) {
        switch kindName {
        case "BadRequestData": self = .badRequestData(detail)
        case "TooManyResults": self = .tooManyResults(detail)
        case "TooComplexQuery": self = .tooComplexQuery(detail)
        case "NonexistentTenant": self = .nonexistentTenant(detail)
        case "OperationNotSupported": self = .operationNotSupported(detail)
        default: self = .internalError(detail)
        }
    }
}
