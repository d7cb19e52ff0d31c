public import JSONTree

/// Writes entities together with those that their Relationships link to.
///
/// Only top-level Relationships and ListRelationships that the answer shows are followed, and only to entities that
/// `lookup` knows. Inline, a link back to an entity that it hangs under is left as it is, so that circles end; flat,
/// each entity comes once.
///
/// - Source: CIM 009 clauses 4.5.23, 5.2.6 (`entity`), 5.2.37 (`entityList`), 5.7.1.5, 5.7.2.5.
public struct LinkedEntityRenderer {
    private let context: TermContext
    private let representation: EntityRepresentation
    private let retrieval: LinkedEntityRetrieval
    private let lookup: (String) -> EntityRecord?
    /// The entities that the one being written hangs under, the outermost first.
    private var path: [String] = []
    private var entitiesLeft = LinkedEntityRetrieval.entityLimit

    /// Whether links were left out since the answer reached `entityLimit` or `byteLimit`.
    public private(set) var isExhausted = false

    /// - Parameter lookup: the entity with an id, or `nil` where there is none.
    public init(
        context: TermContext, representation: EntityRepresentation, retrieval: LinkedEntityRetrieval,
        lookup: @escaping (String) -> EntityRecord?
    ) {
        self.context = context
        self.representation = representation
        self.retrieval = retrieval
        self.lookup = lookup
    }

    /// Appends an entity, with the linked ones in it if they are wanted inline.
    ///
    /// - Parameters:
    ///   - shown: the representation, where it is not that of all.
    ///   - context: the text of a `@context` member to put last.
    public mutating func append(
        _ entity: EntityRecord, as shown: EntityRepresentation? = nil, context contextText: [UInt8]? = nil,
        to writer: inout ByteWriter
    ) {
        append(entity, shown ?? representation, context: contextText, to: &writer)
    }

    /// Appends what a GeoJSON Feature has as properties: the entity without its id.
    public mutating func append(
        propertiesOf entity: EntityRecord, as shown: EntityRepresentation? = nil, to writer: inout ByteWriter
    ) {
        var properties = shown ?? representation
        properties.showsID = false
        append(entity, properties, context: nil, to: &writer)
    }

    private mutating func append(
        _ entity: EntityRecord, _ representation: EntityRepresentation, context contextText: [UInt8]?,
        to writer: inout ByteWriter
    ) {
        var renderer = EntityRenderer(context: context, representation: representation)
        guard retrieval.form == .inline, path.count < retrieval.levels else {
            renderer.append(entity, context: contextText, to: &writer)
            return
        }
        path.append(entity.id)
        defer { path.removeLast() }
        writer.append(UInt8(ascii: "{"))
        let start = writer.count
        renderer.append(membersOf: entity, to: &writer)
        let forest = entity.attributes
        for group in Group.all(of: forest) where representation.shows(group.name) {
            let instances = group.instances.filter { renderer.showsInstance(forest, $0, isTop: true) }
            guard !instances.isEmpty else { continue }
            if writer.count > start { writer.append(UInt8(ascii: ",")) }
            renderer.append(name: group.name, to: &writer)
            writer.append(UInt8(ascii: ":"))
            append(instances, of: forest, group.name, &renderer, to: &writer)
        }
        if let contextText {
            if writer.count > start { writer.append(UInt8(ascii: ",")) }
            writer.append("\"@context\":")
            writer.append(contextText)
        }
        writer.append(UInt8(ascii: "}"))
    }

    /// Appends the value of an attribute: an instance, or several.
    private mutating func append(
        _ instances: [Int], of forest: AttributeForest, _ name: TermID, _ renderer: inout EntityRenderer,
        to writer: inout ByteWriter
    ) {
        let isSimplified = renderer.representation.form == .simplified
        if isSimplified, instances.count > 1 || forest.nodes[instances[0]].datasetLength > 0 {
            writer.append("{\"dataset\":{")
            for (offset, instance) in instances.enumerated() {
                if offset > 0 { writer.append(UInt8(ascii: ",")) }
                let dataset = forest.dataset(of: instance)
                writer.append(jsonString: dataset.isEmpty ? "@none" : dataset)
                writer.append(UInt8(ascii: ":"))
                append(instance, of: forest, name, &renderer, to: &writer)
            }
            writer.append("}}")
        } else if instances.count == 1 {
            append(instances[0], of: forest, name, &renderer, to: &writer)
        } else {
            writer.append(UInt8(ascii: "["))
            for (offset, instance) in instances.enumerated() {
                if offset > 0 { writer.append(UInt8(ascii: ",")) }
                append(instance, of: forest, name, &renderer, to: &writer)
            }
            writer.append(UInt8(ascii: "]"))
        }
    }

    private mutating func append(
        _ instance: Int, of forest: AttributeForest, _ name: TermID, _ renderer: inout EntityRenderer,
        to writer: inout ByteWriter
    ) {
        let objects = forest.objects(of: instance)
        let targets = objects.map { id in
            path.contains(id) || retrieval.containedBy.contains(id) ? nil : take(id)
        }
        guard targets.contains(where: { $0 != nil }) else {
            renderer.appendInstance(forest, instance, to: &writer)
            return
        }
        let linked = renderer.representation.linked(by: name)
        if renderer.representation.form == .simplified {
            let isSingle = forest.hasSingleObject(instance)
            if !isSingle { writer.append(UInt8(ascii: "[")) }
            for (offset, target) in targets.enumerated() {
                if offset > 0 { writer.append(UInt8(ascii: ",")) }
                if let target {
                    append(linked: target, linked, to: &writer)
                } else {
                    writer.append(jsonString: objects[offset])
                }
            }
            if !isSingle { writer.append(UInt8(ascii: "]")) }
            return
        }
        renderer.appendInstance(forest, instance, to: &writer)
        writer.truncate(to: writer.count - 1)  // the closing brace
        let isList = forest.nodes[instance].kind == .listRelationship
        writer.append(isList ? ",\"entityList\":" : ",\"entity\":")
        let isSingle = !isList && forest.hasSingleObject(instance)
        if !isSingle { writer.append(UInt8(ascii: "[")) }
        var isFirst = true
        for case let target? in targets {
            if !isFirst { writer.append(UInt8(ascii: ",")) }
            isFirst = false
            append(linked: target, linked, to: &writer)
        }
        writer.append(isSingle ? "}" : "]}")
    }

    /// Appends a linked entity; beyond the limit of bytes only `{}`, since the answer will be refused.
    private mutating func append(
        linked entity: EntityRecord, _ representation: EntityRepresentation, to writer: inout ByteWriter
    ) {
        if writer.count > LinkedEntityRetrieval.byteLimit { isExhausted = true }
        if isExhausted {
            writer.append("{}")
        } else {
            append(entity, representation, context: nil, to: &writer)
        }
    }

    /// The entity with an id, while there is room for more of them.
    private mutating func take(_ id: String) -> EntityRecord? {
        if isExhausted { return nil }
        guard let entity = lookup(id) else { return nil }
        entitiesLeft -= 1
        if entitiesLeft < 0 {
            isExhausted = true
            return nil
        }
        return entity
    }

    // MARK: Flat

    /// The entities that these link to, level by level, each once and none of these.
    public mutating func entities(linkedFrom shown: [ShownEntity]) -> [ShownEntity] {
        var met = retrieval.containedBy
        for linking in shown { met.insert(linking.entity.id) }
        var result: [ShownEntity] = []
        var level = shown
        for _ in 0..<retrieval.levels {
            var next: [ShownEntity] = []
            for linking in level {
                let renderer = EntityRenderer(context: context, representation: linking.representation)
                let forest = linking.entity.attributes
                for root in forest.roots where linking.representation.shows(forest.nodes[root].name) {
                    guard renderer.showsInstance(forest, root, isTop: true) else { continue }
                    for id in forest.objects(of: root) where !met.contains(id) {
                        guard let entity = take(id) else { continue }
                        met.insert(id)
                        next.append(
                            ShownEntity(entity, linking.representation.linked(by: forest.nodes[root].name)))
                    }
                }
            }
            if next.isEmpty { break }
            result += next
            level = next
        }
        return result
    }
}

/// The instances of one attribute, which stand side by side.
private struct Group {
    let name: TermID
    var instances: [Int]

    static func all(of forest: AttributeForest) -> [Group] {
        var result: [Group] = []
        for root in forest.roots {
            let name = forest.nodes[root].name
            if result.last?.name == name {
                result[result.count - 1].instances.append(root)
            } else {
                result.append(Group(name: name, instances: [root]))
            }
        }
        return result
    }
}
