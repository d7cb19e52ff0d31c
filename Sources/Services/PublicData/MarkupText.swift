import JSONTree

extension ByteWriter {
    /// Appends a text for XML and HTML, inside elements and inside quoted attribute values.
    ///
    /// Characters that XML 1.0 has no place for become U+FFFD.
    mutating func append(markup text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": append("&amp;")
            case "<": append("&lt;")
            case ">": append("&gt;")
            case "\"": append("&quot;")
            case "'": append("&#39;")
            case "\n", "\t": append(UInt8(truncatingIfNeeded: scalar.value))
            default:
                let isAllowed = scalar.value >= 0x20 && scalar.value != 0x7F && scalar.value & 0xFFFE != 0xFFFE
                append(utf8: isAllowed ? String(scalar) : "\u{FFFD}")
            }
        }
    }

    /// Appends an element with a text.
    mutating func append(element name: StaticString, _ text: String) {
        append("<")
        append(name)
        append(">")
        append(markup: text)
        append("</")
        append(name)
        append(">")
    }
}

extension String {
    /// At most so many characters; what was cut is marked. Cost: that of what is kept.
    func cut(to limit: Int) -> String {
        // A character may be of many scalars: hostile ones of thousands.
        let scalars = unicodeScalars.prefix(limit + 1)
        return scalars.count > limit ? String(String.UnicodeScalarView(scalars.prefix(limit))) + "…" : self
    }
}
