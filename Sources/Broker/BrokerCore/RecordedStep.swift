public import NGSILDModel
public import NGSILDOperations

/// One step of a change as the change record keeps it.
public struct RecordedStep: Sendable {
    public let kind: EntityChange.Kind
    public let attributes: [AttributeChange]
    /// The instances in whose place others of another time stand since an update.
    public var replaced = AttributeForest()
    /// The instances that an update took away.
    public var gone = AttributeForest()
    /// The entity that a deletion took away.
    public var deleted: EntityRecord?
    /// What an update wrote; only in records of older versions, which kept nothing else.
    public var written = AttributeForest()

    /// Reads the steps of a stored change.
    ///
    /// - Parameter id: the entity's.
    /// - Returns: `nil` when the bytes are not a change of a version that is known.
    public static func decode(_ bytes: [UInt8], id: String = "") -> [RecordedStep]? {
        var rest = bytes[...]
        guard let version = rest.popFirst(),
            version == ChangeCodec.version || version == ChangeCodec.versionWithNewContent,
            let count = rest.count()
        else { return nil }
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
            var step = RecordedStep(kind: kind, attributes: attributes)
            guard
                version == ChangeCodec.version
                    ? step.readPast(&rest, id: id) : rest.forest().map({ step.written = $0 }) != nil
            else { return nil }
            steps.append(step)
        }
        return steps
    }

    private mutating func readPast(_ rest: inout ArraySlice<UInt8>, id: String) -> Bool {
        guard let replaced = rest.forest() else { return false }
        self.replaced = replaced
        if kind == .deleted {
            guard let bytes = rest.counted() else { return false }
            if bytes.isEmpty { return true }
            deleted = EntityCodec.decode(bytes, id: id)
            return deleted != nil
        }
        guard let gone = rest.forest() else { return false }
        self.gone = gone
        return true
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

    fileprivate mutating func counted() -> [UInt8]? {
        guard let length = count() else { return nil }
        defer { self = dropFirst(length) }
        return Array(prefix(length))
    }

    /// Attributes behind their length; none where it is 0.
    fileprivate mutating func forest() -> AttributeForest? {
        guard let bytes = counted() else { return nil }
        return bytes.isEmpty ? AttributeForest() : EntityCodec.decodeForest(bytes)
    }
}
