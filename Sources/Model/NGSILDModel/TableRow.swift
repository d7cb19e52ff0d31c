public import JSONTree

/// Writes the rows of a table cell by cell: UTF-8, commas, CRLF at the end of a row, quotes where a cell needs them.
///
/// Spreadsheets take a cell that begins with `=`, `+`, `-`, `@`, a tab or a line end for a formula. A text that begins so
/// gets an apostrophe put before it. Numbers, times and JSON stay as they are: none of them is a formula.
///
/// - Source: RFC 4180.
public struct TableRow {
    private var isFirst = true

    /// The start of a row.
    public init() {}

    private mutating func separate(_ writer: inout ByteWriter) {
        if !isFirst { writer.append(UInt8(ascii: ",")) }
        isFirst = false
    }

    /// Adds a cell with nothing in it.
    public mutating func appendEmpty(to writer: inout ByteWriter) { separate(&writer) }

    /// Adds a cell with a text that may come from anywhere.
    public mutating func append(_ text: String, to writer: inout ByteWriter) {
        separate(&writer)
        var text = text
        text.withUTF8 { Self.append(text: $0, to: &writer) }
    }

    /// Adds a cell with a text that is known to be harmless: a fixed word, a number.
    public mutating func append(fixed text: String, to writer: inout ByteWriter) {
        separate(&writer)
        writer.append(utf8: text)
    }

    /// Adds a cell with a time; empty when it is not set.
    public mutating func append(_ time: Timestamp, to writer: inout ByteWriter) {
        separate(&writer)
        if time.isSet { time.append(to: &writer) }
    }

    /// Adds a cell with a JSON value: the content of a string, everything else as it is written.
    ///
    /// - Parameter write: appends the JSON text to the writer.
    /// - Returns: the JSON type of the value.
    @discardableResult
    public mutating func appendValue(
        to writer: inout ByteWriter, _ write: (inout ByteWriter) -> Void
    ) -> StaticString {
        separate(&writer)
        let start = writer.count
        write(&writer)
        let first = writer.withBytes { $0.count > start ? $0[start] : 0 }
        switch first {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return "number"
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return "boolean"
        case UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "["): break
        default:
            writer.truncate(to: start)
            return "null"
        }
        let json = writer.withBytes { Array($0[start...]) }
        writer.truncate(to: start)
        guard first == UInt8(ascii: "\"") else {
            json.withUnsafeBufferPointer { Self.append(quoted: $0, to: &writer) }
            return first == UInt8(ascii: "{") ? "object" : "array"
        }
        if let document = try? JSONDocument(parsing: json) {
            document.withStringBytes(document.root) { Self.append(text: $0, to: &writer) }
        }
        return "string"
    }

    /// Ends the row.
    public consuming func end(in writer: inout ByteWriter) { writer.append("\r\n") }

    private static func append(text: UnsafeBufferPointer<UInt8>, to writer: inout ByteWriter) {
        guard let first = text.first else { return }
        switch first {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0A, 0x0D:
            append(quoted: text, prefix: UInt8(ascii: "'"), to: &writer)
        default:
            if text.contains(where: needsQuotes) {
                append(quoted: text, to: &writer)
            } else {
                writer.append(text)
            }
        }
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 0x0A || byte == 0x0D
    }

    private static func append(
        quoted text: UnsafeBufferPointer<UInt8>, prefix: UInt8? = nil, to writer: inout ByteWriter
    ) {
        writer.append(UInt8(ascii: "\""))
        if let prefix { writer.append(prefix) }
        for byte in text {
            if byte == UInt8(ascii: "\"") { writer.append(byte) }
            writer.append(byte)
        }
        writer.append(UInt8(ascii: "\""))
    }
}
