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
        let tenant = try tenants.existing(tenant)
        var types: [TermID: EntityTypeDescription] = [:]
        for record in tenant.allRecords {
            for type in record.types {
                var description =
                    types[type] ?? EntityTypeDescription(type: type, entityCount: 0, attributes: [:])
                description.entityCount += 1
                for root in record.attributes.roots {
                    let node = record.attributes.nodes[root]
                    description.attributes[node.name, default: []].insert(node.kind)
                }
                types[type] = description
            }
        }
        return types.values.sorted { $0.type < $1.type }
    }

    /// CIM 009 clauses 5.7.8 to 5.7.10.
    public func attributes(tenant: String) throws(NGSILDError) -> [AttributeDescription] {
        let tenant = try tenants.existing(tenant)
        var names: [TermID: AttributeDescription] = [:]
        for record in tenant.allRecords {
            for root in record.attributes.roots {
                let node = record.attributes.nodes[root]
                var description =
                    names[node.name] ?? AttributeDescription(name: node.name, instanceCount: 0, kinds: [], types: [])
                description.instanceCount += 1
                description.kinds.insert(node.kind)
                description.types.formUnion(record.types)
                names[node.name] = description
            }
        }
        return names.values.sorted { $0.name < $1.name }
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
