import JSONTree

/// The fixed bytes around an attribute's value: `,"pm25":{"type":"Property","value":` and what follows.
struct AttributeTemplate: Sendable {
    let opening: [UInt8]
    let unit: [UInt8]

    init(_ rule: TabularMapping.AttributeRule) {
        opening = AttributeWriter.name(rule.name) + [UInt8(ascii: "{")] + AttributeWriter.opening(rule.kind)
        unit = AttributeWriter.unit(rule.unitCode)
    }

    /// Writes the attribute around a value that is already JSON.
    func append(_ value: UnsafeBufferPointer<UInt8>, at time: Timestamp?, to builder: inout EntityBatchBuilder) {
        builder.append(json: opening)
        builder.append(json: value)
        builder.append(json: unit)
        if let time {
            builder.append(json: ",\"observedAt\":\"")
            builder.append(time)
            builder.append(json: "\"}")
        } else {
            builder.append(json: "}")
        }
    }
}
