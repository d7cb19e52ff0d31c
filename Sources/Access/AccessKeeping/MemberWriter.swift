public import JSONTree
public import NGSILDModel

/// Writes the members of one object; those that are not set are left out.
public struct MemberWriter {
    private var isFirst = true

    /// Begins the object; whoever began it ends it by appending `}`.
    public init(_ writer: inout ByteWriter) { writer.append("{") }

    private mutating func begin(_ name: String, _ writer: inout ByteWriter) {
        if !isFirst { writer.append(",") }
        isFirst = false
        writer.append(jsonString: name)
        writer.append(":")
    }

    /// Writes a text.
    public mutating func text(_ name: String, _ value: String, _ writer: inout ByteWriter) {
        begin(name, &writer)
        writer.append(jsonString: value)
    }

    /// Writes true or false.
    public mutating func flag(_ name: String, _ value: Bool, _ writer: inout ByteWriter) {
        begin(name, &writer)
        writer.append(utf8: value ? "true" : "false")
    }

    /// Writes an array of texts.
    public mutating func texts(_ name: String, _ values: [String], _ writer: inout ByteWriter) {
        begin(name, &writer)
        writer.append("[")
        for (index, value) in values.enumerated() {
            if index > 0 { writer.append(",") }
            writer.append(jsonString: value)
        }
        writer.append("]")
    }

    /// Writes a time, unless it is `.none`.
    public mutating func time(_ name: String, _ value: Timestamp, _ writer: inout ByteWriter) {
        guard value.isSet else { return }
        begin(name, &writer)
        value.append(quotedTo: &writer)
    }

    /// Writes a whole number.
    public mutating func number(_ name: String, _ value: Int, _ writer: inout ByteWriter) {
        begin(name, &writer)
        writer.append(integer: value)
    }
}
