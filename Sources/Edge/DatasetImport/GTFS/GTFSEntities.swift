/// The second reading of a feed: writes each row that the check let pass as an entity, batch by batch.
///
/// The order is that of the references: an entity comes after those it refers to, except for stations, which name
/// their stops.
final class GTFSEntities {
    private let feed: GTFSFeed
    private let index: GTFSIndex
    private let meter: ProgressMeter
    private let source: String
    private var builder: EntityBatchBuilder
    private var parts: [Part]
    private var current: (any GTFSStage)?

    private enum Part {
        case rows(GTFSTable)
        case services
        case shapes
    }

    init(feed: GTFSFeed, index: GTFSIndex, options: GTFSImport.Options, meter: ProgressMeter) {
        self.feed = feed
        self.index = index
        self.meter = meter
        source = feed.path.split(separator: "/").last.map(String.init) ?? feed.path
        builder = EntityBatchBuilder(maximumCount: options.batchSize, context: options.context)
        parts = [
            .rows(.agency), .rows(.stops), .services, .rows(.calendar), .rows(.calendarDates), .shapes, .rows(.routes),
            .rows(.trips),
        ]
        if options.includesStopTimes { parts.append(.rows(.stopTimes)) }
        parts += [.rows(.transfers), .rows(.frequencies)]
    }

    /// Entities written so far, by type.
    var counts: [(type: String, count: Int)] { builder.counts }

    /// The next batch, or `nil` at the end.
    func next() throws(ImportError) -> EntityBatch? {
        while !builder.isFull {
            if current == nil {
                guard !parts.isEmpty else { break }
                current = try open(parts.removeFirst())
            }
            guard let stage = current else { continue }
            if try !stage.write(to: &builder) { current = nil }
        }
        return builder.isEmpty ? nil : builder.take()
    }

    private func open(_ part: Part) throws(ImportError) -> (any GTFSStage)? {
        switch part {
        case .services: return ServiceStage(index: index)
        case .shapes:
            guard let reader = try feed.open(.shapes) else { return nil }
            return ShapeStage(reader: reader, index: index, meter: meter, bytes: feed.bytes(of: .shapes))
        case .rows(let table):
            guard let reader = try feed.open(table), let writer = writer(for: table) else { return nil }
            return RowStage(reader: reader, index: index, meter: meter, bytes: feed.bytes(of: table), writer: writer)
        }
    }

    private func writer(for table: GTFSTable) -> RowStage.Writer? {
        let source = source
        switch table {
        case .agency: return { GTFSEntities.writeAgency($0, $1, &$2, source: source) }
        case .stops: return GTFSEntities.writeStop
        case .calendar: return GTFSEntities.writeCalendarRule
        case .calendarDates: return GTFSEntities.writeCalendarDateRule
        case .routes: return GTFSEntities.writeRoute
        case .trips: return GTFSEntities.writeTrip
        case .stopTimes: return GTFSEntities.writeStopTime
        case .transfers: return GTFSEntities.writeTransfer
        case .frequencies: return GTFSEntities.writeFrequency
        case .shapes: return nil
        }
    }
}

/// A part of the second reading.
protocol GTFSStage: AnyObject {
    /// Writes entities until the batch is full.
    ///
    /// - Returns: `false` when nothing is left.
    func write(to builder: inout EntityBatchBuilder) throws(ImportError) -> Bool
}

/// One entity for each row of a table.
final class RowStage: GTFSStage {
    typealias Writer = (GTFSTableReader, GTFSIndex, inout EntityBatchBuilder) -> Void
    private let reader: GTFSTableReader
    private let index: GTFSIndex
    private let refused: RowSet
    private let meter: ProgressMeter
    private let bytes: Int
    private let writer: Writer

    init(reader: GTFSTableReader, index: GTFSIndex, meter: ProgressMeter, bytes: Int, writer: @escaping Writer) {
        self.reader = reader
        self.index = index
        self.meter = meter
        self.bytes = bytes
        self.writer = writer
        refused = index.refused[reader.table] ?? RowSet()
    }

    func write(to builder: inout EntityBatchBuilder) throws(ImportError) -> Bool {
        while !builder.isFull {
            guard try reader.next() else {
                meter.finishTable(bytes: bytes)
                return false
            }
            meter.row(tableBytes: reader.reader.consumedBytes)
            if !refused.contains(reader.rowNumber) { writer(reader, index, &builder) }
        }
        return true
    }
}

/// Services have no table: they are what calendar.txt and calendar_dates.txt speak of.
final class ServiceStage: GTFSStage {
    private let index: GTFSIndex
    private var position = 0

    init(index: GTFSIndex) { self.index = index }

    func write(to builder: inout EntityBatchBuilder) throws(ImportError) -> Bool {
        while !builder.isFull {
            guard position < index.serviceIDs.count else { return false }
            let id = index.serviceIDs[position]
            position += 1
            builder.begin(id: EntityID.urn("GtfsService", index.feed, id), type: "GtfsService")
            builder.property("name", text: id)
            var agencies = index.services[id]?.agencies ?? []
            if agencies.isEmpty, index.agencyIDs.count == 1 { agencies = [0] }
            builder.relationship("operatedBy", index.urns(agencies: agencies))
            builder.end()
        }
        return true
    }
}

/// Collects the points of each shape and writes it as a LineString in the order of its sequence.
///
/// Invariants:
/// 1. `open` is the shape whose rows are being read; a scattered one goes to `scattered` and is written at the end.
final class ShapeStage: GTFSStage {
    private struct Point {
        let sequence: Int
        let longitude: Double
        let latitude: Double
    }
    private let reader: GTFSTableReader
    private let index: GTFSIndex
    private let refused: RowSet
    private let meter: ProgressMeter
    private let bytes: Int
    private let id: Int
    private let longitude: Int
    private let latitude: Int
    private let sequence: Int
    private var open: (id: String, points: [Point])?
    private var scattered: [String: [Point]] = [:]
    private var isAtEnd = false

    init(reader: GTFSTableReader, index: GTFSIndex, meter: ProgressMeter, bytes: Int) {
        self.reader = reader
        self.index = index
        self.meter = meter
        self.bytes = bytes
        refused = index.refused[.shapes] ?? RowSet()
        id = reader.column("shape_id")
        longitude = reader.column("shape_pt_lon")
        latitude = reader.column("shape_pt_lat")
        sequence = reader.column("shape_pt_sequence")
    }

    func write(to builder: inout EntityBatchBuilder) throws(ImportError) -> Bool {
        while !builder.isFull {
            if isAtEnd {
                guard let id = scattered.keys.min(), let points = scattered.removeValue(forKey: id) else {
                    return false
                }
                write(id, points, to: &builder)
                continue
            }
            guard try reader.next() else {
                close(to: &builder)
                isAtEnd = true
                meter.finishTable(bytes: bytes)
                continue
            }
            meter.row(tableBytes: reader.reader.consumedBytes)
            if !refused.contains(reader.rowNumber) { take(to: &builder) }
        }
        return true
    }

    private func take(to builder: inout EntityBatchBuilder) {
        guard let sequence = GTFSValues.count(reader.bytes(sequence)),
            let position = GTFSValues.position(longitude: reader.bytes(longitude), latitude: reader.bytes(latitude))
        else { return }
        let point = Point(sequence: sequence, longitude: position.longitude, latitude: position.latitude)
        let id = reader.text(id)
        guard let shape = index.shapes[id] else { return }
        if shape.isScattered {
            scattered[id, default: []].append(point)
        } else if open?.id == id {
            open?.points.append(point)
        } else {
            close(to: &builder)
            open = (id, [point])
        }
    }

    private func close(to builder: inout EntityBatchBuilder) {
        if let (id, points) = open { write(id, points, to: &builder) }
        open = nil
    }

    private func write(_ id: String, _ points: [Point], to builder: inout EntityBatchBuilder) {
        let isSorted = zip(points, points.dropFirst()).allSatisfy { $0.sequence <= $1.sequence }
        let line = isSorted ? points : points.sorted { $0.sequence < $1.sequence }
        builder.begin(id: EntityID.urn("GtfsShape", index.feed, id), type: "GtfsShape")
        builder.location(line.map { ($0.longitude, $0.latitude) })
        builder.end()
    }
}
