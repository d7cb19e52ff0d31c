/// A table that is read row by row: CSV, or the features of a GeoJSON file.
protocol TableReader: AnyObject {
    /// The name that errors give to the table.
    var file: String { get }
    /// The line on which the current row starts; the first line of the file is 1.
    var line: Int { get }
    var fieldCount: Int { get }
    /// How much of the stored file is used up.
    var consumedBytes: Int { get }

    /// Field `index` of the current row; empty when the row has fewer. Valid until the next row is read.
    func field(_ index: Int) -> UnsafeBufferPointer<UInt8>

    /// Moves to the next row; `false` at the end.
    func readRow() throws(ImportError) -> Bool
}

extension CSVReader: TableReader {}

/// Bytes in memory, for the first part of a file that is looked at in several ways.
final class BytesSource: ByteSource {
    private let bytes: ArraySlice<UInt8>
    private(set) var consumedBytes = 0

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int {
        let rest = bytes.dropFirst(consumedBytes).prefix(buffer.count)
        buffer.copyBytes(from: rest)
        consumedBytes += rest.count
        return rest.count
    }

    /// Reads up to `limit` bytes from the front of a source.
    static func front(of source: any ByteSource, limit: Int) throws(ImportError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, limit), alignment: 1)
        defer { buffer.deallocate() }
        var filled = 0
        while filled < limit {
            let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<limit]))
            if count == 0 { break }
            filled += count
        }
        return Array(buffer[..<filled])
    }
}

/// Which reader a file needs, told by its first bytes.
enum TableKind {
    case csv
    case geoJSON

    /// A table begins with the names of its columns, GeoJSON with a brace (after a byte order mark, white space, and the
    /// separator of RFC 8142).
    static func of(path: String, limits: ImportLimits) throws(ImportError) -> TableKind {
        let front = try BytesSource.front(of: InputFile.open(path: path, limits: limits), limit: 512)
        return of(front)
    }

    static func of(_ front: [UInt8]) -> TableKind {
        var rest = front[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        rest = rest.drop { $0 <= 0x20 }
        return rest.first == UInt8(ascii: "{") ? .geoJSON : .csv
    }
}
