import JSONTree

/// What a change did to one attribute of an entity.
public struct AttributeChange: Hashable, Sendable {
    /// The raw values are part of the stored change record.
    public enum Kind: UInt8, Sendable { case created = 1, modified, deleted }
    public let name: TermID
    public let kind: Kind
    public init(name: TermID, kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

/// A forest after a change, and what the change did.
public struct ForestChange: Sendable {
    public var forest = AttributeForest()
    public var changes: [AttributeChange] = []
    /// Attributes of the fragment that were left alone, with the reason.
    public var notUpdated: [(name: TermID, reason: String)] = []
}

/// How an instance of a fragment acts on the stored instance with the same name and datasetId.
public enum InstanceRule: Sendable {
    /// Update Attributes, Append Attributes with overwrite: the new instance takes the place of the old.
    case replace
    /// Append Attributes with `noOverwrite`: the old instance stays.
    case keep
    /// Merge Entity: the new instance is merged into the old, at any depth.
    case merge
    /// Partial Attribute Update: the members given replace those of the old instance, at the first level.
    case partial
}

extension AttributeForest {
    /// All attributes as new ones: created and modified now.
    public func stamped(_ now: Timestamp) -> AttributeForest {
        var result = self
        for index in result.nodes.indices {
            result.nodes[index].createdAt = now
            result.nodes[index].modifiedAt = now
        }
        return result
    }

    /// The stored forest with a fragment applied, instance by instance.
    ///
    /// - Source: CIM 009 clauses 5.6.2.4, 5.6.3.4, 5.6.4.4, 5.6.17.4.
    /// - Cost: linear in the size of the forest.
    public func applying(_ fragment: AttributeForest, rule: InstanceRule, now: Timestamp) -> ForestChange {
        var result = ForestChange()
        result.forest.nodes.reserveCapacity(nodes.count + fragment.nodes.count)
        result.forest.bytes.reserveCapacity(bytes.count + fragment.bytes.count)
        var index = 0
        while index < nodes.count {
            let next = index + 1 + Int(nodes[index].descendants)
            if let match = fragment.matching(self, index) {
                replaceInstance(index, fragment, match, rule, now, &result)
            } else {
                result.forest.append(subtree: index, of: self)
            }
            let isLastOfName = next >= nodes.count || nodes[next].name != nodes[index].name
            if isLastOfName { appendNewInstances(of: nodes[index].name, fragment, rule, now, &result) }
            index = next
        }
        for root in fragment.roots where !contains(fragment.nodes[root].name) {
            appendNew(root, of: fragment, rule, now, &result)
        }
        return result
    }

    private func matching(_ stored: AttributeForest, _ index: Int) -> Int? {
        var root = 0
        while root < nodes.count {
            if nodes[root].name == stored.nodes[index].name, sameDataset(root, stored, index) { return root }
            root += 1 + Int(nodes[root].descendants)
        }
        return nil
    }

    private func appendNewInstances(
        of name: TermID, _ fragment: AttributeForest, _ rule: InstanceRule, _ now: Timestamp,
        _ result: inout ForestChange
    ) {
        var root = 0
        while root < fragment.nodes.count {
            if fragment.nodes[root].name == name, matching(fragment, root) == nil {
                appendNew(root, of: fragment, rule, now, &result)
            }
            root += 1 + Int(fragment.nodes[root].descendants)
        }
    }

    private func appendNew(
        _ root: Int, of fragment: AttributeForest, _ rule: InstanceRule, _ now: Timestamp,
        _ result: inout ForestChange
    ) {
        let node = fragment.nodes[root]
        if node.flags.contains(.isNull) { return }
        if node.flags.contains(.hasNoValue) {
            result.notUpdated.append((node.name, "the attribute does not exist yet and the fragment gives it no value"))
            return
        }
        let position = result.forest.nodes.count
        result.forest.append(newSubtree: root, of: fragment, rule: rule)
        result.forest.stamp(subtree: position, createdAt: now, modifiedAt: now)
        result.changes.append(AttributeChange(name: node.name, kind: contains(node.name) ? .modified : .created))
    }

    private func replaceInstance(
        _ index: Int, _ fragment: AttributeForest, _ match: Int, _ rule: InstanceRule, _ now: Timestamp,
        _ result: inout ForestChange
    ) {
        let old = nodes[index]
        let new = fragment.nodes[match]
        if rule == .keep {
            result.notUpdated.append((new.name, "the attribute exists already and overwriting is not allowed"))
            result.forest.append(subtree: index, of: self)
            return
        }
        if new.flags.contains(.isNull) {
            result.changes.append(
                AttributeChange(name: old.name, kind: roots(named: old.name).count > 1 ? .modified : .deleted))
            return
        }
        let position = result.forest.nodes.count
        if rule == .replace, !new.flags.contains(.hasNoValue) {
            result.forest.append(newSubtree: match, of: fragment)
            result.forest.stamp(subtree: position, createdAt: old.createdAt, modifiedAt: now)
        } else {
            result.forest.appendCombined(index, of: self, with: match, of: fragment, rule: rule, now: now)
        }
        result.changes.append(AttributeChange(name: old.name, kind: .modified))
    }

    /// Appends an instance of a fragment as a new one, without what its NGSI-LD Nulls ask to remove: there is nothing yet.
    private mutating func append(newSubtree index: Int, of other: AttributeForest, rule: InstanceRule = .replace) {
        if rule == .merge, let cleaned = other.withoutNulls(inValuesOf: index) {
            return append(newSubtree: 0, of: cleaned)
        }
        if let cleaned = other.withoutNullMembers(index) {
            append(withoutRemovals: 0, of: cleaned)
        } else {
            append(withoutRemovals: index, of: other)
        }
    }

    /// Leaves out sub-attributes that ask for removal, those without a value, which have none to keep, and an `expiresAt`
    /// that asks for removal.
    private mutating func append(withoutRemovals index: Int, of other: AttributeForest) {
        let end = index + Int(other.nodes[index].descendants)
        let leftOut: AttributeNode.Flags = [.isNull, .hasNoValue]
        guard
            other.nodes[index...end].contains(where: { !$0.flags.isDisjoint(with: [.isNull, .hasNoValue, .expires]) })
        else {
            append(subtree: index, of: other)
            return
        }
        let position = nodes.count
        appendAlone(index, of: other)
        for child in other.children(of: index) where other.nodes[child].flags.isDisjoint(with: leftOut) {
            append(withoutRemovals: child, of: other)
        }
        nodes[position].descendants = UInt32(nodes.count - position - 1)
    }

    /// Appends a node without its sub-attributes.
    mutating func appendAlone(_ index: Int, of other: AttributeForest) {
        var node = other.nodes[index]
        if node.flags.contains(.expires), !other.expiry(of: index).isSet {
            node.headLength = UInt32(other.headEndBeforeExpiry(node)) - node.headStart
            node.flags.remove(.expires)
        }
        let start = node.headStart
        let target = UInt32(bytes.count)
        bytes.append(contentsOf: other.bytes[node.head])
        node.headStart = target
        node.valueStart = node.valueStart - start + target
        if node.datasetLength > 0 { node.datasetStart = node.datasetStart - start + target }
        node.descendants = 0
        nodes.append(node)
    }

    /// Appends the old instance with the members and sub-attributes of the new one put over it.
    mutating func appendCombined(
        _ oldIndex: Int, of old: AttributeForest, with newIndex: Int, of new: AttributeForest, rule: InstanceRule,
        now: Timestamp
    ) {
        let position = nodes.count
        nodes.append(combinedNode(old, old.nodes[oldIndex], new, new.nodes[newIndex], rule))
        nodes[position].createdAt = old.nodes[oldIndex].createdAt
        nodes[position].modifiedAt = now
        let newChildren = new.children(of: newIndex)
        let oldChildren = old.children(of: oldIndex)
        for child in oldChildren {
            let match = newChildren.first {
                new.nodes[$0].name == old.nodes[child].name && new.sameDataset($0, old, child)
            }
            guard let match else {
                append(subtree: child, of: old)
                continue
            }
            if new.nodes[match].flags.contains(.isNull) { continue }
            if rule == .merge || new.nodes[match].flags.contains(.hasNoValue) {
                appendCombined(child, of: old, with: match, of: new, rule: rule, now: now)
            } else {
                let at = nodes.count
                append(newSubtree: match, of: new)
                stamp(subtree: at, createdAt: old.nodes[child].createdAt, modifiedAt: now)
            }
        }
        for child in newChildren where new.nodes[child].flags.isDisjoint(with: [.isNull, .hasNoValue]) {
            let isOld = oldChildren.contains {
                old.nodes[$0].name == new.nodes[child].name && new.sameDataset(child, old, $0)
            }
            if isOld { continue }
            let at = nodes.count
            append(newSubtree: child, of: new, rule: rule)
            stamp(subtree: at, createdAt: now, modifiedAt: now)
        }
        nodes[position].descendants = UInt32(nodes.count - position - 1)
    }

    /// Writes the combined head into `bytes` and returns its node.
    private mutating func combinedNode(
        _ old: AttributeForest, _ oldNode: AttributeNode, _ new: AttributeForest, _ newNode: AttributeNode,
        _ rule: InstanceRule
    ) -> AttributeNode {
        let takesNewValue = !newNode.flags.contains(.hasNoValue)
        let keepsKind = newNode.flags.contains(.hasNoValue) || newNode.kind == oldNode.kind
        var node = takesNewValue ? newNode : oldNode
        node.flags.remove([.hasNoValue, .kindIsInferred, .expires])
        node.headStart = UInt32(bytes.count)
        var head = ByteWriter(capacity: Int(oldNode.headLength + newNode.headLength))
        head.append("\"type\":\"")
        head.append(node.kind.typeName)
        head.append("\",\"")
        head.append(node.kind.valueMember)
        head.append("\":")
        let valueStart = head.count
        if takesNewValue, rule == .merge, keepsKind {
            Self.appendMergedValue(old, oldNode, new, newNode, to: &head)
        } else {
            let (source, from) = takesNewValue ? (new, newNode) : (old, oldNode)
            source.bytes.withUnsafeBufferPointer { head.append(UnsafeBufferPointer(rebasing: $0[from.value])) }
        }
        node.valueStart = node.headStart + UInt32(valueStart)
        node.valueLength = UInt32(head.count - valueStart)
        var newMembers = Self.metaMembers(new, newNode)
        var oldMembers = Self.metaMembers(old, oldNode)
        // `expiresAt` stays last.
        let newExpiry = newMembers.lastIndex { $0.key == "\"expiresAt\"" }.map { newMembers.remove(at: $0) }
        let oldExpiry = oldMembers.lastIndex { $0.key == "\"expiresAt\"" }.map { oldMembers.remove(at: $0) }
        node.observedAt = oldNode.observedAt
        node.datasetLength = 0
        for member in oldMembers where !newMembers.contains(where: { $0.key == member.key }) {
            if !keepsKind, member.key == "\"objectType\"" || member.key == "\"unitCode\"" { continue }
            Self.append(member, of: old, to: &head, &node)
        }
        if newMembers.contains(where: { $0.key == "\"observedAt\"" }) { node.observedAt = newNode.observedAt }
        for member in newMembers where !Self.isNull(member, new) { Self.append(member, of: new, to: &head, &node) }
        if let member = newExpiry ?? oldExpiry {
            let source = newExpiry == nil ? old : new
            if !Self.isNull(member, source) {
                Self.append(member, of: source, to: &head, &node)
                node.flags.insert(.expires)
            }
        }
        node.headLength = UInt32(head.count)
        node.flags.formUnion(oldNode.flags.intersection(.hasHoles))
        node.flags.formUnion(newNode.flags.intersection(.hasHoles))
        head.withBytes { bytes.append(contentsOf: $0) }
        return node
    }

    private struct MetaMember {
        let key: String
        let value: Range<Int>
    }

    /// The members of a head but for `type` and the value.
    private static func metaMembers(_ forest: AttributeForest, _ node: AttributeNode) -> [MetaMember] {
        HeadMembers(forest, node).members.compactMap { member in
            let key = String(decoding: forest.bytes[member.key], as: UTF8.self)
            if key == "\"type\"" || (node.valueLength > 0 && member.value.lowerBound == Int(node.valueStart)) {
                return nil
            }
            return MetaMember(key: key, value: member.value)
        }
    }

    private static func isNull(_ member: MetaMember, _ forest: AttributeForest) -> Bool {
        forest.bytes[member.value].elementsEqual("\"urn:ngsi-ld:null\"".utf8)
    }

    private static func append(
        _ member: MetaMember, of forest: AttributeForest, to head: inout ByteWriter, _ node: inout AttributeNode
    ) {
        head.append(UInt8(ascii: ","))
        head.append(utf8: member.key)
        head.append(UInt8(ascii: ":"))
        if member.key == "\"datasetId\"" {
            node.datasetStart = node.headStart + UInt32(head.count) + 1
            node.datasetLength = UInt16(member.value.count - 2)
        }
        forest.bytes.withUnsafeBufferPointer { head.append(UnsafeBufferPointer(rebasing: $0[member.value])) }
    }

    private static func appendMergedValue(
        _ old: AttributeForest, _ oldNode: AttributeNode, _ new: AttributeForest, _ newNode: AttributeNode,
        to head: inout ByteWriter
    ) {
        let first = new.bytes[newNode.value.lowerBound]
        let mergesObjects =
            newNode.kind == .property || newNode.kind == .languageProperty || newNode.kind == .jsonProperty
        if mergesObjects, first == UInt8(ascii: "{"),
            let target = try? JSONDocument(parsing: Array(old.bytes[oldNode.value])),
            let patch = try? JSONDocument(parsing: Array(new.bytes[newNode.value]))
        {
            JSONMergePatch.append(target: target, target.root, patch: patch, patch.root, to: &head)
        } else {
            new.bytes.withUnsafeBufferPointer { head.append(UnsafeBufferPointer(rebasing: $0[newNode.value])) }
        }
    }

    /// The forest without an attribute, or without one instance of it.
    ///
    /// - Parameter dataset: `nil` removes all instances; empty the default instance; else the one with this datasetId.
    /// - Returns: `nil` when there is nothing to remove.
    /// - Source: CIM 009 clause 5.6.5.
    public func removing(_ name: TermID, dataset: String?) -> ForestChange? {
        var result = ForestChange()
        var removed = 0
        var kept = 0
        for root in roots {
            if nodes[root].name == name {
                if dataset == nil || datasetEquals(root, dataset ?? "") {
                    removed += 1
                    continue
                }
                kept += 1
            }
            result.forest.append(subtree: root, of: self)
        }
        guard removed > 0 else { return nil }
        result.changes = [AttributeChange(name: name, kind: kept > 0 ? .modified : .deleted)]
        return result
    }

    /// The forest with those attributes only whose name passes.
    ///
    /// - Returns: `nil` when all of them do.
    /// - Source: CIM 009 clause 5.6.21.4.
    public func keeping(_ isKept: (TermID) -> Bool) -> ForestChange? {
        var result = ForestChange()
        for root in roots {
            let name = nodes[root].name
            if isKept(name) {
                result.forest.append(subtree: root, of: self)
            } else if result.changes.last?.name != name {
                result.changes.append(AttributeChange(name: name, kind: .deleted))
            }
        }
        return result.changes.isEmpty ? nil : result
    }

    /// The forest with instances of an attribute replaced by those given (Replace Attribute, clause 5.6.19); instances
    /// with another datasetId stay.
    ///
    /// - Returns: `nil` when there is no instance for one of those given.
    public func replacing(_ name: TermID, with new: AttributeForest, now: Timestamp) -> ForestChange? {
        let old = roots(named: name)
        guard !new.isEmpty, new.roots.allSatisfy({ root in old.contains { new.sameDataset(root, self, $0) } }) else {
            return nil
        }
        var result = ForestChange()
        for root in roots {
            let replacement = nodes[root].name == name ? new.roots.first { new.sameDataset($0, self, root) } : nil
            guard let replacement else {
                result.forest.append(subtree: root, of: self)
                continue
            }
            let position = result.forest.nodes.count
            result.forest.append(newSubtree: replacement, of: new)
            result.forest.stamp(subtree: position, createdAt: nodes[root].createdAt, modifiedAt: now)
        }
        result.changes = [AttributeChange(name: name, kind: .modified)]
        return result
    }
}

extension AttributeForest {
    /// All attributes as modified now; instances that the old forest has too keep its `createdAt`.
    public func stamped(_ now: Timestamp, keepingCreationOf old: AttributeForest) -> AttributeForest {
        var result = stamped(now)
        for root in roots {
            if let same = old.roots(named: nodes[root].name).first(where: { sameDataset(root, old, $0) }) {
                result.nodes[root].createdAt = old.nodes[same].createdAt
            }
        }
        return result
    }
}
