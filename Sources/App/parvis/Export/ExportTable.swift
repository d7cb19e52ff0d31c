/// Takes tables apart that were written for an answer.
enum ExportTable {
    /// The row of the column names, with its end, and the rows.
    static func split(_ table: [UInt8]) -> (header: [UInt8], rows: [UInt8]) {
        var isQuoted = false
        for (index, byte) in table.enumerated() {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == 0x0A, !isQuoted { return (Array(table[...index]), Array(table[(index + 1)...])) }
        }
        return (table, [])
    }

    /// The rows of a table without its names.
    static func count(_ rows: [UInt8]) -> Int {
        var isQuoted = false
        var count = 0
        for byte in rows {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == 0x0A, !isQuoted { count += 1 }
        }
        return count
    }
}
