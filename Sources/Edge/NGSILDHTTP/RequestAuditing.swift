import JSONTree
import NGSILDOperations

/// Is told of each request that was answered. Called on the request's event loop: must not block, and should take no more
/// than a microsecond or two.
public protocol RequestAuditor: Sendable {
    /// - Parameter location: what the answer's `Location` says, of something that was made.
    func answered(_ request: HTTPRequest, status: Int, location: String?)
}

extension HTTPRequest {
    private static let operationNames = Operation.allCases.map(\.name)
    private static let root = "/ngsi-ld/v1/"

    /// The name that the request is counted under, such as `createEntity`; `other` outside NGSI-LD.
    public var operationName: String { Self.operationNames[operation.rawValue] }

    /// Whether it asks and changes nothing; queries by POST do, too.
    public var isRead: Bool { method.isSafe || RequestTarget.isQuery(target) }

    /// Whether it is about how the city is run.
    public var isAdministration: Bool { target.hasPrefix("/admin/") }

    /// The tenant as the request names it, unchecked; empty for the default one.
    public var tenantName: String { fields.tenant ?? "" }

    /// Where the request came from, without the port; what a proxy says counts for nothing.
    public var remoteAddress: String? {
        // Not the context's own, which ends the process on a stream of HTTP/2.
        connection.context?.channel.remoteAddress?.ipAddress
    }

    /// The ids of what the request is about: of a batch the first ones, else the one that the path or `location` names.
    public func subjects(location: String?) -> [String] {
        if !batchSubjects.isEmpty { return batchSubjects }
        if let id = Self.subject(target) ?? location.flatMap(Self.subject) { return [id] }
        return []
    }

    /// How many it is about; 0 when `subjects` says it.
    public var subjectCount: Int { batchCount }

    /// The id in a path such as `/ngsi-ld/v1/entities/{id}/attrs`, decoded.
    private static func subject(_ target: String) -> String? {
        guard target.hasPrefix(root) else { return nil }
        // Bytes, for each write comes here.
        let path = target.utf8.dropFirst(root.utf8.count).prefix { $0 != UInt8(ascii: "?") }
        var segments = path.split(separator: UInt8(ascii: "/"), maxSplits: 3)
        if segments.first?.elementsEqual("temporal".utf8) == true { segments.removeFirst() }
        guard segments.count > 1, !segments[0].elementsEqual("entityOperations".utf8),
            !segments[0].elementsEqual("info".utf8)
        else { return nil }
        var segment = Substring(segments[1])
        return segment.withUTF8 { PercentCoding.decode($0, plusIsSpace: false) }
    }

    /// Remembers what a creation is about, also one that fails and so has no `Location`.
    func nameSubject(_ id: String) {
        guard connection.state.auditor != nil else { return }
        batchSubjects = [id]
    }

    /// Remembers what a batch is about, where somebody wants to know.
    ///
    /// - Parameter ids: `nil` for a member whose id could not be read.
    func nameSubjects(_ ids: some Collection<String?>) {
        guard connection.state.auditor != nil else { return }
        batchCount = ids.count
        batchSubjects = ids.prefix(10).compactMap { $0 }
    }
}

extension BatchMember {
    /// The entity that it is about; `nil` when that could not be read.
    var id: String? {
        switch self {
        case .draft(let draft): draft.id
        case .rejected(let id, _): id
        }
    }
}
