public import JSONTree

/// Writes entities as a table with a row for each and a column for each attribute, which holds the value alone.
///
/// The columns are those that the representation picks, or else all that the entities have, by their names. Instances
/// other than the default one have columns of their own, `name[datasetId]`.
public struct EntityTable {
    private let representation: EntityRepresentation
    private var renderer: EntityRenderer
    private var names: TableNames

    /// A table under a context.
    public init(context: TermContext, representation: EntityRepresentation) {
        self.representation = representation
        renderer = EntityRenderer(context: context, representation: representation)
        names = TableNames(context)
    }

    /// Appends the whole table. Memory: about 100 bytes for each column beside what is written.
    public mutating func append(_ entities: [EntityRecord], to writer: inout ByteWriter) {
        var columns = TableColumns(picked: representation.picked)
        for entity in entities {
            for root in shown(entity) { columns.note(root, of: entity.attributes) }
        }
        let sorted = columns.sorted(&names)
        var header = TableRow()
        if representation.showsID { header.append(fixed: "id", to: &writer) }
        if representation.showsType { header.append(fixed: "type", to: &writer) }
        for column in sorted { header.append(column.title, to: &writer) }
        header.end(in: &writer)
        for entity in entities {
            var cells: [TableColumns.Key: Int] = [:]
            for root in shown(entity) { cells[TableColumns.Key(root, of: entity.attributes)] = root }
            var row = TableRow()
            if representation.showsID { row.append(entity.id, to: &writer) }
            if representation.showsType { row.append(names.types(entity.types), to: &writer) }
            for column in sorted {
                if let root = cells[column.key] {
                    row.appendValue(to: &writer) { renderer.append(valueOf: root, in: entity.attributes, to: &$0) }
                } else {
                    row.appendEmpty(to: &writer)
                }
            }
            row.end(in: &writer)
        }
    }

    private func shown(_ entity: EntityRecord) -> [Int] {
        entity.attributes.roots.filter {
            representation.shows(entity.attributes.nodes[$0].name)
                && renderer.showsInstance(entity.attributes, $0, isTop: true)
        }
    }
}

/// The columns of a table that has one for each attribute and datasetId.
public struct TableColumns {
    /// What a column holds.
    public struct Key: Hashable, Sendable {
        let attribute: TermID
        let dataset: String

        /// The column of an instance.
        public init(_ root: Int, of forest: AttributeForest) {
            attribute = forest.nodes[root].name
            dataset = forest.dataset(of: root)
        }

        /// The column of the default instances of an attribute.
        public init(_ attribute: TermID) {
            self.attribute = attribute
            dataset = ""
        }
    }

    private var keys: Set<Key>

    /// - Parameter picked: attributes that have a column whether or not they occur; `nil`: those that occur.
    public init(picked: Set<TermID>?) { keys = Set((picked ?? []).filter { $0 != .none }.map { Key($0) }) }

    /// Gives an instance a column.
    public mutating func note(_ root: Int, of forest: AttributeForest) { keys.insert(Key(root, of: forest)) }

    /// Gives the default instances of an attribute a column.
    public mutating func note(_ attribute: TermID) { keys.insert(Key(attribute)) }

    /// The columns by name, each with its title.
    public func sorted(_ names: inout TableNames) -> [(key: Key, title: String)] {
        var result: [(key: Key, title: String)] = []
        for key in keys {
            let name = names.name(key.attribute)
            result.append((key, key.dataset.isEmpty ? name : "\(name)[\(key.dataset)]"))
        }
        return result.sorted { $0.title.utf8.lexicographicallyPrecedes($1.title.utf8) }
    }
}
