import JSONTree

/// The times of one recorded instance.
public struct InstanceTimes: Hashable, Sendable {
    /// `.none` when the instance has no `observedAt`.
    public var observedAt: Timestamp
    public var createdAt: Timestamp
    public var modifiedAt: Timestamp
    /// `.none` unless the instance records a deletion.
    public var deletedAt: Timestamp

    public init(observedAt: Timestamp, createdAt: Timestamp, modifiedAt: Timestamp, deletedAt: Timestamp = .none) {
        self.observedAt = observedAt
        self.createdAt = createdAt
        self.modifiedAt = modifiedAt
        self.deletedAt = deletedAt
    }
}

/// History keeps what the instances of a series have in common once: a template is an instance without its value and
/// its times, a forest with one root.
extension AttributeForest {
    /// The template of the instance at `root`.
    ///
    /// - Parameter isFromHistory: whether it was made from a template itself, so that members that only history has may
    ///   be at the end of its head.
    public func template(of root: Int, isFromHistory: Bool = false) -> AttributeForest {
        let node = nodes[root]
        let value = node.value
        // An expiry stands last, in the template and in what is made of it.
        let expiryStart = headEndBeforeExpiry(node)
        let end = isFromHistory ? min(historyMembers(of: node), expiryStart) : expiryStart
        let cut = observedAtMember(of: node, before: end)
        var result = AttributeForest()
        result.bytes.append(contentsOf: bytes[node.head.lowerBound..<value.lowerBound])
        result.bytes.append(contentsOf: bytes[value.upperBound..<cut.lowerBound])
        result.bytes.append(contentsOf: bytes[cut.upperBound..<end])
        result.bytes.append(contentsOf: bytes[expiryStart..<node.head.upperBound])
        var bare = node
        bare.headStart = 0
        bare.headLength = UInt32(result.bytes.count)
        bare.valueStart = node.valueStart - node.headStart
        bare.valueLength = 0
        if node.datasetLength > 0 {
            let isAfterCut = node.dataset.lowerBound >= cut.upperBound
            bare.datasetStart =
                node.datasetStart - node.headStart - node.valueLength - (isAfterCut ? UInt32(cut.count) : 0)
        }
        bare.flags = node.flags.intersection([.hasHoles, .expires])
        bare.observedAt = .none
        bare.number = 0
        result.nodes.append(bare)
        var child = root + 1
        while child <= root + Int(node.descendants) {
            result.append(subtree: child, of: self)
            child += 1 + Int(nodes[child].descendants)
        }
        for index in result.nodes.indices {
            result.nodes[index].createdAt = .none
            result.nodes[index].modifiedAt = .none
        }
        return result
    }

    /// Where `,"observedAt":"…"` stands in a head before `end`; empty at `end` when it is not there.
    private func observedAtMember(of node: AttributeNode, before end: Int) -> Range<Int> {
        guard node.observedAt.isSet else { return end..<end }
        let member = HeadMembers(self, node).members.first { bytes[$0.key].elementsEqual("\"observedAt\"".utf8) }
        guard let member, member.key.lowerBound > node.value.upperBound, member.value.upperBound <= end else {
            return end..<end
        }
        return member.key.lowerBound - 1..<member.value.upperBound
    }

    /// Where the members begin that `append(template:…)` puts last: deletedAt, instanceId.
    private func historyMembers(of node: AttributeNode) -> Int {
        let first = HeadMembers(self, node).members.first { member in
            member.key.lowerBound > node.value.upperBound
                && (bytes[member.key].elementsEqual("\"deletedAt\"".utf8)
                    || bytes[member.key].elementsEqual("\"instanceId\"".utf8))
        }
        return first.map { $0.key.lowerBound - 1 } ?? node.head.upperBound
    }

    /// When the instance at `root`, which was made from a template, was deleted; `.none` when it records no deletion.
    public func deletedAt(of root: Int) -> Timestamp {
        let node = nodes[root]
        let member = HeadMembers(self, node).members.first { member in
            member.key.lowerBound > node.value.upperBound && bytes[member.key].elementsEqual("\"deletedAt\"".utf8)
        }
        guard let member, member.value.count > 2 else { return .none }
        return Timestamp(bytes[member.value].dropFirst().dropLast()) ?? .none
    }

    /// Appends an instance made from a template, its value and its times.
    ///
    /// - Parameters:
    ///   - value: JSON text (with term numbers where the template has them).
    ///   - members: further members of its head as text, each with a comma before it, such as an instanceId.
    /// - Returns: the index of the new root; `nil` when the template is no template.
    @discardableResult
    public mutating func append(
        template: AttributeForest, value: UnsafeRawBufferPointer, times: InstanceTimes, members: [UInt8] = []
    ) -> Int? {
        guard let bare = template.nodes.first, value.count > 0, bare.valueLength == 0,
            bare.valueStart <= bare.headLength, Int(bare.headLength) <= template.bytes.count,
            bytes.count + template.bytes.count + value.count < Int(UInt32.max) / 2
        else { return nil }
        let root = nodes.count
        var node = bare
        node.headStart = UInt32(bytes.count)
        bytes.append(contentsOf: template.bytes[..<Int(bare.valueStart)])
        node.valueStart = UInt32(bytes.count)
        node.valueLength = UInt32(value.count)
        bytes.append(contentsOf: value)
        if bare.datasetLength > 0 {
            node.datasetStart =
                bare.datasetStart + node.headStart + (bare.datasetStart >= bare.valueStart ? node.valueLength : 0)
        }
        let expiryStart = max(Int(bare.valueStart), template.headEndBeforeExpiry(bare))
        bytes.append(contentsOf: template.bytes[Int(bare.valueStart)..<expiryStart])
        appendMember(",\"observedAt\":", times.observedAt)
        appendMember(",\"deletedAt\":", times.deletedAt)
        bytes.append(contentsOf: members)
        bytes.append(contentsOf: template.bytes[expiryStart..<Int(bare.headLength)])
        node.headLength = UInt32(bytes.count) - node.headStart
        node.setValueFlags(value)
        node.observedAt = times.observedAt
        node.createdAt = times.createdAt.isSet ? times.createdAt : times.modifiedAt
        node.modifiedAt = times.modifiedAt
        nodes.append(node)
        var child = 1
        while child < template.nodes.count {
            append(subtree: child, of: template)
            child += 1 + Int(template.nodes[child].descendants)
        }
        for index in root + 1..<max(root + 1, nodes.count) {
            nodes[index].createdAt = node.createdAt
            nodes[index].modifiedAt = node.modifiedAt
        }
        return root
    }

    /// Appends the template of plain instances of an attribute, of the default dataset.
    public mutating func appendTemplate(name: TermID, kind: AttributeKind, unitCode: String?) {
        var head = ByteWriter(capacity: 64)
        head.append("\"type\":\"")
        head.append(kind.typeName)
        head.append("\",\"")
        head.append(kind.valueMember)
        head.append("\":")
        let start = UInt32(bytes.count)
        let valueStart = start + UInt32(head.count)
        if let unitCode {
            head.append(",\"unitCode\":")
            head.append(jsonString: unitCode)
        }
        head.withBytes { bytes.append(contentsOf: $0) }
        nodes.append(
            AttributeNode(
                name: name, descendants: 0, headStart: start, headLength: UInt32(head.count), valueStart: valueStart,
                valueLength: 0, datasetStart: start, datasetLength: 0, kind: kind, flags: [], createdAt: .none,
                modifiedAt: .none, observedAt: .none, number: 0))
    }

    private mutating func appendMember(_ name: StaticString, _ time: Timestamp) {
        guard time.isSet else { return }
        var writer = ByteWriter(capacity: 48)
        writer.append(name)
        time.append(quotedTo: &writer)
        writer.withBytes { bytes.append(contentsOf: $0) }
    }
}

extension AttributeNode {
    fileprivate mutating func setValueFlags(_ value: UnsafeRawBufferPointer) {
        flags = flags.intersection([.hasHoles, .expires])
        number = 0
        guard kind == .property || kind == .relationship, let first = value.first else { return }
        switch first {
        case UInt8(ascii: "\""): flags.insert(.isString)
        case UInt8(ascii: "t"), UInt8(ascii: "f"): flags.insert(.isBoolean)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            if let parsed = Double(String(decoding: value, as: UTF8.self)), parsed.isFinite {
                number = parsed
                flags.insert(.isNumber)
            }
        default: break
        }
    }
}
