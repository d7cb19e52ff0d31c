import JSONTree

/// The rows of one file, read through a mapping: each has an entity id and, where the mapping has one, a time.
///
/// Invariants:
/// 1. After `next` returned true, `entityID`, `observedAt` and `value(of:)` speak of the current row.
/// 2. Of a wide table each cell of the melted columns is a row, with two columns more: behind the last one of the file the
///    name of the cell's column, and then the cell.
final class TabularRows {
    let path: String
    let mapping: TabularMapping
    private(set) var entityID: [UInt8] = []
    /// `nil` only when the mapping has no time.
    private(set) var observedAt: Timestamp?
    /// Rows of the file read so far, usable or not, the header left out.
    private(set) var rowsRead = 0

    private let reader: any TableReader
    private let width: Int
    private let wide: WideColumns?
    private let idPieces: [IDPiece]
    private let idStartsWithColumn: Bool
    private let timeColumns: [Int]
    private let timeFormat: TimeFormat?
    private var zone: ZoneConverter
    let attributes: [ResolvedAttribute]
    private let lookupColumn: Int
    var idScratch: [UInt8] = []

    enum IDPiece {
        case literal([UInt8])
        case column(Int, name: String)
        /// The number of the row; the first one behind the header is 1.
        case row
    }

    enum ResolvedAttribute {
        case number(Int, scale: Double, offset: Double)
        case text(Int)
        case boolean(Int)
        case table(Int, [[UInt8]: [UInt8]])
        case relationship([IDPiece], startsWithColumn: Bool)
        case point(Int, Int)
        case geometry(Int)
        case time
    }

    /// Opens the file and finds every column that the mapping names.
    ///
    /// - Throws: `ImportError.missingColumn` and whatever makes the file unreadable.
    init(path: String, mapping: TabularMapping, limits: ImportLimits) throws(ImportError) {
        let (reader, header) = try Self.open(path, mapping, limits)
        let wide = try mapping.wide.map { rule throws(ImportError) in
            try WideColumns(rule, header, named: mapping.columns)
        }
        func place(_ column: String) throws(ImportError) -> Int {
            if column == mapping.wide?.name { return header.columns.count }
            if column == mapping.wide?.value { return header.columns.count + 1 }
            return try header.index(
                required: column,
                remedy: "correct the column's name in the mapping, or its delimiter if the columns look joined")
        }
        func pieces(_ template: TextTemplate) throws(ImportError) -> [IDPiece] {
            var pieces: [IDPiece] = []
            for piece in template.pieces {
                switch piece {
                case .literal(let bytes): pieces.append(.literal(bytes))
                case .column("file") where header.index(of: "file") == nil:
                    pieces.append(.literal(Array(PercentCoding.encode(Self.stem(of: path)).utf8)))
                case .column("row") where header.index(of: "row") == nil: pieces.append(.row)
                case .column(let name): pieces.append(.column(try place(name), name: name))
                }
            }
            return pieces
        }
        self.path = path
        self.mapping = mapping
        self.reader = reader
        self.wide = wide
        width = header.columns.count
        idPieces = try pieces(mapping.id)
        idStartsWithColumn = if case .column? = idPieces.first { true } else { false }
        zone = ZoneConverter(mapping.time?.zone ?? .offset(milliseconds: 0))
        switch mapping.time?.source {
        case .column(let column, let format)?:
            timeColumns = [try place(column)]
            timeFormat = format
        case .parts(let year, let month, let day, let hour, let minute, let second)?:
            var columns = [try place(year), try place(month), try place(day)]
            for part in [hour, minute, second] {
                columns.append(try part.map { name throws(ImportError) in try place(name) } ?? -1)
            }
            timeColumns = columns
            timeFormat = nil
        case .steps?:
            timeColumns = []
            timeFormat = nil
        case nil:
            timeColumns = []
            timeFormat = nil
        }
        lookupColumn = try mapping.lookup.map { lookup throws(ImportError) in try place(lookup.column) } ?? -1
        var attributes: [ResolvedAttribute] = []
        for rule in mapping.attributes {
            switch rule.source {
            case .number(let column, let scale, let offset):
                attributes.append(.number(try place(column), scale: scale, offset: offset))
            case .text(let column): attributes.append(.text(try place(column)))
            case .boolean(let column): attributes.append(.boolean(try place(column)))
            case .table(let column, let values): attributes.append(.table(try place(column), values))
            case .relationship(let template):
                let pieces = try pieces(template)
                attributes.append(
                    .relationship(
                        pieces, startsWithColumn: { if case .column? = pieces.first { true } else { false } }()))
            case .point(let longitude, let latitude):
                attributes.append(.point(try place(longitude), try place(latitude)))
            case .geometry(let column): attributes.append(.geometry(try place(column)))
            case .time: attributes.append(.time)
            }
        }
        self.attributes = attributes
    }

    /// Opens the file by the reader it needs. Of GeoJSON the columns are those that the mapping names: a property that no
    /// feature has is empty, not a mistake.
    private static func open(
        _ path: String, _ mapping: TabularMapping, _ limits: ImportLimits
    ) throws(ImportError) -> (any TableReader, TableHeader) {
        let kind = try TableKind.of(path: path, limits: limits)
        let source = try InputFile.open(path: path, limits: limits)
        switch kind {
        case .csv:
            let reader = CSVReader(
                source: TranscodedSource.utf8(of: source, in: mapping.encoding), file: path,
                delimiter: mapping.delimiter, limits: limits)
            return (reader, try TableHeader(reading: reader))
        case .geoJSON:
            guard mapping.wide == nil else {
                throw .invalidMapping(file: path, line: nil, key: "wide", reason: "GeoJSON is no wide table")
            }
            let columns = mapping.columns.subtracting(["file", "row"]).sorted()
            let reader = GeoJSONReader(source: source, file: path, columns: columns, limits: limits)
            return (reader, TableHeader(file: path, columns: columns))
        }
    }

    /// The file's name without directories and endings.
    static func stem(of path: String) -> String {
        var name = path.split(separator: "/").last.map(String.init) ?? path
        for ending in [".gz", ".csv", ".tsv", ".txt", ".geojson", ".json"] where name.lowercased().hasSuffix(ending) {
            name.removeLast(ending.count)
        }
        return name
    }

    var line: Int { reader.line }
    var consumedBytes: Int { reader.consumedBytes }

    /// Moves to the next row whose id and time can be read; others are counted as skipped.
    func next(_ summary: inout ImportSummary) throws(ImportError) -> Bool {
        while true {
            if let wide {
                while wide.advance() {
                    // An empty cell is no row; so is what the mapping calls missing.
                    if !isMissing(field(width + 1).trimmed), readID(&summary), readTime(&summary) { return true }
                }
            }
            guard try reader.readRow() else { return false }
            rowsRead += 1
            guard reader.fieldCount == width else {
                skipRow("the row has not as many fields as the header", "\(reader.fieldCount) fields", &summary)
                continue
            }
            if let wide {
                wide.restart()
            } else if readID(&summary), readTime(&summary) {
                return true
            }
        }
    }

    @inline(__always)
    func field(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        if index < width { return reader.field(index) }
        guard let wide else { return UnsafeBufferPointer(start: nil, count: 0) }
        return index == width ? wide.name : reader.field(wide.column)
    }

    func text(_ index: Int) -> String { String(decoding: field(index), as: UTF8.self) }

    private func readID(_ summary: inout ImportSummary) -> Bool {
        entityID.removeAll(keepingCapacity: true)
        if let column = append(idPieces, startsWithColumn: idStartsWithColumn, to: &entityID) {
            skipRow("column \(column), part of the id, is empty or missing", "", &summary)
            return false
        }
        if idStartsWithColumn, !EntityID.isURI(entityID) {
            skipRow("the id is no URI", String(decoding: entityID, as: UTF8.self), &summary)
            return false
        }
        return true
    }

    /// Appends a template's text. Returns the name of the first column that has no value, if any.
    func append(_ pieces: [IDPiece], startsWithColumn: Bool, to id: inout [UInt8]) -> String? {
        for (index, piece) in pieces.enumerated() {
            switch piece {
            case .literal(let bytes): id.append(contentsOf: bytes)
            case .row: id.append(contentsOf: String(rowsRead).utf8)
            case .column(let column, let name):
                let cell = field(column).trimmed
                if isMissing(cell) { return name }
                // A whole id, or the start of one, stands in the cell as it is.
                if index == 0, startsWithColumn {
                    id.append(contentsOf: cell)
                } else {
                    PercentCoding.append(cell, to: &id)
                }
            }
        }
        return nil
    }

    private func readTime(_ summary: inout ImportSummary) -> Bool {
        if case .steps(let start, let step)? = mapping.time?.source {
            let (since, isFar) = step.multipliedReportingOverflow(by: Int64(rowsRead - 1))
            let (time, isBeyond) = start.addingReportingOverflow(since)
            guard !isFar, !isBeyond, time <= Timestamp.last else {
                skipRow("its time lies beyond the year 9999; check step, which is in seconds", "", &summary)
                return false
            }
            observedAt = Timestamp(millisecondsSinceEpoch: time)
            return true
        }
        guard !timeColumns.isEmpty else { return true }
        let moment: TimeFormat.Moment?
        if let timeFormat {
            moment = timeFormat.read(field(timeColumns[0]).trimmed)
        } else {
            moment = timeOfParts()
        }
        switch moment {
        case .utc(let milliseconds)?: observedAt = Timestamp(millisecondsSinceEpoch: milliseconds)
        case .local(let milliseconds)?: observedAt = zone.utc(fromLocal: milliseconds)
        case nil:
            let cells = timeColumns.filter { $0 >= 0 }.map { text($0) }.joined(separator: " ")
            skipRow("the time cannot be read", cells, &summary)
            return false
        }
        return true
    }

    private func timeOfParts() -> TimeFormat.Moment? {
        guard let year = CellNumber.integer(field(timeColumns[0]).trimmed),
            let month = CellNumber.integer(field(timeColumns[1]).trimmed),
            let day = CellNumber.integer(field(timeColumns[2]).trimmed)
        else { return nil }
        var civil = CivilTime(year: year, month: month, day: day)
        for index in 3..<6 where timeColumns[index] >= 0 {
            guard let value = CellNumber.integer(field(timeColumns[index]).trimmed) else { return nil }
            switch index {
            case 3: civil.hour = value
            case 4: civil.minute = value
            default: civil.second = value
            }
        }
        return civil.isValid ? .local(civil.milliseconds) : nil
    }

    @inline(__always)
    func isMissing(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
        if cell.isEmpty { return true }
        for mark in mapping.missing where mark.count == cell.count && cell.elementsEqual(mark) { return true }
        return false
    }

    /// The attributes that the mapping's lookup has for this row; empty without a lookup or an entry.
    func lookedUp(_ summary: inout ImportSummary) -> [TabularMapping.ConstantAttribute] {
        guard let lookup = mapping.lookup else { return [] }
        let cell = field(lookupColumn).trimmed
        if let row = lookup.table[Array(cell)] { return row }
        summary.skip(
            .value, file: path, line: line, reason: "the lookup has no entry for this \(lookup.column)",
            example: String(decoding: cell, as: UTF8.self))
        return []
    }

    private func skipRow(_ reason: String, _ example: String, _ summary: inout ImportSummary) {
        summary.skip(.row, file: path, line: line, reason: reason, example: example)
    }
}
