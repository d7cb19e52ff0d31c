#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Splits a text, plain or gzip, into lines, one in memory at a time. Empty lines are passed over.
final class LineReader {
    /// The number of the current line; the first of the file is 1.
    private(set) var line = 0

    private let file: String
    private let source: any ByteSource
    private let lineLimit: Int
    private let chunk = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 256 << 10)
    private var position = 0
    private var filled = 0

    /// - Parameter lineLimit: bytes of a line.
    init(path: String, limits: ImportLimits, lineLimit: Int) throws(ImportError) {
        file = path
        source = try InputFile.open(path: path, limits: limits)
        self.lineLimit = lineLimit
    }

    deinit { chunk.deallocate() }

    var consumedBytes: Int { source.consumedBytes }

    /// The next line that has something in it, without its end; `nil` at the end of the file.
    func next() throws(ImportError) -> [UInt8]? {
        while true {
            var bytes: [UInt8] = []
            var isEnded = false
            line += 1
            while !isEnded {
                if position == filled {
                    position = 0
                    filled = try source.read(into: UnsafeMutableRawBufferPointer(chunk))
                    if filled == 0 {
                        if bytes.isEmpty { return nil }
                        break
                    }
                }
                let rest = chunk[position..<filled]
                let end = rest.firstIndex(of: 0x0A)
                bytes.append(contentsOf: rest[..<(end ?? filled)])
                position = end.map { $0 + 1 } ?? filled
                isEnded = end != nil
                guard bytes.count <= lineLimit else {
                    throw .tooLarge(
                        file: file, line: line, what: "the line", limit: "\(lineLimit) bytes",
                        remedy: "check that each line holds one entity")
                }
            }
            if bytes.last == 0x0D { bytes.removeLast() }
            if bytes.contains(where: { $0 != 0x20 && $0 != 0x09 }) { return bytes }
        }
    }
}
