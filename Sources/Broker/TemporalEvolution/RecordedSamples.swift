import BrokerStorage
import NGSILDModel

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
