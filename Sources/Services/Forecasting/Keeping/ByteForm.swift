/// Numbers and texts in a row of bytes, little end first.
struct ByteWriting {
    private(set) var bytes: [UInt8] = []

    mutating func write<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ number: Double) { write(number.bitPattern) }

    mutating func write(_ text: String) {
        write(UInt32(truncatingIfNeeded: text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func write<Element>(_ list: [Element], _ body: (inout ByteWriting, Element) -> Void) {
        write(UInt32(truncatingIfNeeded: list.count))
        for element in list { body(&self, element) }
    }
}

/// Reads what `ByteWriting` wrote, whatever has become of it: bytes that are missing, and counts beyond them, are `nil`.
struct ByteReading {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    mutating func read<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
        let width = MemoryLayout<Number>.size
        guard bytes.count - place >= width else { return nil }
        defer { place += width }
        return bytes.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: type)) }
    }

    mutating func double() -> Double? { read(UInt64.self).map { Double(bitPattern: $0) } }

    /// A number that is finite; `nil` for others.
    mutating func finite() -> Double? { double().flatMap { $0.isFinite ? $0 : nil } }

    mutating func text() -> String? {
        guard let count = read(UInt32.self), count <= bytes.count - place else { return nil }
        defer { place += Int(count) }
        return String(validating: bytes[place..<place + Int(count)], as: UTF8.self)
    }

    /// - Parameter least: The fewest bytes that an element takes, so that no more room is made than there are bytes for.
    mutating func list<Element>(least: Int, _ body: (inout ByteReading) -> Element?) -> [Element]? {
        guard let count = read(UInt32.self), Int(count) * max(1, least) <= bytes.count - place else { return nil }
        var list: [Element] = []
        list.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let element = body(&self) else { return nil }
            list.append(element)
        }
        return list
    }
}
