/// A growable run of bytes that answers are written into.
///
/// Invariants:
/// 1. `base` points at `capacity` bytes that this value alone owns.
/// 2. The first `length` of them are initialised.
public struct ByteWriter: ~Copyable {
    @usableFromInline var base: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int
    @usableFromInline var length: Int

    public init(capacity: Int = 512) {
        self.capacity = max(16, capacity)
        self.base = .allocate(capacity: self.capacity)
        self.length = 0
    }

    deinit { base.deallocate() }

    /// The number of bytes written.
    @inlinable public var count: Int { length }

    /// The bytes written so far; valid only inside the closure.
    @inlinable
    public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try body(UnsafeRawBufferPointer(start: base, count: length))
    }

    /// A copy of the bytes written so far.
    public func array() -> [UInt8] { Array(UnsafeBufferPointer(start: base, count: count)) }

    /// The bytes as text; invalid UTF-8 is repaired with U+FFFD.
    public func string() -> String { String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self) }

    /// Forgets the content and keeps the memory, so that a loop can write its next answer without allocating.
    public mutating func removeAll() { length = 0 }

    /// Forgets everything after the first `length` bytes.
    public mutating func truncate(to length: Int) { self.length = min(self.length, max(0, length)) }

    @inlinable @inline(__always)
    mutating func reserve(_ extra: Int) {
        if extra > capacity &- length { grow(extra) }
    }

    @usableFromInline @inline(never)
    mutating func grow(_ extra: Int) {
        let next = max(capacity * 2, length + extra)
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: next)
        memory.initialize(from: base, count: length)
        base.deallocate()
        base = memory
        capacity = next
    }

    @inlinable
    public mutating func append(_ byte: UInt8) {
        reserve(1)
        base[length] = byte
        length &+= 1
    }

    @inlinable
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        UnsafeMutableRawPointer(base + length).copyMemory(from: source, byteCount: bytes.count)
        length &+= bytes.count
    }

    @inlinable
    public mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) { append(UnsafeRawBufferPointer(bytes)) }

    @inlinable
    public mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    /// Appends text that needs no escaping, such as a fixed piece of JSON.
    @inlinable
    public mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends the text as UTF-8, without quotes or escapes.
    public mutating func append(utf8 text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends the text as a JSON string: quoted, with the escapes that RFC 8259 asks for.
    public mutating func append(jsonString text: String) {
        var text = text
        text.withUTF8 { append(jsonString: $0) }
    }

    /// Appends UTF-8 bytes as a JSON string: quoted, with the escapes that RFC 8259 asks for.
    public mutating func append(jsonString bytes: UnsafeBufferPointer<UInt8>) {
        reserve(bytes.count + 2)
        append(UInt8(ascii: "\""))
        if let start = bytes.baseAddress { appendEscaped(start, bytes.count) }
        append(UInt8(ascii: "\""))
    }

    /// Copies runs of bytes that stand for themselves.
    private mutating func appendEscaped(_ start: UnsafePointer<UInt8>, _ count: Int) {
        var runStart = 0
        var position = 0
        while position < count {
            if position + 8 <= count {
                let special = EightBytes(at: start + position).needsEscape
                position += special == 0 ? 8 : special.trailingZeroBitCount / 8
                if special == 0 { continue }
            }
            let byte = start[position]
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                position += 1
                continue
            }
            append(UnsafeBufferPointer(start: start + runStart, count: position - runStart))
            append(escapeOf: byte)
            position += 1
            runStart = position
        }
        append(UnsafeBufferPointer(start: start + runStart, count: count - runStart))
    }

    private mutating func append(escapeOf byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case 0x0A: append("\\n")
        case 0x0D: append("\\r")
        case 0x09: append("\\t")
        default:
            append("\\u00")
            append(ByteWriter.hexDigit(byte >> 4))
            append(ByteWriter.hexDigit(byte & 15))
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// Appends the integer in decimal.
    public mutating func append(integer value: Int) {
        if value < 0 {
            append(UInt8(ascii: "-"))
            append(magnitude: value.magnitude)
        } else {
            append(magnitude: value.magnitude)
        }
    }

    private mutating func append(magnitude value: UInt) {
        var rest = value
        var digits = 1
        var probe = value
        while probe >= 10 {
            probe /= 10
            digits += 1
        }
        reserve(digits)
        var position = length + digits
        repeat {
            position -= 1
            base[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        length += digits
    }

    /// Appends the shortest decimal that reads back as the same number; a value that is not finite becomes `null`.
    public mutating func append(number value: Double) {
        guard value.isFinite else {
            append("null")
            return
        }
        // Integers that a double holds exactly; minus zero keeps its sign.
        if abs(value) < 0x1p53, value == value.rounded(), value != 0 || value.sign == .plus {
            append(integer: Int(value))
        } else {
            append(utf8: value.description)
        }
    }
}
