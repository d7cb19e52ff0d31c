/// Resolves the escapes of a JSON string that the parser has already found well formed.
@usableFromInline enum JSONEscapes {
    @usableFromInline static func resolve(_ content: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(content.count)
        var index = 0
        while index < content.count {
            let byte = content[index]
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                index += 1
                continue
            }
            let escape = content[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                let unit = hex(content, index)
                index += 4
                if unit >= 0xD800, unit < 0xDC00 {
                    let low = hex(content, index + 2)
                    index += 6
                    append(0x10000 + (UInt32(unit - 0xD800) << 10) + UInt32(low - 0xDC00), to: &result)
                } else {
                    append(UInt32(unit), to: &result)
                }
            default: result.append(escape)
            }
        }
        return result
    }

    private static func hex(_ content: UnsafeBufferPointer<UInt8>, _ start: Int) -> UInt16 {
        var value: UInt16 = 0
        for offset in start..<start + 4 {
            value = value << 4 | UInt16(JSONEscapes.hexValue(content[offset]) ?? 0)
        }
        return value
    }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func append(_ scalar: UInt32, to result: inout [UInt8]) {
        guard let scalar = UnicodeScalar(scalar) else { return }
        result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
}
