#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Splits a table (RFC 4180) into rows and fields, one row in memory at a time.
///
/// Takes CRLF, LF and CR as line ends, a byte order mark, quoted fields with line ends and doubled quotes, and any
/// one-byte delimiter. A quote inside an unquoted field is an ordinary character. Empty lines are passed over.
///
/// Invariants:
/// 1. `chunk[position..<filled]` is read and not yet used.
/// 2. Field `i` of the current row is `row[ends[i - 1]..<ends[i]]`, with `ends[-1]` taken as 0.
final class CSVReader {
    /// The name that errors give to the table.
    let file: String
    /// The line on which the current row starts; the first line of the file is 1.
    private(set) var line = 0
    /// The number of rows read so far, the header included.
    private(set) var rowCount = 0

    private let source: any ByteSource
    private let delimiter: UInt8
    private let limits: ImportLimits
    private let chunk: UnsafeMutableBufferPointer<UInt8>
    private var position = 0
    private var filled = 0
    private var nextLine = 1
    private var skipsLineFeed = false
    private var isAtStart = true
    private var row: UnsafeMutableBufferPointer<UInt8>
    private var rowLength = 0
    private var ends: [Int] = []

    init(
        source: any ByteSource, file: String, delimiter: UInt8 = UInt8(ascii: ","), limits: ImportLimits = .init(),
        chunkBytes: Int = 64 << 10
    ) {
        self.source = source
        self.file = file
        self.delimiter = delimiter
        self.limits = limits
        self.chunk = .allocate(capacity: max(8, chunkBytes))
        self.row = .allocate(capacity: 1 << 10)
        ends.reserveCapacity(64)
    }

    deinit {
        chunk.deallocate()
        row.deallocate()
    }

    var consumedBytes: Int { source.consumedBytes }
    var fieldCount: Int { ends.count }

    /// Field `index` of the current row; empty when the row has fewer. Valid until the next row is read.
    @inline(__always)
    func field(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        guard index >= 0, index < ends.count else { return UnsafeBufferPointer(start: nil, count: 0) }
        let start = index == 0 ? 0 : ends[index - 1]
        return UnsafeBufferPointer(rebasing: row[start..<ends[index]])
    }

    /// A field as text; bytes that are not UTF-8 become U+FFFD.
    func text(_ index: Int) -> String { String(decoding: field(index), as: UTF8.self) }

    /// Whether the whole current row is UTF-8.
    var rowIsUTF8: Bool { UnsafeBufferPointer(rebasing: row[..<rowLength]).isUTF8 }

    /// Moves to the next row.
    ///
    /// - Returns: `false` at the end of the table.
    func readRow() throws(ImportError) -> Bool {
        repeat {
            rowLength = 0
            ends.removeAll(keepingCapacity: true)
            line = nextLine
            guard try readFields() else { return false }
        } while ends.count == 1 && rowLength == 0 && !lastFieldWasQuoted
        rowCount += 1
        return true
    }

    private var lastFieldWasQuoted = false

    /// Reads up to the end of a line. Returns false when nothing is left.
    private func readFields() throws(ImportError) -> Bool {
        guard try hasByte() else { return false }
        if isAtStart { try skipByteOrderMark() }
        if skipsLineFeed {
            skipsLineFeed = false
            if chunk[position] == 0x0A {
                position += 1
                guard try hasByte() else { return false }
            }
        }
        while true {
            let quoted = try hasByte() && chunk[position] == UInt8(ascii: "\"")
            lastFieldWasQuoted = quoted
            let ending = quoted ? try readQuotedField() : try readPlainField()
            guard ends.count < limits.fields else {
                throw .tooLarge(
                    file: file, line: line, what: "the number of fields", limit: "\(limits.fields)",
                    remedy: "check the delimiter and the quotes of this row")
            }
            ends.append(rowLength)
            if ending == .row { return true }
        }
    }

    private enum Ending { case field, row }

    private func readPlainField() throws(ImportError) -> Ending {
        let start = rowLength
        while true {
            var scan = position
            var special: UInt8 = 0
            let delimiter = delimiter
            while scan < filled {
                let byte = chunk[scan]
                if byte == delimiter || byte == 0x0A || byte == 0x0D {
                    special = byte
                    break
                }
                scan += 1
            }
            try take(upTo: scan, fieldStart: start)
            if scan < filled {
                position = scan + 1
                return finish(with: special)
            }
            guard try hasByte() else { return .row }
        }
    }

    private func readQuotedField() throws(ImportError) -> Ending {
        let start = rowLength
        position += 1
        while true {
            var scan = position
            while scan < filled, chunk[scan] != UInt8(ascii: "\"") {
                if chunk[scan] == 0x0A { nextLine += 1 }
                scan += 1
            }
            try take(upTo: scan, fieldStart: start)
            guard try hasByte() else {
                throw .malformedRow(
                    file: file, line: line, reason: "a quoted field of the row that starts here never ends",
                    remedy: "close its quote, and write a quote inside a field as two")
            }
            guard chunk[position] == UInt8(ascii: "\"") else { continue }
            position += 1
            guard try hasByte() else { return .row }
            let next = chunk[position]
            if next == UInt8(ascii: "\"") {
                try take(upTo: position + 1, fieldStart: start)
            } else if next == delimiter || next == 0x0A || next == 0x0D {
                position += 1
                return finish(with: next)
            } else {
                throw .malformedRow(
                    file: file, line: line, reason: "text follows the closing quote of field \(ends.count + 1)",
                    remedy: "write a quote inside a quoted field as two")
            }
        }
    }

    @inline(__always)
    private func finish(with special: UInt8) -> Ending {
        if special == delimiter { return .field }
        nextLine += 1
        skipsLineFeed = special == 0x0D
        return .row
    }

    /// Copies `chunk[position..<end]` to the row and moves behind it.
    @inline(__always)
    private func take(upTo end: Int, fieldStart: Int) throws(ImportError) {
        let count = end - position
        guard count > 0 else { return }
        let length = rowLength + count
        if length - fieldStart > limits.fieldBytes || length > limits.rowBytes { throw tooLong(length, fieldStart) }
        if length > row.count { grow(to: length) }
        memcpy(row.baseAddress! + rowLength, chunk.baseAddress! + position, count)
        rowLength = length
        position = end
    }

    private func tooLong(_ length: Int, _ fieldStart: Int) -> ImportError {
        let isField = length - fieldStart > limits.fieldBytes
        return .tooLarge(
            file: file, line: line, what: isField ? "field \(ends.count + 1) of the row that starts here" : "the row",
            limit: "\(isField ? limits.fieldBytes : limits.rowBytes) bytes",
            remedy: "look for a quote that is not closed, or check that this is a table")
    }

    private func grow(to length: Int) {
        let next = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(length, row.count * 2))
        memcpy(next.baseAddress!, row.baseAddress!, rowLength)
        row.deallocate()
        row = next
    }

    /// Whether a byte waits at `position`; reads a chunk when none does.
    @inline(__always)
    private func hasByte() throws(ImportError) -> Bool {
        if position < filled { return true }
        return try refill()
    }

    private func refill() throws(ImportError) -> Bool {
        position = 0
        filled = try source.read(into: UnsafeMutableRawBufferPointer(chunk))
        return filled > 0
    }

    private func skipByteOrderMark() throws(ImportError) {
        isAtStart = false
        while filled - position < 3, filled < chunk.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(chunk)[filled...])
            let count = try source.read(into: rest)
            if count == 0 { break }
            filled += count
        }
        if filled - position >= 3, chunk[position] == 0xEF, chunk[position + 1] == 0xBB, chunk[position + 2] == 0xBF {
            position += 3
        }
    }
}
