import JSONTree

/// The NGSI-LD Nulls of a fragment in what becomes a new instance, where there is nothing for them to remove.
extension AttributeForest {
    /// A subtree of a fragment without the NGSI-LD Nulls inside its compound values.
    ///
    /// - Returns: `nil` when there are none.
    func withoutNulls(inValuesOf index: Int) -> AttributeForest? {
        let end = index + Int(nodes[index].descendants)
        let compound = (index...end).filter { hasNullInValue(nodes[$0]) }
        guard !compound.isEmpty else { return nil }
        var result = AttributeForest()
        result.append(subtree: index, of: self)
        for position in compound.map({ $0 - index }) {
            let node = result.nodes[position]
            guard let document = try? JSONDocument(parsing: Array(result.bytes[node.value])) else { continue }
            var head = ByteWriter(capacity: Int(node.headLength))
            result.append(node.head.lowerBound..<node.value.lowerBound, to: &head)
            let valueStart = head.count
            JSONMergePatch.appendWithoutNulls(document, document.root, to: &head)
            let valueLength = head.count - valueStart
            result.append(node.value.upperBound..<node.head.upperBound, to: &head)
            result.nodes[position].valueLength = UInt32(valueLength)
            if node.datasetLength > 0 {
                result.nodes[position].datasetStart = node.datasetStart + UInt32(valueLength) - node.valueLength
            }
            result.replaceHead(of: position, by: head)
        }
        return result
    }

    private func hasNullInValue(_ node: AttributeNode) -> Bool {
        guard node.valueLength > 0, bytes[node.value.lowerBound] == UInt8(ascii: "{") else { return false }
        let null = Array("\"urn:ngsi-ld:null\"".utf8)
        let value = bytes[node.value]
        return value.indices.contains { value[$0] == null[0] && value[$0...].starts(with: null) }
    }

    /// A subtree of a fragment without the members that it asks to remove.
    ///
    /// - Returns: `nil` when there are none.
    func withoutNullMembers(_ index: Int) -> AttributeForest? {
        let end = index + Int(nodes[index].descendants)
        guard (index...end).contains(where: { removesMembers(nodes[$0]) }) else { return nil }
        var result = AttributeForest()
        result.append(subtree: index, of: self)
        for position in result.nodes.indices where result.removesMembers(result.nodes[position]) {
            let node = result.nodes[position]
            let members = HeadMembers(result, node).members
            guard let first = members.first(where: { $0.value.lowerBound > node.value.lowerBound && result.isNull($0) })
            else { continue }
            var head = ByteWriter(capacity: Int(node.headLength))
            result.append(node.head.lowerBound..<first.key.lowerBound - 1, to: &head)
            result.append(result.headEndBeforeExpiry(node)..<node.head.upperBound, to: &head)
            result.replaceHead(of: position, by: head)
        }
        return result
    }

    /// Whether a head ends with a member, before `expiresAt`, that is the NGSI-LD Null (see `ForestWriter.removedMembers`).
    private func removesMembers(_ node: AttributeNode) -> Bool {
        let start = max(node.head.lowerBound, node.value.upperBound)
        let end = headEndBeforeExpiry(node)
        guard start < end else { return false }
        let null: StaticString = "\":\"urn:ngsi-ld:null\""
        let text = UnsafeBufferPointer(start: null.utf8Start, count: null.utf8CodeUnitCount)
        return bytes[start..<end].suffix(text.count).elementsEqual(text)
    }

    private func isNull(_ member: HeadMembers.Member) -> Bool {
        bytes[member.value].elementsEqual("\"urn:ngsi-ld:null\"".utf8)
    }
}
