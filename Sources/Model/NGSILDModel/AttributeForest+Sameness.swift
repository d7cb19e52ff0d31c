import JSONTree

extension AttributeForest {
    /// Whether two instances say the same, sub-attributes included, whenever it was said and however it is written: see
    /// `JSONDocument.isSame`.
    ///
    /// - Source: CIM 009 clause 5.8.6 ("updated with a value different than the existing one").
    /// - Cost: linear in the text of both; memory only where the texts differ.
    func saysTheSame(_ index: Int, _ other: AttributeForest, _ otherIndex: Int) -> Bool {
        if hasSameText(index, other, otherIndex) { return true }
        let (one, two) = (nodes[index], other.nodes[otherIndex])
        guard one.kind == two.kind, one.descendants == two.descendants, one.observedAt == two.observedAt,
            headSaysTheSame(one, other, two)
        else { return false }
        var child = index + 1
        while child <= index + Int(one.descendants) {
            guard let same = other.child(of: otherIndex, likeChild: child, of: self),
                saysTheSame(child, other, same)
            else { return false }
            child += 1 + Int(nodes[child].descendants)
        }
        // All of these are among the others', and as many stand below both.
        return true
    }

    private func hasSameText(_ index: Int, _ other: AttributeForest, _ otherIndex: Int) -> Bool {
        let count = Int(nodes[index].descendants)
        guard count == Int(other.nodes[otherIndex].descendants) else { return false }
        for offset in 0...count {
            let (one, two) = (nodes[index + offset], other.nodes[otherIndex + offset])
            guard one.name == two.name, one.descendants == two.descendants, hasSameHead(one, other, two) else {
                return false
            }
        }
        return true
    }

    private func hasSameHead(_ one: AttributeNode, _ other: AttributeForest, _ two: AttributeNode) -> Bool {
        one.headLength == two.headLength && bytes[one.head].elementsEqual(other.bytes[two.head])
    }

    /// Compares values first, as most changes are of these.
    private func headSaysTheSame(_ one: AttributeNode, _ other: AttributeForest, _ two: AttributeNode) -> Bool {
        if hasSameHead(one, other, two) { return true }
        // Names that are put in when they are shown stand in no order that could differ.
        guard !one.flags.contains(.hasHoles), !two.flags.contains(.hasHoles) else { return false }
        guard let value = document(one.value), let otherValue = other.document(two.value),
            value.isSame(value.root, as: otherValue.root, of: otherValue),
            let head = document(one.head, isHead: true), let otherHead = other.document(two.head, isHead: true)
        else { return false }
        return head.count(head.root) == otherHead.count(otherHead.root)
            && head.members(head.root).allSatisfy { member in
                guard let name = head.string(member.key), let same = otherHead.member(otherHead.root, named: name)
                else {
                    return false
                }
                // Instants are compared above.
                return name == "observedAt" || head.isSame(member.value, as: same, of: otherHead)
            }
    }

    /// A value, or a head, to which its braces are added.
    private func document(_ range: Range<Int>, isHead: Bool = false) -> JSONDocument? {
        let text = isHead ? [UInt8(ascii: "{")] + bytes[range] + [UInt8(ascii: "}")] : Array(bytes[range])
        return try? JSONDocument(parsing: text)
    }

    private func child(of parent: Int, likeChild index: Int, of other: AttributeForest) -> Int? {
        var child = parent + 1
        while child <= parent + Int(nodes[parent].descendants) {
            if nodes[child].name == other.nodes[index].name, sameDataset(child, other, index) { return child }
            child += 1 + Int(nodes[child].descendants)
        }
        return nil
    }
}
