public import JSONTree
public import NGSILDModel

/// What a service brings into the history of an entity that it writes about.
public enum EvolutionDrafts {
    /// Times in one draft; an entity may have 5,000 instances.
    private static let timesInDraft = 200

    /// The evolution of one entity, in parts of up to 200 times.
    ///
    /// - Parameters:
    ///   - states: What the entity was, a state for each time.
    ///   - append: Writes the attributes of one state, each with a comma before it.
    /// - Returns: drafts for the temporal operations; a state that is no JSON, or no entity, is left out.
    public static func drafts<State>(
        _ states: [State], id: String, typeName: String, context: TermContext,
        append: (State, inout ByteWriter) -> Void
    ) -> [EntityDraft] {
        stride(from: 0, to: states.count, by: timesInDraft).compactMap { start in
            draft(
                states[start..<min(start + timesInDraft, states.count)], id: id, typeName: typeName, context: context,
                append: append)
        }
    }

    private static func draft<State>(
        _ states: ArraySlice<State>, id: String, typeName: String, context: TermContext,
        append: (State, inout ByteWriter) -> Void
    ) -> EntityDraft? {
        let decoder = EntityDecoder(context: context, keepsEveryInstance: true)
        var whole = EntityDraft(id: id)
        var forests: [TermID: AttributeForest] = [:]
        for state in states {
            var writer = ByteWriter(capacity: 1_024)
            writer.append("{\"id\":")
            writer.append(jsonString: id)
            writer.append(",\"type\":")
            writer.append(jsonString: typeName)
            append(state, &writer)
            writer.append("}")
            guard let document = try? JSONDocument(parsing: writer.array()),
                let draft = try? decoder.decodeEntity(document, document.root)
            else { continue }
            whole.types = draft.types
            whole.context = draft.context
            for root in draft.attributes.roots {
                forests[draft.attributes.nodes[root].name, default: AttributeForest()]
                    .append(subtree: root, of: draft.attributes)
            }
        }
        // Instances of one attribute stand side by side.
        for (_, forest) in forests.sorted(by: { $0.key < $1.key }) {
            for root in forest.roots { whole.attributes.append(subtree: root, of: forest) }
        }
        return whole.attributes.isEmpty ? nil : whole
    }
}
