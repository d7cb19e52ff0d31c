import JSONTree

extension TabularMapping {
    /// Guesses the mapping of a table of measurements from its first rows: the history of one entity for each station.
    ///
    /// The time is in columns `year`, `month`, `day` (and `hour`, `minute`), or in one named `time`, `date`, `datetime`,
    /// `timestamp`, `date_time`, `observedAt` or `dateObserved`, as ISO 8601. A column named `station`, `site`, `location`,
    /// `sensor`, or one of these with `_name`, `_id` or `Name`, tells the station; else the file's name does. Columns of
    /// numbers become attributes of the same name, columns of compass points degrees, `longitude` and `latitude` the
    /// attribute `location`. Cells `NA`, `NaN`, `null`, `-999` and empty ones mean "no value". Local times are taken as UTC.
    ///
    /// - Parameters:
    ///   - path: A table with commas between its columns, text or gzip.
    ///   - type: The entity type.
    /// - Throws: `ImportError`; `missingColumn` when no column of time is found.
    public static func inferred(
        from path: String, type: String = "AirQualityObserved", limits: ImportLimits = .init()
    ) throws(ImportError) -> TabularMapping {
        let source = try InputFile.open(path: path, limits: limits)
        let reader = CSVReader(source: source, file: path, limits: limits)
        let header = try TableHeader(reading: reader)
        var kinds = Array(repeating: ColumnKind(), count: header.columns.count)
        var rows = 0
        while rows < 2_000, try reader.readRow() {
            rows += 1
            for column in kinds.indices { kinds[column].take(reader.field(column).trimmed) }
        }
        return try TabularMapping(yaml: yaml(header, kinds, type: type), file: "the mapping inferred from \(path)")
    }

    static let inferredMissing = ["NA", "NaN", "nan", "null", "NULL", "-999", "-9999"]

    private static let points = [
        "N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW",
    ]

    /// What the cells of a column have been so far.
    private struct ColumnKind {
        var isNumber = true
        var isCompass = true
        var hasValue = false

        mutating func take(_ cell: UnsafeBufferPointer<UInt8>) {
            guard !cell.isEmpty, !inferredMissing.contains(where: { cell.elementsEqual($0.utf8) }) else { return }
            hasValue = true
            if isNumber, CellNumber.double(cell) == nil { isNumber = false }
            if isCompass, !points.contains(where: { cell.elementsEqual($0.utf8) }) { isCompass = false }
        }
    }

    private static func plain(_ name: String) -> String {
        String(
            decoding: name.lowercased().utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: " ") },
            as: UTF8.self)
    }

    private static func yaml(
        _ header: TableHeader, _ kinds: [ColumnKind], type: String
    ) throws(ImportError) -> String {
        func column(_ names: String...) -> String? {
            for name in names {
                if let found = header.columns.first(where: { plain($0) == name }) { return found }
            }
            return nil
        }
        var used: Set<String> = []
        let station = column(
            "station", "site", "stationname", "sitename", "stationid", "siteid", "locationname", "locationid", "sensor",
            "sensorname", "sensorid")
        used.formUnion([station].compactMap { $0 })
        var text = "mode: history\ntype: \(quoted(type))\n"
        text += "id: \(quoted("urn:ngsi-ld:\(type):{\(station ?? "file")}"))\n"
        text += "missing: [\(inferredMissing.map(quoted).joined(separator: ", "))]\n"
        if let year = column("year"), let month = column("month"), let day = column("day") {
            let parts: [(key: String, name: String?)] = [
                ("year", year), ("month", month), ("day", day), ("hour", column("hour")), ("minute", column("minute")),
            ]
            let present = parts.compactMap { part in part.name.map { (key: part.key, name: $0) } }
            text += "time: {\(present.map { "\($0.key): \(quoted($0.name))" }.joined(separator: ", "))}\n"
            used.formUnion(present.map(\.name))
        } else if let time = column(
            "time", "datetime", "timestamp", "observedat", "dateobserved", "date", "utc", "datetimeutc")
        {
            text += "time: {column: \(quoted(time))}\n"
            used.insert(time)
        } else {
            throw .missingColumn(
                file: header.file, line: header.line, column: "time", present: header.columns,
                remedy: "give a mapping, which says where the time stands")
        }
        text += "attributes:\n"
        var names: Set<String> = []
        if let longitude = column("longitude", "lon", "lng"), let latitude = column("latitude", "lat") {
            text += "  location: {kind: geo, longitude: \(quoted(longitude)), latitude: \(quoted(latitude))}\n"
            used.formUnion([longitude, latitude])
            names.insert("location")
        }
        let degrees = points.enumerated().map { "\($0.element): \(Double($0.offset) * 22.5)" }.joined(separator: ", ")
        let numbering: Set = ["", "no", "id", "index", "row", "type", "scope"]
        for (index, name) in header.columns.enumerated() where !used.contains(name) {
            let kind = kinds[index]
            guard kind.hasValue, kind.isNumber || kind.isCompass, !numbering.contains(plain(name)) else { continue }
            let attribute = String(name.filter { !"<>\"'=;()".contains($0) && !$0.isWhitespace })
            guard !attribute.isEmpty, !attribute.hasPrefix("@"), !MemberNames.contains(attribute),
                names.insert(attribute).inserted
            else { continue }
            let values = kind.isNumber ? "" : ", values: {\(degrees)}"
            text += "  \(quoted(attribute)): {column: \(quoted(name))\(values)}\n"
        }
        return text
    }

    /// Text in double quotes, as JSON and so YAML has it.
    private static func quoted(_ text: String) -> String {
        var writer = ByteWriter()
        writer.append(jsonString: text)
        return writer.string()
    }
}
