#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A GTFS feed on disk: a zip archive, or the directory that it unpacks to.
///
/// The tables may stand in one folder inside the archive, as some publishers have it.
final class GTFSFeed {
    let path: String
    private let limits: ImportLimits
    private let archive: ZipArchive?
    private var members: [GTFSTable: ZipArchive.Member] = [:]
    private var files: [GTFSTable: (path: String, bytes: Int)] = [:]
    /// The names of all tables in the feed, known or not.
    private(set) var present: [String] = []

    init(path: String, limits: ImportLimits) throws(ImportError) {
        self.path = path
        self.limits = limits
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            archive = nil
            try findFiles()
        } else {
            archive = try ZipArchive(path: path, limits: limits)
            try findMembers()
        }
        try checkCompleteness()
    }

    private func findMembers() throws(ImportError) {
        guard let archive else { return }
        for member in archive.members where member.name.lowercased().hasSuffix(".txt") {
            let name = member.name.split(separator: "/").last.map(String.init) ?? member.name
            guard !member.name.hasPrefix("__MACOSX/") else { continue }
            present.append(member.name)
            guard let table = GTFSTable.allCases.first(where: { $0.fileName == name.lowercased() }) else { continue }
            if let other = members.updateValue(member, forKey: table) {
                throw .unsupportedFormat(
                    file: path, found: "an archive with two \(table.fileName) (\(other.name) and \(member.name))",
                    remedy: "give one feed at a time")
            }
        }
    }

    private func findFiles() throws(ImportError) {
        for table in GTFSTable.allCases {
            let file = path + "/" + table.fileName
            var status = stat()
            guard stat(file, &status) == 0 else { continue }
            files[table] = (file, Int(status.st_size))
            present.append(table.fileName)
        }
    }

    private func checkCompleteness() throws(ImportError) {
        for table in GTFSTable.allCases where table.isRequired && !has(table) {
            throw .missingTable(feed: path, table: table.fileName, present: present)
        }
        guard has(.calendar) || has(.calendarDates) else {
            throw .missingTable(feed: path, table: "calendar.txt or calendar_dates.txt", present: present)
        }
    }

    func has(_ table: GTFSTable) -> Bool { members[table] != nil || files[table] != nil }

    /// The unpacked size of a table; 0 when the feed has none.
    func bytes(of table: GTFSTable) -> Int { members[table]?.unpackedBytes ?? files[table]?.bytes ?? 0 }

    /// Opens a table behind its header, or gives `nil` when the feed has none.
    ///
    /// - Throws: When a required column is missing, or the file is damaged.
    func open(_ table: GTFSTable) throws(ImportError) -> GTFSTableReader? {
        let source: any ByteSource
        if let archive, let member = members[table] {
            source = try archive.open(member)
        } else if let file = files[table] {
            source = try FileSource(path: file.path)
        } else {
            return nil
        }
        let reader = CSVReader(source: source, file: "\(path): \(table.fileName)", limits: limits)
        return try GTFSTableReader(table: table, reader: reader, header: TableHeader(reading: reader))
    }
}

/// A table of a feed, read row by row, with columns by name.
final class GTFSTableReader {
    let table: GTFSTable
    let reader: CSVReader
    let header: TableHeader

    init(table: GTFSTable, reader: CSVReader, header: TableHeader) throws(ImportError) {
        self.table = table
        self.reader = reader
        self.header = header
        for column in table.requiredColumns {
            _ = try header.index(
                required: column,
                remedy: "GTFS requires it in \(table.fileName); ask the feed's publisher to correct it")
        }
        if table == .routes, header.index(of: "route_short_name") == nil, header.index(of: "route_long_name") == nil {
            throw .missingColumn(
                file: reader.file, line: header.line, column: "route_short_name or route_long_name",
                present: header.columns, remedy: "GTFS requires one of them in routes.txt")
        }
    }

    /// The place of a column; -1, which reads as empty, when the table has none of that name.
    func column(_ name: String) -> Int { header.index(of: name) ?? -1 }

    func next() throws(ImportError) -> Bool { try reader.readRow() }
    var line: Int { reader.line }
    /// The number of the row, counted from 0 behind the header.
    var rowNumber: Int { reader.rowCount - 2 }
    func bytes(_ column: Int) -> UnsafeBufferPointer<UInt8> { reader.field(column).trimmed }
    func text(_ column: Int) -> String { String(decoding: bytes(column), as: UTF8.self) }
    var hasRightWidth: Bool { reader.fieldCount == header.columns.count }
}
