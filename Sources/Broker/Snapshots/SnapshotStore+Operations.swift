public import NGSILDModel
public import NGSILDOperations

extension SnapshotStore: SnapshotService {
    /// CIM 009 clause 5.5.15.
    public func space(of id: String, tenant: String) throws(NGSILDError) -> String {
        let record = try existing(id, tenant)
        guard record.snapshot.status != .preparing else {
            throw .conflict("Snapshot \(id) is being prepared; wait until its snapshotStatus says otherwise")
        }
        let now = configuration.clock()
        _ = change(record) { $0.lastUsedAt = now }
        return record.space
    }

    /// CIM 009 clause 5.16.1.
    public func createSnapshot(
        _ definition: SnapshotDefinition, _ queries: [SnapshotQuery], tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<String, NGSILDError>) -> Void
    ) {
        add(definition, tenant, on: scheduler, reply) { [self] record in await fill(record, queries) }
    }

    /// CIM 009 clause 5.16.2.
    public func cloneSnapshot(
        id: String, _ definition: SnapshotDefinition, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<String, NGSILDError>) -> Void
    ) {
        let original: SnapshotRecord
        do throws(NGSILDError) {
            original = try existing(id, tenant)
            _ = try space(of: id, tenant: tenant)
        } catch {
            return scheduler.deliver([{ reply(.failure(error)) }])
        }
        var definition = definition
        definition.queriesJSON = original.snapshot.queriesJSON
        definition.temporalQueriesJSON = original.snapshot.temporalQueriesJSON
        add(definition, tenant, on: scheduler, reply) { [self] record in await copy(original, to: record) }
    }

    private func add(
        _ definition: SnapshotDefinition, _ tenant: String, on scheduler: any ReplyScheduler,
        _ reply: @escaping @Sendable (Result<String, NGSILDError>) -> Void,
        _ prepare: @escaping @Sendable (SnapshotRecord) async -> Void
    ) {
        let now = configuration.clock()
        let id = definition.id ?? RandomURN.make("Snapshot")
        var snapshot = Snapshot(id: id, createdAt: now, expiresAt: now)
        apply(definition.settings, to: &snapshot)
        if definition.settings.lifetime == nil { snapshot.expiresAt = now.adding(seconds: configuration.lifetime) }
        snapshot.queriesJSON = definition.queriesJSON
        snapshot.temporalQueriesJSON = definition.temporalQueriesJSON
        let generation = RandomURN.make("g").split(separator: ":").last.map(String.init) ?? ""
        let record = SnapshotRecord(
            snapshot: snapshot, tenant: tenant,
            space: SnapshotSpace.name(tenant: tenant, snapshot: id, generation: generation))
        let victim: SnapshotRecord?
        do throws(NGSILDError) {
            // Also finds out whether the tenant exists.
            _ = try consumption.queryEntities(.nothing, tenant: tenant)
            victim = try insert(record)
        } catch {
            return scheduler.deliver([{ reply(.failure(error)) }])
        }
        run { [self] in
            if let victim { _ = await clear(victim) }
            if let error = await store(record) {
                _ = forget(record)
                return scheduler.deliver([{ reply(.failure(error)) }])
            }
            scheduler.deliver([{ reply(.success(id)) }])
            await prepare(record)
        }
    }

    func apply(_ settings: SnapshotSettings, to snapshot: inout Snapshot) {
        if let (text, seconds) = settings.lifetime {
            snapshot.lifetime = text
            snapshot.expiresAt = configuration.clock().adding(seconds: min(seconds, configuration.longestLifetime))
        }
        if let priority = settings.priority { snapshot.priority = priority }
        if let endpoint = settings.endpoint { snapshot.endpoint = endpoint }
        if let receiverInfo = settings.receiverInfo { snapshot.receiverInfo = receiverInfo }
    }

    /// CIM 009 clause 5.16.3.
    public func retrieveSnapshot(id: String, tenant: String) throws(NGSILDError) -> Snapshot {
        try existing(id, tenant).snapshot
    }

    /// CIM 009 clause 5.16.4.
    public func updateSnapshot(
        id: String, _ settings: SnapshotSettings, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Snapshot, NGSILDError>) -> Void
    ) {
        let now = configuration.clock()
        guard let present = record(Key(tenant: tenant, id: id)),
            let changed = change(
                present,
                { snapshot in
                    apply(settings, to: &snapshot)
                    snapshot.modifiedAt = now
                })
        else {
            return scheduler.deliver([
                { reply(.failure(.resourceNotFound("Snapshot \(id) does not exist, or has expired"))) }
            ])
        }
        run { [self] in
            let error = await store(changed)
            scheduler.deliver([{ reply(error.map { .failure($0) } ?? .success(changed.snapshot)) }])
            if error == nil { notify(changed) }
        }
    }

    /// CIM 009 clause 5.16.5.
    public func deleteSnapshot(
        id: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        guard let record = record(Key(tenant: tenant, id: id)), forget(record) else {
            return scheduler.deliver([
                { reply(.failure(.resourceNotFound("Snapshot \(id) does not exist, or has expired"))) }
            ])
        }
        run { [self] in
            let error = await clear(record)
            scheduler.deliver([{ reply(error.map { .failure($0) } ?? .success(())) }])
        }
    }

    /// CIM 009 clause 5.16.7.
    public func purgeSnapshots(
        q: String, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<BatchResult, NGSILDError>) -> Void
    ) {
        let selection: SnapshotSelection
        do throws(NGSILDError) { selection = try SnapshotSelection(parsing: q) } catch {
            return scheduler.deliver([{ reply(.failure(error)) }])
        }
        let now = configuration.clock()
        let selected = records(of: tenant).filter { $0.snapshot.expiresAt > now && selection.matches($0.snapshot) }
        guard !selected.isEmpty else {
            return scheduler.deliver([{ reply(.failure(.resourceNotFound("No snapshot meets q=\(q)"))) }])
        }
        run { [self] in
            var result = BatchResult()
            for record in selected where forget(record) {
                if let error = await clear(record) {
                    result.errors.append(BatchEntityError(entityID: record.snapshot.id, error: error))
                } else {
                    result.updated.append(record.snapshot.id)
                }
            }
            let purged = result
            scheduler.deliver([{ reply(.success(purged)) }])
        }
    }
}
