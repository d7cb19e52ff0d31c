import GeoJSON
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// What catalogues and pages say of a layer's entities as a whole.
struct LayerSummary: Sendable {
    /// Entities; those that were looked at where `isWhole` is false.
    var count = 0
    var isWhole = true
    var box: BoundingBox?
    /// The oldest and newest time at which a published value was observed.
    var from = Timestamp.none
    var to = Timestamp.none
    /// When a published value was changed last.
    var modifiedAt = Timestamp.none

    /// Entities that are looked at; what is beyond is counted for no summary.
    static let entityLimit = 20_000
    private static let pageLimit = 500

    /// Cost: about 1 us for an attribute that is published.
    init(of layer: PublishedLayer, _ consumption: any EntityConsumption) throws(NGSILDError) {
        var after: Int64?
        while true {
            let page = try layer.page(consumption, after: after, limit: Self.pageLimit)
            for record in page.entities { add(record, layer) }
            guard page.hasMore, let last = page.last else { return }
            if count >= Self.entityLimit {
                isWhole = false
                return
            }
            after = last
        }
    }

    private mutating func add(_ record: EntityRecord, _ layer: PublishedLayer) {
        count += 1
        let forest = record.attributes
        for attribute in layer.attributes {
            guard let root = forest.root(named: attribute.term) else { continue }
            let node = forest.nodes[root]
            if node.modifiedAt > modifiedAt { modifiedAt = node.modifiedAt }
            guard node.observedAt.isSet else { continue }
            if !from.isSet || node.observedAt < from { from = node.observedAt }
            if node.observedAt > to { to = node.observedAt }
        }
        guard layer.geometry != .none, let root = forest.root(named: layer.geometry),
            let found = GeoValue.boundingBox(of: forest, root)
        else { return }
        if box == nil { box = found } else { box?.formUnion(found) }
    }
}
