public import JSONTree
public import NGSILDModel

/// Attributes of entities that services write, each after a comma.
extension ResultEntity {
    /// A Property with a number.
    ///
    /// - Parameters:
    ///   - unit: A UN/CEFACT code; `nil` for none.
    ///   - time: `observedAt`; `nil` for none.
    public static func number(
        _ name: StaticString, _ value: Double, unit: StaticString? = nil, at time: Timestamp? = nil,
        to writer: inout ByteWriter
    ) {
        open(name, to: &writer)
        writer.append(number: value)
        close(unit: unit, at: time, to: &writer)
    }

    /// A Property with a text.
    public static func text(
        _ name: StaticString, _ value: String, at time: Timestamp? = nil, to writer: inout ByteWriter
    ) {
        open(name, to: &writer)
        writer.append(jsonString: value)
        close(at: time, to: &writer)
    }

    /// A Property with true or false.
    public static func boolean(
        _ name: StaticString, _ value: Bool, at time: Timestamp? = nil, to writer: inout ByteWriter
    ) {
        open(name, to: &writer)
        if value { writer.append("true") } else { writer.append("false") }
        close(at: time, to: &writer)
    }

    /// A Property with a DateTime.
    public static func time(_ name: StaticString, _ value: Timestamp, to writer: inout ByteWriter) {
        open(name, to: &writer)
        append(dateTime: value, to: &writer)
        writer.append("}")
    }

    /// A ListProperty of numbers.
    public static func numbers(
        _ name: StaticString, _ values: [Double], unit: StaticString? = nil, at time: Timestamp? = nil,
        to writer: inout ByteWriter
    ) {
        list(name, values, to: &writer) { value, writer in writer.append(number: value) }
        close(unit: unit, at: time, to: &writer)
    }

    /// A ListProperty of times, as texts.
    public static func times(
        _ name: StaticString, _ values: [Timestamp], at time: Timestamp? = nil, to writer: inout ByteWriter
    ) {
        list(name, values, to: &writer) { value, writer in value.append(quotedTo: &writer) }
        close(at: time, to: &writer)
    }

    /// A Relationship to one entity or many; nothing where there are none.
    public static func relationship(_ name: String, _ ids: [String], to writer: inout ByteWriter) {
        guard let first = ids.first else { return }
        writer.append(",")
        writer.append(jsonString: name)
        writer.append(":{\"type\":\"Relationship\",\"object\":")
        if ids.count == 1 {
            writer.append(jsonString: first)
        } else {
            writer.append("[")
            for (offset, id) in ids.enumerated() {
                if offset > 0 { writer.append(",") }
                writer.append(jsonString: id)
            }
            writer.append("]")
        }
        writer.append("}")
    }

    // MARK: - Parts

    private static func open(_ name: StaticString, to writer: inout ByteWriter) {
        writer.append(",\"")
        writer.append(name)
        writer.append("\":{\"type\":\"Property\",\"value\":")
    }

    private static func close(unit: StaticString? = nil, at time: Timestamp?, to writer: inout ByteWriter) {
        if let unit {
            writer.append(",\"unitCode\":\"")
            writer.append(unit)
            writer.append("\"")
        }
        if let time {
            writer.append(",\"observedAt\":")
            time.append(quotedTo: &writer)
        }
        writer.append("}")
    }

    private static func append(dateTime: Timestamp, to writer: inout ByteWriter) {
        writer.append("{\"@type\":\"DateTime\",\"@value\":")
        dateTime.append(quotedTo: &writer)
        writer.append("}")
    }

    private static func list<Value>(
        _ name: StaticString, _ values: [Value], to writer: inout ByteWriter,
        _ append: (Value, inout ByteWriter) -> Void
    ) {
        writer.append(",\"")
        writer.append(name)
        writer.append("\":{\"type\":\"ListProperty\",\"valueList\":[")
        for (offset, value) in values.enumerated() {
            if offset > 0 { writer.append(",") }
            append(value, &writer)
        }
        writer.append("]")
    }
}
