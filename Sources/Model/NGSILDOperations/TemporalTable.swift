public import JSONTree
public import NGSILDModel
import NGSILDQuery

/// Writes histories as a table. What a row is follows from the form:
///
/// | form | a row for each | columns |
/// |---|---|---|
/// | normalized, concise | instance | those of `InstanceTable` |
/// | values | entity and time | `id`, `type`, `time`, and one for each attribute, which holds the value |
/// | aggregated | entity, attribute and period | `id`, `type`, `attribute`, `attributeType`, `start`, `end`, and one for each method |
public struct TemporalTable {
    private let representation: TemporalRepresentation
    private var instances: InstanceTable
    private var renderer: EntityRenderer
    private var names: TableNames

    /// A table under a context.
    public init(context: TermContext, representation: TemporalRepresentation) {
        self.representation = representation
        renderer = EntityRenderer(context: context, representation: representation.entity)
        names = TableNames(context)
        instances = InstanceTable(context: context, representation: representation.entity) {
            representation.time(of: $0)
        }
    }

    /// Appends a whole table, with the names of its columns.
    public mutating func append(_ entities: [TemporalEntity], to writer: inout ByteWriter) {
        switch representation.form {
        case .normalized, .concise:
            instances.appendHeader(to: &writer)
            appendInstances(entities, to: &writer)
        case .values: appendValues(entities, to: &writer)
        case .aggregated: appendAggregates(entities, to: &writer)
        }
    }

    /// Appends the rows of instances alone, to a table that has its names already.
    public mutating func appendInstances(_ entities: [TemporalEntity], to writer: inout ByteWriter) {
        for entity in entities {
            for attribute in entity.attributes {
                instances.append(instances: attribute.instances, id: entity.id, types: entity.types, to: &writer)
            }
        }
    }

    private mutating func begin(_ entity: TemporalEntity, to writer: inout ByteWriter) -> TableRow {
        var row = TableRow()
        if representation.entity.showsID { row.append(entity.id, to: &writer) }
        if representation.entity.showsType { row.append(names.types(entity.types), to: &writer) }
        return row
    }

    private func beginHeader(to writer: inout ByteWriter) -> TableRow {
        var row = TableRow()
        if representation.entity.showsID { row.append(fixed: "id", to: &writer) }
        if representation.entity.showsType { row.append(fixed: "type", to: &writer) }
        return row
    }

    // MARK: Values

    /// An instance and the column that it goes into.
    private struct Cell {
        let time: Timestamp
        let key: TableColumns.Key
        let attribute: Int
        let root: Int
    }

    private mutating func appendValues(_ entities: [TemporalEntity], to writer: inout ByteWriter) {
        var columns = TableColumns(picked: representation.entity.picked)
        for attribute in entities.lazy.flatMap(\.attributes) {
            columns.note(attribute.name)
            for root in attribute.instances.roots { columns.note(root, of: attribute.instances) }
        }
        let sorted = columns.sorted(&names)
        var header = beginHeader(to: &writer)
        header.append(fixed: "time", to: &writer)
        for column in sorted { header.append(column.title, to: &writer) }
        header.end(in: &writer)
        for entity in entities { appendRows(of: entity, sorted.map(\.key), to: &writer) }
    }

    private mutating func appendRows(
        of entity: TemporalEntity, _ columns: [TableColumns.Key], to writer: inout ByteWriter
    ) {
        var cells: [Cell] = []
        for (index, attribute) in entity.attributes.enumerated() {
            for root in attribute.instances.roots {
                let time = representation.time(of: attribute.instances.nodes[root])
                let key = TableColumns.Key(root, of: attribute.instances)
                cells.append(Cell(time: time, key: key, attribute: index, root: root))
            }
        }
        let isNewestFirst = representation.isNewestFirst
        let order = cells.indices.sorted {
            let (left, right) = (cells[$0].time, cells[$1].time)
            return left == right ? $0 < $1 : isNewestFirst ? left > right : left < right
        }
        var row: [TableColumns.Key: Cell] = [:]
        var time = Timestamp.none
        for index in order {
            let cell = cells[index]
            // Two instances of one column at one time, as timeproperty=createdAt can have them, take two rows.
            if !row.isEmpty, cell.time != time || row[cell.key] != nil {
                append(row, of: entity, at: time, columns, to: &writer)
                row.removeAll(keepingCapacity: true)
            }
            time = cell.time
            row[cell.key] = cell
        }
        if !row.isEmpty { append(row, of: entity, at: time, columns, to: &writer) }
    }

    private mutating func append(
        _ cells: [TableColumns.Key: Cell], of entity: TemporalEntity, at time: Timestamp, _ columns: [TableColumns.Key],
        to writer: inout ByteWriter
    ) {
        var row = begin(entity, to: &writer)
        row.append(time, to: &writer)
        for key in columns {
            guard let cell = cells[key] else {
                row.appendEmpty(to: &writer)
                continue
            }
            let forest = entity.attributes[cell.attribute].instances
            if forest.isNull(cell.root) {
                row.appendEmpty(to: &writer)
            } else {
                row.appendValue(to: &writer) { renderer.append(valueOf: cell.root, in: forest, to: &$0) }
            }
        }
        row.end(in: &writer)
    }

    // MARK: Aggregates

    private mutating func appendAggregates(_ entities: [TemporalEntity], to writer: inout ByteWriter) {
        let methods = representation.methods
        var header = beginHeader(to: &writer)
        for title in ["attribute", "attributeType", "start", "end"] + methods.map(\.rawValue) {
            header.append(fixed: title, to: &writer)
        }
        header.end(in: &writer)
        for entity in entities {
            for attribute in entity.attributes {
                // A method that is not defined for the values of a period has no value in it.
                var places = [Int](repeating: 0, count: attribute.aggregates.count)
                while let period = Self.next(attribute, places) {
                    var row = begin(entity, to: &writer)
                    row.append(names.name(attribute.name), to: &writer)
                    row.append(fixed: "\(attribute.kind.typeName)", to: &writer)
                    row.append(period.start, to: &writer)
                    row.append(period.end, to: &writer)
                    for method in methods {
                        guard let index = attribute.aggregates.firstIndex(where: { $0.method == method }),
                            places[index] < attribute.aggregates[index].values.count,
                            attribute.aggregates[index].values[places[index]].start == period.start
                        else {
                            row.appendEmpty(to: &writer)
                            continue
                        }
                        let value = attribute.aggregates[index].values[places[index]].value
                        row.appendValue(to: &writer) { $0.append(utf8: value) }
                    }
                    row.end(in: &writer)
                    for (index, aggregate) in attribute.aggregates.enumerated()
                    where places[index] < aggregate.values.count
                        && aggregate.values[places[index]].start == period.start
                    { places[index] += 1 }
                }
            }
        }
    }

    /// The earliest period that has not been written.
    private static func next(_ attribute: TemporalAttribute, _ places: [Int]) -> AggregatedValue? {
        var first: AggregatedValue?
        for (index, aggregate) in attribute.aggregates.enumerated() where places[index] < aggregate.values.count {
            let value = aggregate.values[places[index]]
            if first.map({ value.start < $0.start }) ?? true { first = value }
        }
        return first
    }
}
