/// Version 4 UUIDs (RFC 9562 section 5.4) from the system's random numbers.
enum RandomID {
    static func uuid() -> String {
        let high = UInt64.random(in: .min ... .max) & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = UInt64.random(in: .min ... .max) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        var text = ""
        text.reserveCapacity(36)
        for (part, bits) in [(high, 64), (low, 64)] {
            var shift = bits
            while shift > 0 {
                shift -= 4
                text.append(String(part >> UInt64(shift) & 15, radix: 16))
                if [8, 13, 18, 23].contains(text.utf8.count) { text.append("-") }
            }
        }
        return text
    }
}
