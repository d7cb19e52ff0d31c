import BrokerStorage
import NGSILDModel
import NGSILDOperations

/// One sample on its way into a series.
struct RecordedSample {
    let series: SeriesKey
    let types: [TermID]
    let template: [UInt8]
    let value: [UInt8]
    let times: InstanceTimes

    /// The instance at `root`, at its observedAt, or where it has none at its modifiedAt.
    init(
        tenant: String, entity: String, types: [TermID], _ forest: AttributeForest, root: Int,
        modifiedAt: Timestamp? = nil
    ) {
        let node = forest.nodes[root]
        series = SeriesKey(tenant: tenant, entity: entity, attribute: node.name, dataset: forest.dataset(of: root))
        self.types = types
        template = EntityCodec.encode(forest.template(of: root))
        value = Array(forest.bytes[node.value])
        let modified = modifiedAt ?? node.modifiedAt
        times = InstanceTimes(
            observedAt: node.observedAt, createdAt: node.createdAt.isSet ? node.createdAt : modified,
            modifiedAt: modified, deletedAt: node.flags.contains(.isNull) ? modified : .none)
    }

    /// The instance at `root` as deleted at a time: its value is the NGSI-LD Null (clause 4.5.7).
    init(
        deletionAt time: Timestamp, tenant: String, entity: String, types: [TermID], _ forest: AttributeForest,
        root: Int
    ) {
        let node = forest.nodes[root]
        series = SeriesKey(tenant: tenant, entity: entity, attribute: node.name, dataset: forest.dataset(of: root))
        self.types = types
        template = EntityCodec.encode(forest.template(of: root))
        value = Self.null(node.kind)
        times = InstanceTimes(
            observedAt: .none, createdAt: node.createdAt.isSet ? node.createdAt : time, modifiedAt: time,
            deletedAt: time)
    }

    static func null(_ kind: AttributeKind) -> [UInt8] {
        Array((kind == .languageProperty ? "{\"@none\":\"urn:ngsi-ld:null\"}" : "\"urn:ngsi-ld:null\"").utf8)
    }

    /// An instance that was read from the history, as it was.
    init(copying forest: AttributeForest, root: Int, tenant: String, entity: String, types: [TermID]) {
        let node = forest.nodes[root]
        series = SeriesKey(tenant: tenant, entity: entity, attribute: node.name, dataset: forest.dataset(of: root))
        self.types = types
        template = EntityCodec.encode(forest.template(of: root, isFromHistory: true))
        value = Array(forest.bytes[node.value])
        times = InstanceTimes(
            observedAt: node.observedAt, createdAt: node.createdAt, modifiedAt: node.modifiedAt,
            deletedAt: forest.deletedAt(of: root))
    }

    var time: Timestamp { times.observedAt.isSet ? times.observedAt : times.modifiedAt }

    func append(to columns: inout SampleColumns) {
        if !types.isEmpty { columns.types = types }
        let kind = columns.kind(of: template)
        var flags: SampleColumns.Flags = times.observedAt.isSet ? .isObserved : []
        if times.deletedAt.isSet { flags.insert(.isDeletion) }
        value.withUnsafeBytes {
            columns.append(
                time: time.microseconds, createdAt: times.createdAt.microseconds,
                modifiedAt: times.modifiedAt.microseconds, flags: flags, kind: kind, value: $0)
        }
    }
}

extension EntityChange {
    /// What the history keeps of the change: the instances that it wrote, and those that it took away.
    func forEachSample(_ body: (RecordedSample) -> Void) {
        switch kind {
        case .created, .updated:
            guard let after else { return }
            let changed = Set(attributes.map(\.name))
            for root in after.attributes.roots {
                let node = after.attributes.nodes[root]
                // Other instances of a changed attribute keep their modifiedAt: they are in the history already.
                guard changed.contains(node.name), node.modifiedAt == at, node.valueLength > 0 else { continue }
                body(RecordedSample(tenant: tenant, entity: after.id, types: after.types, after.attributes, root: root))
            }
            guard let before else { return }
            for root in before.attributes.roots where changed.contains(before.attributes.nodes[root].name) {
                let name = before.attributes.nodes[root].name
                guard after.attributes.root(named: name, dataset: before.attributes.dataset(of: root)) == nil else {
                    continue
                }
                body(
                    RecordedSample(
                        deletionAt: at, tenant: tenant, entity: before.id, types: after.types, before.attributes,
                        root: root))
            }
        case .deleted:
            guard let before else { return }
            for root in before.attributes.roots {
                body(
                    RecordedSample(
                        deletionAt: at, tenant: tenant, entity: before.id, types: before.types, before.attributes,
                        root: root))
            }
        }
    }
}
