/// The first row of a table: where each column stands.
struct TableHeader: Sendable, Equatable {
    let file: String
    let line: Int
    let columns: [String]
    private let places: [String: Int]

    /// Reads the header from a reader that stands before it.
    init(reading reader: CSVReader) throws(ImportError) {
        guard try reader.readRow() else {
            throw .malformedRow(
                file: reader.file, line: 1, reason: "the table is empty", remedy: "its first line must name the columns"
            )
        }
        file = reader.file
        line = reader.line
        var names: [String] = []
        var found: [String: Int] = [:]
        for index in 0..<reader.fieldCount {
            guard !reader.field(index).contains(where: { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }) else {
                throw .unsupportedFormat(
                    file: reader.file, found: "not a table of text", remedy: "export it as CSV in UTF-8")
            }
            let name = reader.text(index).trimmed()
            if !name.isEmpty, found.updateValue(index, forKey: name) != nil {
                throw .malformedRow(
                    file: reader.file, line: reader.line, reason: "column \(name) appears twice",
                    remedy: "rename or remove one of them")
            }
            names.append(name)
        }
        columns = names
        places = found
    }

    /// The columns of a table that has no header, each once.
    init(file: String, columns: [String]) {
        self.file = file
        line = 1
        self.columns = columns
        places = Dictionary(
            columns.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    /// The place of a column, or `nil` when the table has none of that name.
    func index(of column: String) -> Int? { places[column] }

    /// The place of a column that must be there.
    func index(required column: String, remedy: String) throws(ImportError) -> Int {
        guard let index = places[column] else {
            throw .missingColumn(file: file, line: line, column: column, present: columns, remedy: remedy)
        }
        return index
    }
}

extension String {
    /// The text without white space at its ends.
    func trimmed() -> String {
        var rest = self[...]
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The bytes without spaces and tabs at their ends.
    @inline(__always)
    var trimmed: UnsafeBufferPointer<UInt8> {
        var start = 0
        var end = count
        while start < end, self[start] == 0x20 || self[start] == 0x09 { start += 1 }
        while end > start, self[end - 1] == 0x20 || self[end - 1] == 0x09 { end -= 1 }
        return UnsafeBufferPointer(rebasing: self[start..<end])
    }
}
