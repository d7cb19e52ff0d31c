/// Takes a GeoJSON text apart into its features (RFC 7946), one in memory at a time: those of a FeatureCollection, a
/// Feature by itself, or features one behind the other (RFC 8142, or one a line).
///
/// Invariants:
/// 1. `chunk[position..<filled]` is read and not yet used; `line` and `column` are those of `position`.
/// 2. `feature` is never longer than `limits.rowBytes`, and neither is what stands around the features.
final class FeatureSplitter {
    let file: String
    private(set) var line = 1
    private(set) var column = 1
    /// Where the current feature starts.
    private(set) var featureLine = 1
    /// The text of the current feature.
    private(set) var feature: [UInt8] = []
    /// Members of the collection beside its features, as `"name":value` with a comma behind each.
    private(set) var head: [UInt8] = []

    private let source: any ByteSource
    private let limits: ImportLimits
    private let chunk: UnsafeMutableBufferPointer<UInt8>
    private var position = 0
    private var filled = 0
    private var place = Place.outside
    private var hasFeatures = false
    private var isAtStart = true

    private enum Place { case outside, collection, features }

    init(source: any ByteSource, file: String, limits: ImportLimits, chunkBytes: Int = 64 << 10) {
        self.source = source
        self.file = file
        self.limits = limits
        chunk = .allocate(capacity: max(8, chunkBytes))
    }

    deinit { chunk.deallocate() }

    var consumedBytes: Int { source.consumedBytes }

    /// Moves to the next feature; `false` at the end.
    func next() throws(ImportError) -> Bool {
        while true {
            switch place {
            case .outside:
                guard let byte = try skipSpace() else {
                    guard !isAtStart else { throw malformed("the file is empty", "give a FeatureCollection") }
                    return false
                }
                isAtStart = false
                guard byte == UInt8(ascii: "{") else {
                    throw malformed("a feature or a FeatureCollection begins with {", "check that this is GeoJSON")
                }
                advance(byte)
                place = .collection
                hasFeatures = false
                head.removeAll(keepingCapacity: true)
                featureLine = line
            case .collection: if try readMember() { return true }
            case .features:
                guard let byte = try skipSpace(and: UInt8(ascii: ",")) else { throw cutOff() }
                if byte == UInt8(ascii: "]") {
                    advance(byte)
                    place = .collection
                    continue
                }
                guard byte == UInt8(ascii: "{") else {
                    throw malformed("a feature begins with {", "check the list \"features\" here")
                }
                featureLine = line
                feature.removeAll(keepingCapacity: true)
                try capture(into: &feature)
                return true
            }
        }
    }

    /// Reads a member of the object at the top, or its end. Returns whether the object is a feature itself.
    private func readMember() throws(ImportError) -> Bool {
        guard let byte = try skipSpace(and: UInt8(ascii: ",")) else { throw cutOff() }
        if byte == UInt8(ascii: "}") {
            advance(byte)
            place = .outside
            if hasFeatures { return false }
            feature = [UInt8(ascii: "{")] + head.dropLast() + [UInt8(ascii: "}")]
            return true
        }
        guard byte == UInt8(ascii: "\"") else { throw malformed("a name in quotes is expected", "check the JSON here") }
        var name: [UInt8] = []
        try capture(into: &name)
        guard try skipSpace() == UInt8(ascii: ":") else {
            throw malformed("a colon is expected", "check the JSON here")
        }
        advance(UInt8(ascii: ":"))
        guard let first = try skipSpace() else { throw cutOff() }
        if name == Array("\"features\"".utf8), first == UInt8(ascii: "[") {
            advance(first)
            hasFeatures = true
            place = .features
            return false
        }
        head += name + [UInt8(ascii: ":")]
        try capture(into: &head)
        head.append(UInt8(ascii: ","))
        return false
    }

    /// Copies one JSON value; what it is made of is checked by whoever parses it.
    private func capture(into bytes: inout [UInt8]) throws(ImportError) {
        let startLine = line
        var depth = 0
        var isInString = false
        while true {
            guard let byte = try peek() else {
                if depth == 0, !isInString { return }
                throw cutOff()
            }
            if !isInString, depth == 0, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte <= 0x20 {
                return
            }
            guard bytes.count < limits.rowBytes else {
                throw .tooLarge(
                    file: file, line: startLine, what: "the length of a feature", limit: "\(limits.rowBytes) bytes",
                    remedy: "check its braces and quotes, or simplify its geometry")
            }
            bytes.append(byte)
            advance(byte)
            switch byte {
            case UInt8(ascii: "\\") where isInString:
                guard let escaped = try peek() else { throw cutOff() }
                bytes.append(escaped)
                advance(escaped)
            case UInt8(ascii: "\""):
                isInString.toggle()
                if !isInString, depth == 0 { return }
            case UInt8(ascii: "{"), UInt8(ascii: "["): if !isInString { depth += 1 }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if !isInString {
                    depth -= 1
                    if depth <= 0 { return }
                }
            default: break
            }
        }
    }

    // MARK: - Bytes

    private func skipSpace(and other: UInt8 = 0x20) throws(ImportError) -> UInt8? {
        while let byte = try peek() {
            guard byte <= 0x20 || byte == other || (isAtStart && [0xEF, 0xBB, 0xBF].contains(byte)) else { return byte }
            advance(byte)
        }
        return nil
    }

    @inline(__always)
    private func peek() throws(ImportError) -> UInt8? {
        if position == filled {
            filled = try source.read(into: UnsafeMutableRawBufferPointer(chunk))
            position = 0
            if filled == 0 { return nil }
        }
        return chunk[position]
    }

    @inline(__always)
    private func advance(_ byte: UInt8) {
        position += 1
        column += 1
        if byte == 0x0A {
            line += 1
            column = 1
        }
    }

    private func cutOff() -> ImportError {
        .damagedFile(file: file, member: nil, reason: "it ends in the middle, at line \(line), column \(column)")
    }

    private func malformed(_ reason: String, _ remedy: String) -> ImportError {
        .malformedRow(file: file, line: line, reason: "column \(column): \(reason)", remedy: remedy)
    }
}
