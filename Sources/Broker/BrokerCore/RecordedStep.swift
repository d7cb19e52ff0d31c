public import NGSILDModel
public import NGSILDOperations

/// One step of a change as the change record keeps it.
public struct RecordedStep: Sendable {
    public let kind: EntityChange.Kind
    public let attributes: [AttributeChange]
    /// The changed attributes as they were after an update; empty for creations and deletions.
    public let content: AttributeForest

    /// Reads the steps of a stored change.
    ///
    /// - Returns: `nil` when the bytes are not a change of this version.
    public static func decode(_ bytes: [UInt8]) -> [RecordedStep]? {
        var rest = bytes[...]
        guard rest.popFirst() == ChangeCodec.version, let count = rest.count() else { return nil }
        var steps: [RecordedStep] = []
        for _ in 0..<count {
            guard let kind = rest.popFirst().flatMap(EntityChange.Kind.init), let changes = rest.count() else {
                return nil
            }
            var attributes: [AttributeChange] = []
            for _ in 0..<changes {
                guard let number = rest.variable(), number <= UInt32.max,
                    let kind = rest.popFirst().flatMap(AttributeChange.Kind.init)
                else { return nil }
                attributes.append(AttributeChange(name: TermID(UInt32(number)), kind: kind))
            }
            guard let length = rest.count() else { return nil }
            var content = AttributeForest()
            if length > 0 {
                guard let forest = EntityCodec.decodeForest(Array(rest.prefix(length))) else { return nil }
                content = forest
                rest = rest.dropFirst(length)
            }
            steps.append(RecordedStep(kind: kind, attributes: attributes, content: content))
        }
        return steps
    }
}

extension ArraySlice<UInt8> {
    fileprivate mutating func variable() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64, let byte = popFirst() {
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    /// A number of things that follow and take at least a byte each.
    fileprivate mutating func count() -> Int? {
        guard let value = variable(), value <= UInt64(count) else { return nil }
        return Int(value)
    }
}
