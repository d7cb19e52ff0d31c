import JSONTree
import NGSILDModel
import NGSILDOperations

/// What happened to one entity between two events of a stream.
struct MergedChange {
    let id: String
    /// The newest sequence number in it.
    var sequence: UInt64
    let existedBefore: Bool
    var after: EntityRecord?
    var types: [TermID]
    /// Attributes that were created or modified.
    var changed: Set<TermID> = []
    var removed: Set<TermID> = []

    mutating func add(_ change: EntityChange) {
        sequence = change.sequence
        after = change.after
        for attribute in change.attributes {
            if attribute.kind == .deleted {
                changed.remove(attribute.name)
                removed.insert(attribute.name)
            } else {
                removed.remove(attribute.name)
                changed.insert(attribute.name)
            }
        }
    }
}

/// Renders changes as the data of server-sent events, under the core context.
struct ChangeRenderer: Sendable {
    let core: TermContext

    /// One change for each entity, in the order of their newest changes; what came and went in between is left out.
    static func merge(_ changes: some Sequence<EntityChange>) -> [MergedChange] {
        var places: [String: Int] = [:]
        var merged: [MergedChange] = []
        for change in changes {
            let place: Int
            if let found = places[change.id] {
                place = found
            } else {
                place = merged.count
                places[change.id] = place
                merged.append(
                    MergedChange(
                        id: change.id, sequence: change.sequence, existedBefore: change.before != nil, after: nil,
                        types: (change.after ?? change.before)?.types ?? []))
            }
            merged[place].add(change)
        }
        return merged.filter { $0.existedBefore || $0.after != nil }.sorted { $0.sequence < $1.sequence }
    }

    /// Whether the changed entity has one of the types, by their names under the core context or their IRIs.
    func isOf(_ types: Set<String>, _ change: EntityChange) -> Bool {
        guard let entity = change.after ?? change.before else { return false }
        return entity.types.contains { types.contains(core.name($0)) || types.contains(core.registry.iri($0)) }
    }

    func render(_ changes: [MergedChange]) -> [UInt8] {
        var writer = ByteWriter(capacity: changes.count * 400 + 64)
        AnswerWriter.array(changes, to: &writer) { change, writer in append(change, to: &writer) }
        return writer.array()
    }

    private func append(_ change: MergedChange, to writer: inout ByteWriter) {
        writer.append("{\"op\":\"")
        writer.append(change.after == nil ? "delete" : change.existedBefore ? "update" : "create")
        writer.append("\",\"id\":")
        writer.append(jsonString: change.id)
        if let entity = change.after {
            writer.append(",\"entity\":")
            var representation = EntityRepresentation()
            representation.showsSystemAttributes = true
            if change.existedBefore { representation.picked = change.changed }
            var renderer = EntityRenderer(context: core, representation: representation)
            renderer.append(entity, to: &writer)
            if change.existedBefore, !change.removed.isEmpty {
                writer.append(",\"removed\":")
                AnswerWriter.strings(change.removed.map { core.name($0) }.sorted(), to: &writer)
            }
        }
        writer.append("}")
    }
}
