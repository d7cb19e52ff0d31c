import GeoJSON
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// A tile, encoded.
public struct EntityTile: Sendable, Equatable {
    /// A message of the Mapbox Vector Tile specification 2.1; empty where nothing is in the tile.
    public let bytes: [UInt8]
    /// Entities that the tile had no room for.
    public let omitted: Int
}

/// Makes one tile from what a survey finds.
struct TileMaker {
    let request: TileRequest
    let survey: any EntitySurvey
    var limits = TileLimits()

    /// How often a survey is begun anew when slots are renumbered meanwhile.
    private static let attempts = 4
    /// Entities that are held whole at a time; each may be as large as entities get.
    private static let part = 256

    func make() throws(NGSILDError) -> EntityTile {
        for _ in 0..<Self.attempts {
            var found = TileSurvey(request, limits)
            let numbers = request.tags.prefix(EntitySurveyRequest.numberLimit).map(\.attribute)
            let asked = EntitySurveyRequest(
                query: request.query, geometry: request.geometry, box: request.tile.searchBox, area: request.area,
                numbers: Array(numbers))
            guard let numbering = try survey.surveyEntities(asked, tenant: request.tenant, visit: { found.add($0) })
            else { continue }
            let slots = found.drawn()
            if let tile = try tile(found, slots, numbering) { return tile }
        }
        throw .overloaded("Too many entities are deleted at once to draw a tile; try again in a second")
    }

    /// - Returns: `nil` where the slots have been numbered anew since the survey.
    private func tile(
        _ found: TileSurvey, _ slots: [UInt32], _ numbering: UInt64
    ) throws(NGSILDError) -> EntityTile? {
        var omitted = found.omitted
        var layer = VectorTileLayer(name: "entities")
        for start in stride(from: 0, to: slots.count, by: Self.part) {
            let part = Array(slots[start..<min(start + Self.part, slots.count)])
            guard let entities = try survey.surveyed(part, numbering: numbering, tenant: request.tenant) else {
                return nil
            }
            for record in entities {
                guard let record = record.flatMap(seen), request.query.mayMatch(record),
                    let geometry = geometry(of: record)
                else { continue }
                guard layer.size + geometry.commands.count * 2 < limits.bytes else {
                    omitted += 1
                    continue
                }
                layer.append(id: FeatureID.of(record.id), geometry, tags: tags(of: record))
            }
        }
        return EntityTile(bytes: VectorTileLayer.tile([layer, clusters(found)]), omitted: omitted)
    }

    // MARK: Entities

    /// How far lines may be off: half a pixel, less where browsers go on with the same tiles.
    private var tolerance: Double { request.tile.zoom < 14 ? TileSpace.unitsPerPixel / 2 : 1 }

    /// The geometry of the default instance, or of the first one.
    private func geometry(of record: EntityRecord) -> TileGeometry? {
        let forest = record.attributes
        guard let index = forest.root(named: request.geometry) ?? forest.roots(named: request.geometry).first,
            let geometry = GeoValue.geometry(of: forest, index)
        else { return nil }
        // It may have moved meanwhile, or have other places than the one it is drawn at.
        if let area = request.area, !area.touches(geometry) { return nil }
        if case .point(let position) = geometry {
            // It was surveyed as this tile's, to a metre: an edge must not lose it.
            return TileGeometry(request.tile.units(position))
        }
        let area = request.area?.box
        return TileGeometry(geometry, in: request.tile, area: area, tolerance: tolerance)
            ?? speck(area.map(geometry.boundingBox.intersection) ?? geometry.boundingBox)
    }

    /// What of an entity the tile's reader reaches.
    private func seen(_ record: EntityRecord) -> EntityRecord? {
        guard let access = request.query.access else { return record }
        return access.seen(record)
    }

    /// A shape too small to be seen, as a point; `nil` for a larger one, which then lies outside.
    private func speck(_ box: BoundingBox?) -> TileGeometry? {
        guard let frame = box.map(request.tile.frame), frame.longEdge < 2 * TileSpace.unitsPerPixel,
            request.tile.owns(frame.middle)
        else { return nil }
        return TileGeometry(frame.middle)
    }

    private func tags(of record: EntityRecord) -> [(key: String, value: TagValue)] {
        var tags: [(key: String, value: TagValue)] = [
            ("id", .text(record.id)), ("type", .text(name(shownType(record)))),
        ]
        if request.showsModification {
            tags.append(("modifiedAt", .integer(record.modifiedAt.microseconds / 1_000_000)))
        }
        for (name, attribute) in request.tags {
            guard let index = record.attributes.root(named: attribute),
                let value = value(record.attributes, index)
            else { continue }
            tags.append((name, value))
        }
        return tags
    }

    /// A number, a truth value or a text; `nil` for what is none of them.
    private func value(_ forest: AttributeForest, _ index: Int) -> TagValue? {
        let node = forest.nodes[index]
        guard node.kind == .property || node.kind == .relationship || node.kind == .vocabProperty else { return nil }
        if node.flags.contains(.isNumber) { return .double(node.number) }
        if node.flags.contains(.isBoolean) { return .boolean(forest.valueText(of: index) == "true") }
        return forest.stringValue(of: index).map { .text(String($0.prefix(limits.text))) }
    }

    private func shownType(_ record: EntityRecord) -> TermID {
        guard let asked = request.query.types?.alternatives else { return record.types.min() ?? .none }
        return asked.first { record.types.contains($0) } ?? record.types.first ?? .none
    }

    private func name(_ type: TermID) -> String { type == .none ? "" : request.context.name(type) }

    // MARK: Clusters

    private func clusters(_ found: TileSurvey) -> VectorTileLayer {
        var layer = VectorTileLayer(name: "clusters")
        guard let cells = found.cells else { return layer }
        for (index, cell) in cells.cells.enumerated() where cell.count >= PointCells.leastCluster {
            let middle = TilePoint(x: cell.x / Double(cell.count), y: cell.y / Double(cell.count))
            var tags: [(key: String, value: TagValue)] = [("point_count", .integer(Int64(cell.count)))]
            let type = name(cells.type(of: index))
            if !type.isEmpty { tags.append(("type", .text(type))) }
            for (place, tag) in request.tags.prefix(EntitySurveyRequest.numberLimit).enumerated() {
                let count = cell.numbers.count[place]
                guard count > 0 else { continue }
                tags.append(("\(tag.name)_mean", .float(Float(cell.numbers.sum[place] / Double(count)))))
                tags.append(("\(tag.name)_min", .float(cell.numbers.least[place])))
                tags.append(("\(tag.name)_max", .float(cell.numbers.most[place])))
            }
            layer.append(TileGeometry(middle), tags: tags)
        }
        return layer
    }
}

/// Numbers for features, so that a map can tell them apart from tile to tile.
enum FeatureID {
    /// 53 bits of the 64-bit FNV-1a hash of an entity's id (G. Fowler, L. C. Noll, K.-P. Vo).
    static func of(_ id: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in id.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return hash >> 11
    }
}
