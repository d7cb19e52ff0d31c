/// The stored form of an entity: a version byte, then counted fields as variable-length integers, then the text.
///
/// Version 2 says beside what version 1 says when the scopes were set; it is used where that was after the creation.
///
/// It holds term numbers, so it can be read only beside the `TermStore` that gave them.
public enum EntityCodec {
    static let version: UInt8 = 1
    static let versionWithScopeTime: UInt8 = 2

    public static func encode(_ entity: EntityRecord) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(entity.attributes.bytes.count + entity.attributes.nodes.count * 32 + 64)
        let hasScopeTime = !entity.scopes.isEmpty && entity.scopesSetAt != entity.createdAt
        output.append(hasScopeTime ? versionWithScopeTime : version)
        output.append(varint: UInt64(entity.types.count))
        for type in entity.types { output.append(varint: UInt64(type.number)) }
        output.append(varint: UInt64(entity.scopes.count))
        for scope in entity.scopes { output.append(run: scope.utf8) }
        output.append(time: entity.createdAt, since: .init(microseconds: 0))
        output.append(time: entity.modifiedAt, since: entity.createdAt)
        output.append(time: entity.expiresAt, since: entity.createdAt)
        if hasScopeTime { output.append(time: entity.scopesSetAt, since: entity.createdAt) }
        append(entity.attributes, base: entity.createdAt, to: &output)
        return output
    }

    /// - Returns: `nil` when the bytes are not an entity of a version that is known.
    public static func decode(_ bytes: UnsafeRawBufferPointer, id: String) -> EntityRecord? {
        var reader = StoredReader(bytes)
        let found = reader.byte()
        guard found == version || found == versionWithScopeTime else { return nil }
        let typeCount = reader.count()
        var types: [TermID] = []
        types.reserveCapacity(typeCount)
        for _ in 0..<typeCount { types.append(TermID(reader.number32())) }
        let scopeCount = reader.count()
        var scopes: [String] = []
        for _ in 0..<scopeCount { scopes.append(reader.text()) }
        let createdAt = reader.time(since: .init(microseconds: 0))
        let modifiedAt = reader.time(since: createdAt)
        let expiresAt = reader.time(since: createdAt)
        let scopesSetAt = found == versionWithScopeTime ? reader.time(since: createdAt) : createdAt
        let attributes = readForest(&reader, base: createdAt)
        guard reader.isFine else { return nil }
        return EntityRecord(
            id: id, types: types, scopes: scopes, scopesSetAt: scopesSetAt, createdAt: createdAt,
            modifiedAt: modifiedAt, expiresAt: expiresAt, attributes: attributes)
    }

    public static func decode(_ bytes: [UInt8], id: String) -> EntityRecord? {
        bytes.withUnsafeBytes { decode($0, id: id) }
    }

    /// The stored form of attributes alone, as change records and history keep it.
    public static func encode(_ forest: AttributeForest) -> [UInt8] {
        var output: [UInt8] = [version]
        append(forest, base: .init(microseconds: 0), to: &output)
        return output
    }

    /// Reads what `encode` made of attributes alone.
    ///
    /// - Returns: `nil` when the bytes are not attributes of this version.
    public static func decodeForest(_ bytes: UnsafeRawBufferPointer) -> AttributeForest? {
        var reader = StoredReader(bytes)
        guard reader.byte() == version else { return nil }
        let forest = readForest(&reader, base: .init(microseconds: 0))
        return reader.isFine ? forest : nil
    }

    public static func decodeForest(_ bytes: [UInt8]) -> AttributeForest? { bytes.withUnsafeBytes { decodeForest($0) } }

    private static func append(_ forest: AttributeForest, base: Timestamp, to output: inout [UInt8]) {
        output.append(varint: UInt64(forest.nodes.count))
        var position: UInt32 = 0
        for node in forest.nodes {
            output.append(varint: UInt64(node.name.number))
            output.append(varint: UInt64(node.descendants))
            // Heads follow each other (invariant 2), so only lengths are kept.
            output.append(varint: UInt64(node.headLength))
            output.append(varint: UInt64(node.valueStart - node.headStart))
            output.append(varint: UInt64(node.valueLength))
            output.append(varint: UInt64(node.datasetLength))
            if node.datasetLength > 0 { output.append(varint: UInt64(node.datasetStart - node.headStart)) }
            output.append(node.kind.rawValue)
            output.append(node.flags.rawValue)
            output.append(time: node.createdAt, since: base)
            output.append(time: node.modifiedAt, since: node.createdAt)
            output.append(time: node.observedAt, since: base)
            if node.flags.contains(.isNumber) {
                withUnsafeBytes(of: node.number.bitPattern.littleEndian) { output.append(contentsOf: $0) }
            }
            position += node.headLength
        }
        output.append(varint: UInt64(forest.bytes.count))
        if Int(position) == forest.bytes.count {
            output.append(contentsOf: forest.bytes)
        } else {
            for node in forest.nodes { output.append(contentsOf: forest.bytes[node.head]) }
        }
    }

    private static func readForest(_ reader: inout StoredReader, base: Timestamp) -> AttributeForest {
        var forest = AttributeForest()
        let count = reader.count()
        forest.nodes.reserveCapacity(count)
        var position: UInt64 = 0
        for _ in 0..<count {
            let name = TermID(reader.number32())
            let descendants = reader.number32()
            let headLength = reader.number32()
            let valueOffset = reader.number32()
            let valueLength = reader.number32()
            let datasetLength = reader.number32()
            let datasetOffset = datasetLength > 0 ? reader.number32() : 0
            let kind = AttributeKind(rawValue: reader.byte())
            let flags = AttributeNode.Flags(rawValue: reader.byte())
            let createdAt = reader.time(since: base)
            let modifiedAt = reader.time(since: createdAt)
            let observedAt = reader.time(since: base)
            let number = flags.contains(.isNumber) ? reader.double() : 0
            guard reader.isFine, let kind, position + UInt64(headLength) <= UInt64(UInt32.max),
                UInt64(valueOffset) + UInt64(valueLength) <= UInt64(headLength),
                UInt64(datasetOffset) + UInt64(datasetLength) <= UInt64(headLength), datasetLength <= UInt16.max
            else {
                reader.fail()
                return forest
            }
            let start = UInt32(position)
            forest.nodes.append(
                AttributeNode(
                    name: name, descendants: descendants, headStart: start, headLength: headLength,
                    valueStart: start + valueOffset, valueLength: valueLength, datasetStart: start + datasetOffset,
                    datasetLength: UInt16(datasetLength), kind: kind, flags: flags, createdAt: createdAt,
                    modifiedAt: modifiedAt, observedAt: observedAt, number: number))
            position += UInt64(headLength)
        }
        if !nests(forest.nodes) { reader.fail() }
        forest.bytes = ContiguousArray(reader.run())
        if UInt64(forest.bytes.count) != position { reader.fail() }
        return forest
    }

    /// Whether every subtree ends inside its parent's (invariant 1), not too deep for those who walk it.
    private static func nests(_ nodes: ContiguousArray<AttributeNode>) -> Bool {
        var ends: [Int] = []
        for (index, node) in nodes.enumerated() {
            while let end = ends.last, end <= index { ends.removeLast() }
            guard node.descendants > 0 else { continue }
            let end = index + 1 + Int(node.descendants)
            guard end <= ends.last ?? nodes.count, ends.count < 4 * EntityDecoder.depthLimit else { return false }
            ends.append(end)
        }
        return true
    }
}

extension [UInt8] {
    /// Zigzag difference to a time near it; 0 stands for "not set".
    mutating func append(time: Timestamp, since base: Timestamp) {
        guard time.isSet else {
            append(0)
            return
        }
        let difference = time.microseconds &- (base.isSet ? base.microseconds : 0)
        append(varint: UInt64(zigzag: difference) &+ 1)
    }
}

extension StoredReader {
    mutating func time(since base: Timestamp) -> Timestamp {
        let raw = varint()
        guard raw > 0 else { return .none }
        return Timestamp(microseconds: Int64(zigzag: raw &- 1) &+ (base.isSet ? base.microseconds : 0))
    }
}
