public import NGSILDModel
public import NGSILDQuery

/// What a client asks of a snapshot, or of a clone of one.
///
/// - Source: CIM 009 table 5.2.41-1.
public struct SnapshotDefinition: Sendable {
    /// `nil`: the broker gives one.
    public var id: String?
    /// The queries as they were written: JSON arrays.
    public var queriesJSON: String?
    public var temporalQueriesJSON: String?
    public var settings = SnapshotSettings()
    public init() {}
}

/// The members of a snapshot that an update can change; `nil`: not said.
public struct SnapshotSettings: Sendable {
    /// An ISO 8601 duration as written, with its length in seconds.
    public var lifetime: (text: String, seconds: Double)?
    /// 1 (goes first) to 10.
    public var priority: Int?
    /// Where changes of the status are told; the inner `nil` removes it.
    public var endpoint: String??
    /// Headers that go with it.
    public var receiverInfo: [(name: String, value: String)]?
    public init() {}
}

/// One query whose results become part of a snapshot.
public struct SnapshotQuery: Sendable {
    public let query: EntityQuery
    /// What of the entities is taken.
    public let representation: EntityRepresentation
    /// `nil` for a query of the current state.
    public let times: TemporalSelection?

    public init(query: EntityQuery, representation: EntityRepresentation, times: TemporalSelection? = nil) {
        self.query = query
        self.representation = representation
        self.times = times
    }
}

/// A snapshot as it stands.
///
/// - Source: CIM 009 clause 5.2.41.
public struct Snapshot: Sendable {
    /// Whether it is ready, and how much of it could be filled (5.16.1.4).
    public enum Status: String, Sendable { case preparing, success, partial, failure, empty }

    /// How the execution of one query ended (5.2.42).
    public enum Outcome: Sendable {
        case success
        case empty
        case failure(NGSILDError)
    }

    public let id: String
    public var queriesJSON: String?
    public var temporalQueriesJSON: String?
    public var lifetime: String?
    public var priority = 5
    public var endpoint: String?
    public var receiverInfo: [(name: String, value: String)] = []
    public var status = Status.preparing
    public var outcomes: [Outcome] = []
    public var temporalOutcomes: [Outcome] = []
    public let createdAt: Timestamp
    public var modifiedAt: Timestamp
    public var expiresAt: Timestamp
    public var lastUsedAt: Timestamp

    public init(id: String, createdAt: Timestamp, expiresAt: Timestamp) {
        self.id = id
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        modifiedAt = createdAt
        lastUsedAt = createdAt
    }
}

/// Snapshots: frozen copies of what queries gave, which all operations can then be applied to.
///
/// - Source: CIM 009 clauses 4.3.7, 5.5.15, 5.16.
public protocol SnapshotService: Sendable {
    /// The name under which a snapshot's information lies, to be given to operations in the place of a tenant's name.
    ///
    /// - Throws: `resourceNotFound`; `conflict` while the snapshot is being prepared.
    func space(of id: String, tenant: String) throws(NGSILDError) -> String

    /// 5.16.1. The snapshot is filled in the background.
    ///
    /// - Parameter reply: gets the id, once the snapshot is durable.
    func createSnapshot(
        _ definition: SnapshotDefinition, _ queries: [SnapshotQuery], tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<String, NGSILDError>) -> Void)

    /// 5.16.2
    func cloneSnapshot(
        id: String, _ definition: SnapshotDefinition, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<String, NGSILDError>) -> Void)

    /// 5.16.3
    func retrieveSnapshot(id: String, tenant: String) throws(NGSILDError) -> Snapshot

    /// 5.16.4
    func updateSnapshot(
        id: String, _ settings: SnapshotSettings, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Snapshot, NGSILDError>) -> Void)

    /// 5.16.5
    func deleteSnapshot(
        id: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void)

    /// 5.16.7. `q` is in the query language, over the members of snapshots.
    func purgeSnapshots(
        q: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<BatchResult, NGSILDError>) -> Void)
}

/// The name under which the information of a snapshot lies beside the tenants'. No client can name it: a tenant's name
/// holds no control characters.
public enum SnapshotSpace {
    private static let mark: Character = "\u{1F}"

    /// - Parameter generation: tells two snapshots of one id apart, so that nothing of the first shows in the second.
    public static func name(tenant: String, snapshot: String, generation: String) -> String {
        "\(mark)snapshot\(mark)\(tenant)\(mark)\(snapshot)\(mark)\(generation)"
    }

    /// The tenant and the snapshot that a name stands for; `nil` for the name of a tenant.
    public static func read(_ name: String) -> (tenant: String, snapshot: String)? {
        guard name.first == mark else { return nil }
        let parts = name.split(separator: mark, omittingEmptySubsequences: false)
        guard parts.count == 5, parts[1] == "snapshot" else { return nil }
        return (String(parts[2]), String(parts[3]))
    }
}
