/// Percent-encoding as in RFC 3986.
public enum PercentCoding {
    /// Reads text in which escapes may stand.
    ///
    /// - Parameter plusIsSpace: whether `+` stands for a space, as in web forms.
    /// - Returns: `nil` when an escape is broken or the result is not UTF-8.
    public static func decode(_ text: UnsafeBufferPointer<UInt8>, plusIsSpace: Bool) -> String? {
        guard text.contains(where: { $0 == UInt8(ascii: "%") || ($0 == UInt8(ascii: "+") && plusIsSpace) }) else {
            return String(validating: text, as: UTF8.self)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < text.count, let high = hex(text[index + 1]), let low = hex(text[index + 2]) else {
                    return nil
                }
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(byte == UInt8(ascii: "+") && plusIsSpace ? 0x20 : byte)
                index += 1
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

    /// Encodes everything but unreserved characters (letters, digits and `-._~`) and some others.
    ///
    /// - Parameter others: ASCII characters that stay, too; by default the colon, which URNs are full of.
    public static func encode(_ text: String, keeping others: StaticString = ":") -> String {
        if text.utf8.allSatisfy({ isKept($0, others) }) { return text }
        var text = text
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 3)
        text.withUTF8 { append($0, keeping: others, to: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends bytes, encoded likewise.
    public static func append(
        _ bytes: UnsafeBufferPointer<UInt8>, keeping others: StaticString = ":", to encoded: inout [UInt8]
    ) {
        for byte in bytes {
            if isKept(byte, others) {
                encoded.append(byte)
            } else {
                encoded.append(UInt8(ascii: "%"))
                encoded.append(digit(byte >> 4))
                encoded.append(digit(byte & 15))
            }
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    private static func isKept(_ byte: UInt8, _ others: StaticString) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: others.withUTF8Buffer { $0.contains(byte) }
        }
    }
}
