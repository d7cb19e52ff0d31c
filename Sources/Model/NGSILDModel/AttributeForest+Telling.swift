import JSONTree

/// What a notification says of a change beyond the state that it led to.
///
/// - Source: CIM 009 clauses 5.2.14.1 (`showChanges`), 5.8.6.
public struct ChangeTelling: Sendable {
    /// Instances say what they were: `previousValue`, `previousObject` and so on.
    public var showsPrevious = false
    /// Deleted instances say when they were deleted, with the other system attributes.
    public var showsSystemAttributes = false
    /// Of an attribute that is gone with several instances, each is told; else one Null tells all.
    public var tellsEachInstance = false
    public var form: EntityRepresentation.Form = .normalized

    public init() {}

    /// Whether the name of a deleted instance and the NGSI-LD Null say it all.
    fileprivate func isShort(_ dataset: String) -> Bool {
        switch form {
        case .simplified: true
        case .concise: dataset.isEmpty && !showsPrevious && !showsSystemAttributes
        // A normalized attribute has a type (clause 4.5.1), so a bare string would be none.
        case .normalized: false
        }
    }
}

extension AttributeForest {
    /// These attributes, the state after a change, with what they were before and with NGSI-LD Nulls for the instances
    /// that are gone.
    ///
    /// The outcome is made for being written only: it has members and values that no entity can hold.
    ///
    /// - Parameters:
    ///   - time: when the change was made.
    ///   - isTold: whether the deletion of instances of an attribute is told.
    /// - Cost: linear in the size of both forests.
    public func telling(
        changesFrom old: AttributeForest, at time: Timestamp, _ telling: ChangeTelling, isTold: (TermID) -> Bool
    ) -> AttributeForest {
        var result = AttributeForest()
        let names = names
        for name in names {
            for root in roots(named: name) {
                guard telling.showsPrevious,
                    let before = old.roots(named: name).first(where: { old.sameDataset($0, self, root) }),
                    !saysTheSame(root, old, before)
                else {
                    result.append(subtree: root, of: self)
                    continue
                }
                result.append(root, of: self, previously: before, of: old)
            }
            guard isTold(name) else { continue }
            for root in old.roots(named: name)
            where !roots(named: name).contains(where: { sameDataset($0, old, root) }) {
                result.append(deleted: root, of: old, old.dataset(of: root), at: time, telling)
            }
        }
        for name in old.names where !names.contains(name) && isTold(name) {
            let roots = old.roots(named: name)
            if roots.count > 1, !telling.tellsEachInstance {
                let first = roots.first { old.dataset(of: $0).isEmpty } ?? roots[0]
                result.append(deleted: first, of: old, "", at: time, telling)
            } else {
                for root in roots { result.append(deleted: root, of: old, old.dataset(of: root), at: time, telling) }
            }
        }
        return result
    }

    private mutating func append(
        _ index: Int, of new: AttributeForest, previously oldIndex: Int, of old: AttributeForest
    ) {
        let position = nodes.count
        append(subtree: index, of: new)
        let node = new.nodes[index]
        let end = new.headEndBeforeExpiry(node)
        var head = ByteWriter(capacity: Int(node.headLength + old.nodes[oldIndex].valueLength) + 32)
        new.append(node.head.lowerBound..<end, to: &head)
        old.append(previousValueOf: oldIndex, to: &head)
        new.append(end..<node.head.upperBound, to: &head)
        nodes[position].flags.formUnion(old.nodes[oldIndex].flags.intersection(.hasHoles))
        replaceHead(of: position, by: head)
    }

    /// Appends `,"previousValue":…`, or how the member is called for the kind of attribute.
    private func append(previousValueOf index: Int, to head: inout ByteWriter) {
        let node = nodes[index]
        head.append(",\"")
        head.append(node.kind.previousValueMember)
        head.append("\":")
        append(node.value, to: &head)
    }

    private mutating func append(
        deleted index: Int, of old: AttributeForest, _ dataset: String, at time: Timestamp, _ telling: ChangeTelling
    ) {
        var node = old.nodes[index]
        let isShort = telling.isShort(dataset)
        if isShort { node.kind = .property }
        var head = ByteWriter(capacity: Int(node.headLength) + 96)
        head.append("\"type\":\"")
        head.append(node.kind.typeName)
        head.append("\",\"")
        head.append(node.kind.valueMember)
        head.append("\":")
        node.headStart = UInt32(bytes.count)
        node.valueStart = node.headStart + UInt32(head.count)
        if node.kind == .languageProperty {
            head.append("{\"@none\":\"urn:ngsi-ld:null\"}")
            node.flags = []
        } else {
            head.append("\"urn:ngsi-ld:null\"")
            node.flags = .isString
        }
        node.valueLength = node.headStart + UInt32(head.count) - node.valueStart
        node.datasetLength = 0
        if !dataset.isEmpty {
            head.append(",\"datasetId\":\"")
            node.datasetStart = node.headStart + UInt32(head.count)
            node.datasetLength = old.nodes[index].datasetLength
            old.append(old.nodes[index].dataset, to: &head)
            head.append("\"")
        }
        if !isShort, telling.showsPrevious {
            old.append(previousValueOf: index, to: &head)
            node.flags.formUnion(old.nodes[index].flags.intersection(.hasHoles))
        }
        if !isShort, telling.showsSystemAttributes {
            head.append(",\"deletedAt\":")
            time.append(quotedTo: &head)
        }
        node.headLength = UInt32(head.count)
        node.descendants = 0
        node.observedAt = .none
        head.withBytes { bytes.append(contentsOf: $0) }
        nodes.append(node)
    }
}

extension AttributeKind {
    /// The name of the member that holds what the value was.
    ///
    /// - Source: CIM 009 clauses 5.2.5 to 5.2.7, 5.2.32, 5.2.35 to 5.2.38.
    var previousValueMember: StaticString {
        switch self {
        case .property, .geoProperty: "previousValue"
        case .relationship: "previousObject"
        case .languageProperty: "previousLanguageMap"
        case .vocabProperty: "previousVocab"
        case .listProperty: "previousValueList"
        case .listRelationship: "previousObjectList"
        case .jsonProperty: "previousJson"
        }
    }
}

extension AttributeForest {
    /// What became of the instances of an attribute between two states, compared by what they say.
    public struct InstanceChanges: OptionSet, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        public static let created = InstanceChanges(rawValue: 1)
        public static let modified = InstanceChanges(rawValue: 2)
        public static let deleted = InstanceChanges(rawValue: 4)
    }

    /// What became of the instances of an attribute since an earlier state; empty when they say what they said.
    ///
    /// - Cost: linear in the number of roots of both and the text of the instances.
    public func instanceChanges(of name: TermID, since old: AttributeForest) -> InstanceChanges {
        var result: InstanceChanges = []
        var kept = 0
        var index = 0
        while index < nodes.count {
            if nodes[index].name == name {
                if let before = old.instance(of: name, withDatasetOf: index, in: self) {
                    kept += 1
                    if !saysTheSame(index, old, before) { result.insert(.modified) }
                } else {
                    result.insert(.created)
                }
            }
            index += 1 + Int(nodes[index].descendants)
        }
        var before = 0
        index = 0
        while index < old.nodes.count {
            if old.nodes[index].name == name { before += 1 }
            index += 1 + Int(old.nodes[index].descendants)
        }
        if before > kept { result.insert(.deleted) }
        return result
    }

    private func instance(of name: TermID, withDatasetOf index: Int, in other: AttributeForest) -> Int? {
        var root = 0
        while root < nodes.count {
            if nodes[root].name == name, sameDataset(root, other, index) { return root }
            root += 1 + Int(nodes[root].descendants)
        }
        return nil
    }
}
