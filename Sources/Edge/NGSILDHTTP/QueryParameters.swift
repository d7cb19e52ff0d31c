import NGSILDModel

/// The parameters of a query string, decoded, in order.
struct QueryParameters {
    private(set) var pairs: [(name: String, value: String)] = []

    init() {}

    /// - Throws: when an escape is broken or a name appears twice.
    init(_ query: Substring) throws(HTTPFailure) {
        if query.isEmpty { return }
        for part in query.utf8.split(separator: UInt8(ascii: "&")) {
            let equals = part.firstIndex(of: UInt8(ascii: "="))
            guard let name = PercentCoding.decode(Substring(part[..<(equals ?? part.endIndex)]), plusIsSpace: true),
                let value = PercentCoding.decode(
                    equals.map { Substring(part[part.index(after: $0)...]) } ?? "", plusIsSpace: true)
            else { throw .badRequest("The query string part \"\(Substring(part))\" is not percent-encoded UTF-8") }
            if pairs.contains(where: { $0.name == name }) {
                throw .badRequest("The query parameter \"\(name)\" is given twice")
            }
            pairs.append((name, value))
        }
    }

    mutating func append(_ name: String, _ value: String) { pairs.append((name, value)) }

    subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

    /// Refuses parameters that the resource does not have.
    func allow(only names: Set<String>) throws(HTTPFailure) {
        for pair in pairs where !names.contains(pair.name) && pair.name != "local" {
            throw .ngsild(
                .invalidRequest(
                    "The query parameter \"\(pair.name)\" is not known here; known are \(names.sorted().joined(separator: ", "))"))
        }
    }

    /// A list such as `a,b`, `nil` when the parameter is absent.
    func list(_ name: String) throws(HTTPFailure) -> [String]? {
        guard let text = self[name] else { return nil }
        let items = text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map {
            String(Substring($0))
        }
        guard items.allSatisfy({ !$0.isEmpty }) else { throw .badRequest("The parameter \"\(name)\" has an empty item") }
        return items
    }

    func flag(_ name: String) throws(HTTPFailure) -> Bool {
        switch self[name] {
        case nil, "false": return false
        case "true": return true
        case let text?: throw .badRequest("The parameter \"\(name)\" is \"\(text)\"; it is true or false")
        }
    }

    func number(_ name: String, default standard: Int, range: ClosedRange<Int>) throws(HTTPFailure) -> Int {
        guard let text = self[name] else { return standard }
        guard let value = Int(text), range.contains(value) else {
            throw .badRequest(
                "The parameter \"\(name)\" is \"\(text)\"; it is a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// The words of `options`.
    func options() throws(HTTPFailure) -> Set<String> { Set(try list("options") ?? []) }
}

/// Percent-encoding as in RFC 3986.
enum PercentCoding {
    /// - Returns: `nil` when an escape is broken or the result is not UTF-8.
    static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        let utf8 = text.utf8
        guard utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return String(text) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count)
        var iterator = utf8.makeIterator()
        while let byte = iterator.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = iterator.next().flatMap(hex), let low = iterator.next().flatMap(hex) else { return nil }
                bytes.append(high << 4 | low)
            } else if byte == UInt8(ascii: "+"), plusIsSpace {
                bytes.append(0x20)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Encodes everything but unreserved characters.
    static func encode(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: ":"):
                result.unicodeScalars.append(UnicodeScalar(byte))
            default:
                let digits = Array("0123456789ABCDEF".utf8)
                result += "%"
                result.unicodeScalars.append(UnicodeScalar(digits[Int(byte >> 4)]))
                result.unicodeScalars.append(UnicodeScalar(digits[Int(byte & 15)]))
            }
        }
        return result
    }
}
