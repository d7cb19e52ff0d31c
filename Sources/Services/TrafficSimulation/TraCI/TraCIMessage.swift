/// Bytes of a TraCI message, written: big-endian numbers, strings with their length before them.
struct TraCIWriter {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func int(_ value: Int) {
        let bits = UInt32(bitPattern: Int32(clamping: value))
        for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
    }

    mutating func double(_ value: Double) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
        }
    }

    mutating func string(_ value: String) {
        int(value.utf8.count)
        bytes.append(contentsOf: value.utf8)
    }

    /// Appends a command with its length before it.
    mutating func command(_ id: UInt8, _ write: (inout TraCIWriter) -> Void) {
        var body = TraCIWriter()
        body.byte(id)
        write(&body)
        if body.bytes.count + 1 <= 255 {
            byte(UInt8(body.bytes.count + 1))
        } else {
            byte(0)
            int(body.bytes.count + 5)
        }
        bytes.append(contentsOf: body.bytes)
    }
}

/// Reads a TraCI message; every read checks that the bytes are there.
struct TraCIReader {
    private let bytes: [UInt8]
    private(set) var place = 0
    private static let mostParts = 10_000

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place >= bytes.count }

    mutating func byte() throws(TraCIError) -> UInt8 {
        guard place < bytes.count else { throw .cutShort }
        defer { place += 1 }
        return bytes[place]
    }

    mutating func int() throws(TraCIError) -> Int {
        guard place + 4 <= bytes.count else { throw .cutShort }
        var bits: UInt32 = 0
        for _ in 0..<4 {
            bits = bits << 8 | UInt32(bytes[place])
            place += 1
        }
        return Int(Int32(bitPattern: bits))
    }

    mutating func double() throws(TraCIError) -> Double {
        guard place + 8 <= bytes.count else { throw .cutShort }
        var bits: UInt64 = 0
        for _ in 0..<8 {
            bits = bits << 8 | UInt64(bytes[place])
            place += 1
        }
        return Double(bitPattern: bits)
    }

    mutating func string() throws(TraCIError) -> String {
        let count = try int()
        guard count >= 0, place + count <= bytes.count else { throw .cutShort }
        defer { place += count }
        return String(decoding: bytes[place..<(place + count)], as: UTF8.self)
    }

    /// Passes over a string without reading it.
    mutating func skipString() throws(TraCIError) {
        let count = try int()
        guard count >= 0, count <= bytes.count - place else { throw .cutShort }
        place += count
    }

    /// The length of the command that follows; how many bytes its length took is counted in.
    mutating func commandLength() throws(TraCIError) -> Int {
        let short = try byte()
        return short == 0 ? try int() : Int(short)
    }

    mutating func value() throws(TraCIError) -> TraCIValue { try value(depth: 0) }

    private mutating func value(depth: Int) throws(TraCIError) -> TraCIValue {
        guard depth < 8 else { throw .unknownType(0x0F) }
        switch try byte() {
        case 0x00, 0x01: return .position(try double(), try double())
        case 0x07, 0x08: return .int(Int(try byte()))
        case 0x09: return .int(try int())
        case 0x0B: return .double(try double())
        case 0x0C: return .string(try string())
        case 0x0E:
            let count = try int()
            var strings: [String] = []
            for _ in 0..<max(0, count) { strings.append(try string()) }
            return .strings(strings)
        case 0x0F:
            let count = try int()
            // No value that is asked for has more parts; without a bound a message could become many times its size.
            guard count <= Self.mostParts else { throw .tooLong(count) }
            var values: [TraCIValue] = []
            for _ in 0..<max(0, count) { values.append(try value(depth: depth + 1)) }
            return .compound(values)
        case let other: throw .unknownType(other)
        }
    }
}

enum TraCIValue: Equatable, Sendable {
    case int(Int)
    case double(Double)
    case string(String)
    case strings([String])
    case compound([TraCIValue])
    /// Metres on the network's plane, or longitude and latitude.
    case position(Double, Double)

    var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }
}

enum TraCIError: Error, Equatable, CustomStringConvertible {
    case cannotConnect(port: UInt16)
    case closed
    /// It has said nothing for as long as it may.
    case silent
    case cutShort
    case tooLong(Int)
    case unknownType(UInt8)
    /// The simulator refused a command, and says why.
    case refused(command: UInt8, reason: String)

    var description: String {
        switch self {
        case .cannotConnect(let port):
            "nobody answers at port \(port) of this machine; is SUMO running with --remote-port?"
        case .closed: "SUMO closed the connection; its own messages say why"
        case .silent: "SUMO answers nothing; it may hang, or wait for another client"
        case .cutShort: "a message of SUMO ends too early"
        case .tooLong(let count): "SUMO announces a message of \(count) bytes, more than is read"
        case .unknownType(let type): "SUMO sent a value of type \(type), which is not known here"
        case .refused(let command, let reason): "SUMO refused command \(command): \(reason)"
        }
    }
}
