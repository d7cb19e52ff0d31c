public import NGSILDModel
public import NGSILDOperations
public import NGSILDQuery

extension Broker: EntityConsumption {
    /// CIM 009 clause 5.7.1.
    public func retrieveEntity(id: String, tenant: String) throws(NGSILDError) -> EntityRecord {
        let tenant = try tenants.existing(tenant)
        guard let record = tenant.withState({ $0.slot(of: id)?.record }) else {
            throw .resourceNotFound("Entity \(id) does not exist")
        }
        guard let whole = tenant.whole(record) else {
            throw .internalError("Entity \(id) cannot be read from the store")
        }
        return whole
    }

    /// CIM 009 clause 4.5.23.
    public func linkedEntity(id: String, tenant: String) -> EntityRecord? {
        (try? tenants.existing(tenant))?.entity(id)
    }

    /// CIM 009 clause 5.7.2.
    public func queryEntities(_ query: EntityQuery, tenant: String) throws(NGSILDError) -> EntityPage {
        var scan = EntityScan(query: query, tenant: try tenants.existing(tenant))
        let page = try scan.run()
        try query.checkLimits()
        return page
    }

    /// CIM 009 clauses 5.7.5 to 5.7.7.
    public func entityTypes(tenant: String) throws(NGSILDError) -> [EntityTypeDescription] {
        var tally = TypeTally()
        for record in try tenants.existing(tenant).allRecords { tally.add(record) }
        return tally.types
    }

    /// CIM 009 clauses 5.7.8 to 5.7.10.
    public func attributes(tenant: String) throws(NGSILDError) -> [AttributeDescription] {
        var tally = AttributeTally()
        for record in try tenants.existing(tenant).allRecords { tally.add(record) }
        return tally.attributes
    }
}

extension Tenant {
    /// The entity with an id, read from the store where it is not in memory.
    func entity(_ id: String) -> EntityRecord? { withState { $0.slot(of: id)?.record }.flatMap { whole($0) } }

    /// A snapshot of all records, evicted ones read from the store. Cost: a retain for each entity, under the lock.
    var allRecords: some Sequence<EntityRecord> {
        let slots = withState { $0.slots.filter { $0.record != nil } }
        return stride(from: 0, to: slots.count, by: 1_024).lazy.flatMap { [self] start in
            whole(slots[start..<min(start + 1_024, slots.count)]).compactMap { $0 }
        }
    }
}
