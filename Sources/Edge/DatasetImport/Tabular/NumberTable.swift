/// A table of numbers only, one column for each sensor and one row for each step of time, as research publishes them.
public struct NumberTable: Sendable {
    /// Most numbers in a table; 100 million take 400 MB.
    public static let mostNumbers = 100_000_000

    public let columns: [String]
    /// For each column its numbers from the first row on; NaN where a cell is empty, `NA` or `NaN`.
    public let values: [[Float]]

    private static let missing: Set<String> = ["", "na", "nan", "null", "-", "?"]
    private static let times: Set<String> = ["time", "timestamp", "date", "datetime", "date_time"]

    /// Reads a table of text or gzip. Columns named like times are passed over.
    ///
    /// - Throws: `ImportError` for what is no table, a row of another length, or a cell that is no number.
    public init(path: String, limits: ImportLimits = ImportLimits()) throws(ImportError) {
        let reader = CSVReader(source: try InputFile.open(path: path, limits: limits), file: path, limits: limits)
        let header = try TableHeader(reading: reader)
        let places = header.columns.indices.filter { !Self.times.contains(header.columns[$0].lowercased()) }
        var values = [[Float]](repeating: [], count: places.count)
        var numbers = 0
        while try reader.readRow() {
            guard reader.fieldCount == header.columns.count else {
                throw .malformedRow(
                    file: path, line: reader.line,
                    reason: "the row has \(reader.fieldCount) cells where the header has \(header.columns.count)",
                    remedy: "leave cells without a value empty")
            }
            numbers += places.count
            guard numbers <= Self.mostNumbers else {
                throw .tooLarge(
                    file: path, line: reader.line, what: "the table", limit: "\(Self.mostNumbers) numbers",
                    remedy: "leave out columns or rows")
            }
            for (column, place) in places.enumerated() {
                let cell = reader.field(place).trimmed
                if let number = CellNumber.double(cell) {
                    values[column].append(Float(number))
                } else if cell.count <= 4, Self.missing.contains(String(decoding: cell, as: UTF8.self).lowercased()) {
                    values[column].append(.nan)
                } else {
                    throw .malformedRow(
                        file: path, line: reader.line, reason: "column \(header.columns[place]) holds no number",
                        remedy: "write numbers such as 61.5, and leave cells without a value empty")
                }
            }
        }
        columns = places.map { header.columns[$0] }
        self.values = values
    }
}
