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
        bytes.withUnsafeBytes { bytes in
            var reader = StoredReader(bytes)
            let version = reader.byte()
            guard version == ChangeCodec.version || version == ChangeCodec.versionWithNewContent else { return nil }
            var steps: [RecordedStep] = []
            for _ in 0..<reader.count() {
                guard let step = RecordedStep(&reader, hasPast: version == ChangeCodec.version, id: id) else {
                    return nil
                }
                steps.append(step)
            }
            return reader.isFine ? steps : nil
        }
    }

    private init?(_ reader: inout StoredReader, hasPast: Bool, id: String) {
        guard let kind = EntityChange.Kind(rawValue: reader.byte()) else { return nil }
        self.kind = kind
        var attributes: [AttributeChange] = []
        for _ in 0..<reader.count() {
            let name = TermID(reader.number32())
            guard let kind = AttributeChange.Kind(rawValue: reader.byte()), reader.isFine else { return nil }
            attributes.append(AttributeChange(name: name, kind: kind))
        }
        self.attributes = attributes
        guard let first = reader.forest() else { return nil }
        guard hasPast else {
            written = first
            return
        }
        replaced = first
        if kind == .deleted {
            let bytes = reader.run()
            if bytes.isEmpty { return }
            guard let entity = EntityCodec.decode(bytes, id: id) else { return nil }
            deleted = entity
        } else {
            guard let second = reader.forest() else { return nil }
            gone = second
        }
    }
}

extension StoredReader {
    /// Attributes behind their length; none where it is 0.
    fileprivate mutating func forest() -> AttributeForest? {
        let bytes = run()
        return bytes.isEmpty ? AttributeForest() : EntityCodec.decodeForest(bytes)
    }
}
