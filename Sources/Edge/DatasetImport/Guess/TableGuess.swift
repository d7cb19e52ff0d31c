/// What a file seems to be, and what its columns seem to mean, told from its first rows.
public struct TableGuess: Sendable {
    /// A column with what stands in it.
    public struct Column: Codable, Sendable, Equatable {
        public let name: String
        /// Up to five different values.
        public let samples: [String]
        public let distinct: Int
    }

    /// How the file is read.
    public enum Format: String, Codable, Sendable { case csv, geojson }

    public let format: Format
    public let columns: [Column]
    /// What would be made if nobody objects.
    public let choices: TableChoices
    /// What somebody should look at, as sentences.
    public let warnings: [String]
    /// The rows that were looked at.
    public let rows: Int

    /// Rows that are looked at.
    static let rowLimit = 1_000
    /// Columns that a form can show; more are refused.
    public static let columnLimit = 1_000
    private static let frontBytes = 2 << 20

    /// Looks at the first rows of a file.
    ///
    /// - Parameters:
    ///   - name: The file's name, which may tell what its entities are.
    ///   - reading: What somebody said of how it is read; the rest is guessed. A GeoJSON file needs none.
    /// - Throws: `ImportError` where the file cannot be read as a table, or so.
    public static func of(
        path: String, name: String, reading: TableReading = .init(), limits: ImportLimits = .init()
    ) throws(ImportError) -> TableGuess {
        let reading = try reading.rules()
        let front = try BytesSource.front(of: InputFile.open(path: path, limits: limits), limit: frontBytes)
        switch TableKind.of(front) {
        case .csv: return try ofCSV(front, path, name, reading, limits)
        case .geoJSON: return try ofGeoJSON(path, name, limits)
        }
    }

    // MARK: - CSV

    private static func ofCSV(
        _ front: [UInt8], _ path: String, _ name: String, _ reading: TableReading.Rules, _ limits: ImportLimits
    ) throws(ImportError) -> TableGuess {
        // A front that is cut off in the middle of a row is looked at up to the row before.
        var sample = front[...]
        if front.count == frontBytes, let end = front.lastIndex(of: 0x0A) { sample = front[...end] }
        var warnings: [String] = []
        var encoding = reading.encoding ?? .utf8
        if encoding == .utf8, let place = BadUTF8.first(in: sample) {
            var words = "Line \(place.line), column \(place.column) is not UTF-8"
            if reading.encoding == nil, !BadUTF8.isMostlyUTF8(sample) {
                encoding = .windows1252
                words += "; the file is read as Windows-1252. Choose another encoding if its letters look wrong."
            } else {
                words += ": texts of such cells are left out. Choose the encoding of the file."
            }
            warnings.append(words)
        }
        if encoding != .utf8 {
            let source = TranscodedSource.utf8(of: BytesSource(sample), in: encoding)
            sample = try BytesSource.front(of: source, limit: 3 * sample.count)[...]
        }
        let delimiter = reading.delimiter ?? DelimiterGuess.of(sample, file: path, limits: limits)
        let reader = CSVReader(source: BytesSource(sample), file: path, delimiter: delimiter, limits: limits)
        let header = try TableHeader(reading: reader)
        try checkWidth(header.columns.count, path, header.line)
        var profiles = Array(repeating: ColumnProfile(), count: header.columns.count)
        var rows = 0
        var uneven: (count: Int, line: Int) = (0, 0)
        while rows < rowLimit {
            // What is broken further down is told by the preview, which reads on.
            guard (try? reader.readRow()) == true else { break }
            rows += 1
            guard reader.fieldCount == profiles.count else {
                if uneven.count == 0 { uneven.line = reader.line }
                uneven.count += 1
                continue
            }
            for column in profiles.indices { profiles[column].take(reader.field(column)) }
        }
        if uneven.count > 0 {
            warnings.append(
                "\(uneven.count) of the first \(rows) rows have another number of fields than the header, the first in line \(uneven.line): they would be left out."
            )
        }
        var roles = RoleGuess(name: name, columns: header.columns, profiles: profiles, warnings: warnings)
        roles.choices.delimiter = delimiter == 0x09 ? "tab" : String(UnicodeScalar(delimiter))
        if encoding != .utf8 { roles.choices.encoding = encoding.rawValue }
        roles.run(decimalComma: delimiter != UInt8(ascii: ","), decimal: reading.decimal)
        return TableGuess(.csv, header.columns, profiles, roles, rows)
    }

    // MARK: - GeoJSON

    private static func ofGeoJSON(_ path: String, _ name: String, _ limits: ImportLimits) throws(ImportError)
        -> TableGuess
    {
        var columns = ["geometry"]
        var known: Set = ["geometry"]
        let names = GeoJSONReader(
            source: try InputFile.open(path: path, limits: limits), file: path, columns: [], limits: limits)
        var rows = 0
        while rows < rowLimit, let feature = try names.nextNames() {
            rows += 1
            for name in (feature.hasID ? ["id"] : []) + feature.names where known.insert(name).inserted {
                columns.append(name)
            }
            try checkWidth(columns.count, path, names.line)
        }
        guard rows > 0 else { throw .noUsableRow(file: path, example: "there is no feature in it") }
        let reader = GeoJSONReader(
            source: try InputFile.open(path: path, limits: limits), file: path, columns: columns, limits: limits)
        var profiles = Array(repeating: ColumnProfile(), count: columns.count)
        for _ in 0..<rows {
            guard try reader.readRow() else { break }
            for column in profiles.indices { profiles[column].take(reader.field(column)) }
        }
        var roles = RoleGuess(name: name, columns: columns, profiles: profiles, warnings: [])
        roles.run(decimalComma: false)
        return TableGuess(.geojson, columns, profiles, roles, rows)
    }

    private init(
        _ format: Format, _ columns: [String], _ profiles: [ColumnProfile], _ roles: RoleGuess, _ rows: Int
    ) {
        self.format = format
        self.columns = zip(columns, profiles).map {
            Column(name: $0, samples: $1.samples, distinct: $1.distinct.count)
        }
        choices = roles.choices
        warnings = roles.warnings
        self.rows = rows
    }

    private static func checkWidth(_ count: Int, _ path: String, _ line: Int) throws(ImportError) {
        guard count <= columnLimit else {
            throw .tooLarge(
                file: path, line: line, what: "the number of columns", limit: "\(columnLimit)",
                remedy: "check the delimiter, or use parvis import csv with a mapping")
        }
    }
}

/// Finds the first byte that is no UTF-8.
enum BadUTF8 {
    /// Whether more letters beyond ASCII are UTF-8 than are not: then a text is UTF-8 with some damage.
    static func isMostlyUTF8(_ bytes: ArraySlice<UInt8>) -> Bool {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var (good, bad) = (0, 0)
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let letter): if !letter.isASCII { good += 1 }
            case .error: bad += 1
            case .emptyInput: return good > bad
            }
        }
    }

    static func first(in bytes: ArraySlice<UInt8>) -> (line: Int, column: Int)? {
        var line = 1
        var start = bytes.startIndex
        while start < bytes.endIndex {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.endIndex
            let row = bytes[start..<end]
            if !row.withUnsafeBufferPointer({ $0.isUTF8 }) {
                var good = 0
                var decoder = UTF8()
                var iterator = row.makeIterator()
                scan: while true {
                    switch decoder.decode(&iterator) {
                    case .scalarValue: good += 1
                    case .emptyInput, .error: break scan
                    }
                }
                return (line, good + 1)
            }
            line += 1
            start = end == bytes.endIndex ? end : bytes.index(after: end)
        }
        return nil
    }
}

/// Tells the character between the columns: the one that gives most rows the same number of fields.
enum DelimiterGuess {
    static func of(_ sample: ArraySlice<UInt8>, file: String, limits: ImportLimits) -> UInt8 {
        var best = (delimiter: UInt8(ascii: ","), score: 0.0)
        for delimiter in [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09, UInt8(ascii: "|")] {
            let reader = CSVReader(
                source: BytesSource(sample.prefix(256 << 10)), file: file, delimiter: delimiter, limits: limits)
            guard (try? reader.readRow()) == true, reader.fieldCount > 1 else { continue }
            let width = reader.fieldCount
            var (rows, even) = (0, 0)
            while rows < 200, (try? reader.readRow()) == true {
                rows += 1
                if reader.fieldCount == width { even += 1 }
            }
            let evenness = rows == 0 ? 0.5 : Double(even) / Double(rows)
            let score = evenness * evenness * Double(min(width, 50) + 50)
            if score > best.score { best = (delimiter, score) }
        }
        return best.delimiter
    }
}
