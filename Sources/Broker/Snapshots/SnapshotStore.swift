public import NGSILDModel
public import NGSILDOperations
import Synchronization
import WorkThreads

/// Keeps snapshots: what of them is told is a document of their tenant; their information lies under a name of its own
/// beside the tenants' (`SnapshotSpace`), so that every operation works on it as it does on a tenant.
///
/// A snapshot and what is in it survive a restart; one that was being prepared then has failed.
///
/// Invariants:
/// 1. At most `snapshotLimit` snapshots are kept. When one more is created, the one of the lowest priority below its own
///    goes, of these the one that was used least recently; if there is none, the new one is refused.
/// 2. A snapshot's document is durable before anything is put in its space, and is removed after the space is, so no
///    space is left behind; `start` clears those that a crash left.
/// 3. At most one write of a snapshot's document is made at a time for a change that its state depends on: all changes
///    are made to `State` first, and the latest is written.
public final class SnapshotStore: Sendable {
    /// How many snapshots there may be, how large, and for how long.
    public struct Configuration: Sendable {
        /// Snapshots over all tenants, default 100.
        public var snapshotLimit = 100
        /// Entities of one snapshot, default 100,000.
        public var entityLimit = 100_000
        /// Seconds that a snapshot lives when nothing is asked for, default 1 day.
        public var lifetime = 86_400.0
        /// Seconds that a snapshot lives at most from its creation or the last update of its lifetime, default 30 days.
        public var longestLifetime = 30.0 * 86_400
        /// How often what has expired is looked for, default 1 minute.
        public var sweepInterval = Duration.seconds(60)
        /// Where time comes from.
        public var clock: @Sendable () -> Timestamp = { Timestamp.now() }
        /// How pauses are made.
        public var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
        /// Sends a notification; returns whether it was taken.
        public var send:
            @Sendable (_ uri: String, _ headers: [(name: String, value: String)], _ body: [UInt8]) async -> Bool = {
                _, _, _ in false
            }
        /// Told when a snapshot cannot be read, or a notification is given up.
        public var onFailure: @Sendable (String) -> Void = { _ in }

        public init() {}
    }

    struct Key: Hashable, Sendable {
        let tenant: String
        let id: String
    }

    private struct State {
        var records: [Key: SnapshotRecord] = [:]
        /// Work in the background, by a number of its own.
        var tasks: [UInt64: Task<Void, Never>] = [:]
        var taskCount: UInt64 = 0
        var isStopped = false
    }

    static let kind = "snapshot"

    let configuration: Configuration
    let provision: any EntityProvision
    let consumption: any EntityConsumption
    let temporal: (any TemporalService)?
    private let documents: any DocumentKeeping
    private let queue = WorkQueue("parvis.snapshots")
    private let state = Mutex(State())

    /// Reads the stored snapshots; `start` begins to look for what has expired.
    ///
    /// - Throws: when the store cannot be read. A snapshot that cannot be read is reported and left alone.
    public init(
        provision: any EntityProvision, consumption: any EntityConsumption, temporal: (any TemporalService)?,
        documents: any DocumentKeeping, configuration: Configuration = Configuration()
    ) throws {
        self.configuration = configuration
        self.provision = provision
        self.consumption = consumption
        self.temporal = temporal
        self.documents = documents
        for (tenant, id, body) in try documents.documents(kind: Self.kind) {
            guard var record = SnapshotRecord(decoding: body, id: id, tenant: tenant) else {
                configuration.onFailure("Snapshot \(id) cannot be read; it is kept and cannot be used")
                continue
            }
            if record.snapshot.status == .preparing {
                record.snapshot.status = .failure
                record.snapshot.outcomes = record.snapshot.outcomes.map { _ in Self.interrupted }
                record.snapshot.temporalOutcomes = record.snapshot.temporalOutcomes.map { _ in Self.interrupted }
            }
            let read = record
            state.withLock { $0.records[Key(tenant: tenant, id: id)] = read }
        }
    }

    private static let interrupted = Snapshot.Outcome.failure(
        .internalError("The broker was stopped while the snapshot was being prepared; create it again"))

    /// Clears what earlier runs left behind, and begins to remove what expires. Call it once.
    ///
    /// - Parameter tenantNames: all names under which the broker has information.
    public func start(tenantNames: [String]) {
        let spaces = Set(state.withLock { $0.records.values.map(\.space) })
        for name in tenantNames where SnapshotSpace.read(name) != nil && !spaces.contains(name) {
            provision.submit(.deleteTenant, tenant: name, on: ImmediateReplyScheduler()) { _ in }
        }
        run { [self] in
            while !Task.isCancelled {
                do { try await configuration.sleep(configuration.sweepInterval) } catch { return }
                await removeExpired()
            }
        }
    }

    /// Ends what runs in the background. Snapshots that are being prepared have failed then.
    public func stop() async {
        let tasks = state.withLock { state in
            state.isStopped = true
            return Array(state.tasks.values)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    /// Runs work in the background until it ends or the store stops.
    func run(_ body: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.taskCount += 1
            let number = state.taskCount
            state.tasks[number] = Task(executorPreference: queue) { [self] in
                await body()
                self.state.withLock { $0.tasks[number] = nil }
            }
        }
    }

    /// Removes the snapshots of a tenant that was deleted; their documents went with it.
    public func forgetTenant(_ name: String) {
        let forgotten = records(of: name).filter { forget($0) }
        guard !forgotten.isEmpty else { return }
        run { [self] in
            for record in forgotten {
                guard let error = await submit(.deleteTenant, record.space) else { continue }
                if case .nonexistentTenant = error { continue }
                configuration.onFailure(
                    "Snapshot \(record.snapshot.id) of the deleted tenant \(name) cannot be removed: \(error)")
            }
        }
    }

    /// Waits until nothing runs in the background; for tests, which do not call `start`.
    func quiesce() async {
        while true {
            let tasks = state.withLock { Array($0.tasks.values) }
            if tasks.isEmpty { return }
            for task in tasks { await task.value }
        }
    }

    // MARK: Records

    func record(_ key: Key) -> SnapshotRecord? {
        let now = configuration.clock()
        return state.withLock { state in
            guard let record = state.records[key], record.snapshot.expiresAt > now else { return nil }
            return record
        }
    }

    func existing(_ id: String, _ tenant: String) throws(NGSILDError) -> SnapshotRecord {
        guard let record = record(Key(tenant: tenant, id: id)) else {
            throw .resourceNotFound("Snapshot \(id) does not exist, or has expired")
        }
        return record
    }

    func records(of tenant: String) -> [SnapshotRecord] {
        state.withLock { state in state.records.filter { $0.key.tenant == tenant }.map(\.value) }
            .sorted { ($0.snapshot.createdAt, $0.snapshot.id) < ($1.snapshot.createdAt, $1.snapshot.id) }
    }

    /// Changes a record, if it still is the same snapshot.
    func change(_ record: SnapshotRecord, _ body: (inout Snapshot) -> Void) -> SnapshotRecord? {
        let key = Key(tenant: record.tenant, id: record.snapshot.id)
        return state.withLock { state in
            guard var present = state.records[key], present.space == record.space else { return nil }
            body(&present.snapshot)
            state.records[key] = present
            return present
        }
    }

    /// Takes a new record in.
    ///
    /// - Returns: one that must go for it, by invariant 1.
    func insert(_ record: SnapshotRecord) throws(NGSILDError) -> SnapshotRecord? {
        let key = Key(tenant: record.tenant, id: record.snapshot.id)
        let now = configuration.clock()
        return try state.withLock { (state) throws(NGSILDError) in
            if let present = state.records[key], present.snapshot.expiresAt > now {
                throw .alreadyExists(
                    "Snapshot \(key.id) already exists; delete it, or leave out the id to be given one")
            }
            var victim: SnapshotRecord?
            if let expired = state.records[key] {
                victim = expired
            } else if state.records.count >= configuration.snapshotLimit {
                victim = state.records.values.filter {
                    $0.snapshot.expiresAt <= now || $0.snapshot.priority < record.snapshot.priority
                }.min { Self.goes($0.snapshot, before: $1.snapshot, at: now) }
                guard let victim else {
                    throw .insufficientStorage(
                        "There are \(state.records.count) snapshots, which is the limit, and none of lower priority; delete some"
                    )
                }
                state.records[Key(tenant: victim.tenant, id: victim.snapshot.id)] = nil
            }
            state.records[key] = record
            return victim
        }
    }

    private static func goes(_ left: Snapshot, before right: Snapshot, at now: Timestamp) -> Bool {
        let (leftIsOver, rightIsOver) = (left.expiresAt <= now, right.expiresAt <= now)
        if leftIsOver != rightIsOver { return leftIsOver }
        return (left.priority, left.lastUsedAt) < (right.priority, right.lastUsedAt)
    }

    /// Forgets a record. False when it was gone.
    func forget(_ record: SnapshotRecord) -> Bool {
        let key = Key(tenant: record.tenant, id: record.snapshot.id)
        return state.withLock { state in
            guard state.records[key]?.space == record.space else { return false }
            state.records[key] = nil
            return true
        }
    }

    // MARK: The store

    /// Writes the document of a snapshot as it is now.
    func store(_ record: SnapshotRecord) async -> NGSILDError? {
        await put(record, record.encoded())
    }

    /// Removes a snapshot's information, then its document (invariant 2).
    func clear(_ record: SnapshotRecord) async -> NGSILDError? {
        if let error = await submit(.deleteTenant, record.space) {
            guard case .nonexistentTenant = error else { return error }
        }
        // A snapshot that took its id meanwhile has the document now.
        if self.record(Key(tenant: record.tenant, id: record.snapshot.id)) != nil { return nil }
        return await put(record, nil)
    }

    private func put(_ record: SnapshotRecord, _ body: [UInt8]?) async -> NGSILDError? {
        let result = await withCheckedContinuation { continuation in
            documents.putDocument(
                kind: Self.kind, tenant: record.tenant, key: record.snapshot.id, body: body,
                on: ImmediateReplyScheduler()
            ) { continuation.resume(returning: $0) }
        }
        if case .failure(let error) = result {
            return error as? NGSILDError ?? .internalError("The snapshot cannot be stored")
        }
        return nil
    }

    /// Carries out an operation; waits while the broker has too much to do.
    func submit(_ operation: ProvisionOperation, _ space: String) async -> NGSILDError? {
        var attempts = 0
        while true {
            let result = await withCheckedContinuation { continuation in
                provision.submit(operation, tenant: space, on: ImmediateReplyScheduler()) {
                    continuation.resume(returning: $0)
                }
            }
            guard case .failure(let error) = result else { return nil }
            guard case .overloaded = error, attempts < 50 else { return error }
            attempts += 1
            do { try await configuration.sleep(.milliseconds(200)) } catch { return .overloaded("Parvis is stopping") }
        }
    }

    func removeExpired() async {
        let now = configuration.clock()
        let expired = state.withLock { state in state.records.values.filter { $0.snapshot.expiresAt <= now } }
        for record in expired where forget(record) {
            if let error = await clear(record) {
                configuration.onFailure("Snapshot \(record.snapshot.id) has expired and cannot be removed: \(error)")
            }
            notify(record)
        }
    }

    /// Tells the endpoint of a snapshot how it stands, in the background, three times at most.
    func notify(_ record: SnapshotRecord) {
        guard let endpoint = record.snapshot.endpoint else { return }
        let body = SnapshotNotification.body(record.snapshot, at: configuration.clock())
        let headers = SnapshotNotification.headers(record.snapshot, tenant: record.tenant)
        run { [configuration] in
            for attempt in 1...3 {
                if await configuration.send(endpoint, headers, body) { return }
                do { try await configuration.sleep(.seconds(attempt)) } catch { break }
            }
            configuration.onFailure("A notification of snapshot \(record.snapshot.id) is given up")
        }
    }
}
