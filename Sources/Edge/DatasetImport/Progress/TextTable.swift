/// Text in columns that line up in a terminal.
struct TextTable: CustomStringConvertible {
    enum Row {
        case cells([String])
        case gap
    }

    let rows: [Row]
    let rightAligned: Set<Int>

    var description: String {
        let table = rows.compactMap { if case .cells(let cells) = $0 { cells } else { nil } }
        let columns = table.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            table.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            guard case .cells(let cells) = row else { return "" }
            var text = ""
            for (column, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                text += rightAligned.contains(column) ? padding + cell : cell + padding
                text += "  "
            }
            while text.last == " " { text.removeLast() }
            return text
        }.joined(separator: "\n")
    }
}

extension Int {
    /// With commas between thousands: `1,234,567`.
    var grouped: String {
        var digits = String(magnitude)
        var position = digits.count - 3
        while position > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: position))
            position -= 3
        }
        return self < 0 ? "-" + digits : digits
    }
}
