public import JSONTree

/// Writes attribute instances as a table with a row for each.
///
/// The columns are `id`, `type`, `attribute`, `attributeType`, `datasetId`, `time`, `value`, `jsonType` (of the value),
/// `unitCode`; with system attributes also `observedAt`, `createdAt`, `modifiedAt`, `deletedAt`, `expiresAt` and
/// `instanceId`. Sub-attributes have no place in it. An instance that records a deletion has no value.
public struct InstanceTable {
    private let representation: EntityRepresentation
    private let time: @Sendable (AttributeNode) -> Timestamp
    private var renderer: EntityRenderer
    private var names: TableNames

    /// - Parameter time: the time of an instance that goes into the column of that name.
    public init(
        context: TermContext, representation: EntityRepresentation,
        time: @escaping @Sendable (AttributeNode) -> Timestamp = { $0.observedAt.isSet ? $0.observedAt : $0.modifiedAt }
    ) {
        self.representation = representation
        self.time = time
        renderer = EntityRenderer(context: context, representation: representation)
        names = TableNames(context)
    }

    /// Appends the row of the column names.
    public func appendHeader(to writer: inout ByteWriter) {
        var row = TableRow()
        var columns = [
            "attribute", "attributeType", "datasetId", "time", "value", "jsonType", "unitCode",
        ]
        if representation.showsSystemAttributes {
            columns += ["observedAt", "createdAt", "modifiedAt", "deletedAt", "expiresAt", "instanceId"]
        }
        if representation.showsID { row.append(fixed: "id", to: &writer) }
        if representation.showsType { row.append(fixed: "type", to: &writer) }
        for column in columns { row.append(fixed: column, to: &writer) }
        row.end(in: &writer)
    }

    /// Appends the instances of an entity that the representation shows.
    public mutating func append(_ entity: EntityRecord, to writer: inout ByteWriter) {
        for root in entity.attributes.roots
        where representation.shows(entity.attributes.nodes[root].name)
            && renderer.showsInstance(entity.attributes, root, isTop: true)
        {
            append(root, of: entity.attributes, id: entity.id, types: entity.types, to: &writer)
        }
    }

    /// Appends all instances of a forest, which belong to one entity.
    public mutating func append(
        instances forest: AttributeForest, id: String, types: [TermID], to writer: inout ByteWriter
    ) {
        for root in forest.roots { append(root, of: forest, id: id, types: types, to: &writer) }
    }

    private mutating func append(
        _ root: Int, of forest: AttributeForest, id: String, types: [TermID], to writer: inout ByteWriter
    ) {
        let node = forest.nodes[root]
        let deletedAt = forest.isNull(root) ? forest.deletedAt(of: root) : .none
        var row = TableRow()
        if representation.showsID { row.append(id, to: &writer) }
        if representation.showsType { row.append(names.types(types), to: &writer) }
        row.append(names.name(node.name), to: &writer)
        row.append(fixed: "\(node.kind.typeName)", to: &writer)
        row.append(forest.dataset(of: root), to: &writer)
        row.append(time(node), to: &writer)
        var jsonType: StaticString = "null"
        if deletedAt.isSet {
            row.appendEmpty(to: &writer)
        } else {
            jsonType = row.appendValue(to: &writer) { renderer.append(valueOf: root, in: forest, to: &$0) }
        }
        row.append(fixed: "\(jsonType)", to: &writer)
        row.append(forest.text(ofMember: "unitCode", in: root) ?? "", to: &writer)
        if representation.showsSystemAttributes {
            row.append(node.observedAt, to: &writer)
            row.append(node.createdAt, to: &writer)
            row.append(node.modifiedAt, to: &writer)
            row.append(deletedAt, to: &writer)
            row.append(forest.expiry(of: root), to: &writer)
            row.append(forest.text(ofMember: "instanceId", in: root) ?? "", to: &writer)
        }
        row.end(in: &writer)
    }
}

/// The names of attributes and types in the cells of a table, each compacted once.
public struct TableNames {
    private let context: TermContext
    private var names: [TermID: String] = [:]

    /// Names under a context.
    public init(_ context: TermContext) { self.context = context }

    /// The name of an attribute or type.
    public mutating func name(_ term: TermID) -> String {
        if let known = names[term] { return known }
        let name = context.name(term)
        names[term] = name
        return name
    }

    /// The types of an entity in one cell, with spaces between them.
    public mutating func types(_ types: [TermID]) -> String {
        types.count == 1 ? name(types[0]) : types.map { name($0) }.joined(separator: " ")
    }
}
