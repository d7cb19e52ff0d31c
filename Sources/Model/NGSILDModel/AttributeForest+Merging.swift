import JSONTree

/// What a merge says for all attributes of its fragment.
///
/// - Source: CIM 009 clause 5.6.17.3.
public struct MergeDefaults: Hashable, Sendable {
    /// The new `observedAt` of merged attributes that had one, unless the fragment gives another; `.none`: no change.
    public var observedAt = Timestamp.none
    /// The language of texts that are merged into LanguageProperties.
    public var language: String?
    public init() {}

    var isEmpty: Bool { !observedAt.isSet && language == nil }
}

/// A fragment made ready to be merged into a stored forest (clause 5.6.17.4).
extension AttributeForest {
    /// The fragment with plain values read as the kind that the stored attribute has, and with `observedAt` where the
    /// stored one has it.
    ///
    /// - Parameter context: what the terms of a VocabProperty stand for; without it they stay plain values.
    public func adapted(
        to stored: AttributeForest, _ defaults: MergeDefaults, context: TermContext? = nil
    ) -> AttributeForest {
        guard !defaults.isEmpty || nodes.contains(where: { $0.flags.contains(.kindIsInferred) }) else { return self }
        var result = AttributeForest()
        var hasChanged = false
        for root in roots {
            let node = nodes[root]
            guard !node.flags.contains(.isNull),
                let match = stored.roots(named: node.name).first(where: { stored.sameDataset($0, self, root) })
            else {
                result.append(subtree: root, of: self)
                continue
            }
            let position = result.nodes.count
            result.append(subtree: root, of: self)
            if result.restate(
                position, as: stored.nodes[match].kind, language: defaults.language, context: context)
            {
                hasChanged = true
            }
            if defaults.observedAt.isSet, stored.nodes[match].observedAt.isSet, !node.observedAt.isSet,
                text(ofMember: "observedAt", in: root) == nil
            {
                result.observe(position, at: defaults.observedAt)
                hasChanged = true
            }
        }
        return hasChanged ? result : self
    }

    /// Makes a plain value the value of another kind, if it can be; answers whether it did.
    private mutating func restate(
        _ index: Int, as kind: AttributeKind, language: String?, context: TermContext?
    ) -> Bool {
        let node = nodes[index]
        guard node.flags.contains(.kindIsInferred), !node.flags.contains(.hasNoValue), node.kind == .property,
            node.kind != kind, let document = try? JSONDocument(parsing: Array(bytes[node.value]))
        else { return false }
        let value = document.root
        var writer = ByteWriter(capacity: Int(node.valueLength) + 32)
        var flags = node.flags.subtracting([.isNumber, .isString, .isBoolean])
        switch kind {
        case .relationship:
            guard document.isURI(value) || document.isArrayOfURIs(value) else { return false }
            if document.isString(value) { flags.insert(.isString) }
            document.appendMinified(value, to: &writer)
        case .listRelationship:
            guard document.isArrayOfURIs(value) else { return false }
            writer.append("[")
            for (offset, element) in document.elements(value).enumerated() {
                writer.append(offset == 0 ? "{\"object\":" : ",{\"object\":")
                document.appendMinified(element, to: &writer)
                writer.append("}")
            }
            writer.append("]")
        case .languageProperty:
            guard document.isString(value) else { return false }
            writer.append("{")
            writer.append(jsonString: language ?? "@none")
            writer.append(":")
            document.appendMinified(value, to: &writer)
            writer.append("}")
        case .listProperty:
            guard document.isArray(value) else { return false }
            document.appendMinified(value, to: &writer)
        case .jsonProperty:
            guard document.isObject(value) else { return false }
            document.appendMinified(value, to: &writer)
        case .vocabProperty:
            guard let context, Self.append(vocabulary: document, value, context, to: &writer) else { return false }
            flags.insert(.hasHoles)
        case .property, .geoProperty: return false
        }
        var head = ByteWriter(capacity: writer.count + 64)
        head.append("\"type\":\"")
        head.append(kind.typeName)
        head.append("\",\"")
        head.append(kind.valueMember)
        head.append("\":")
        let valueStart = head.count
        writer.withBytes { head.append($0) }
        let valueLength = head.count - valueStart
        append(node.value.upperBound..<node.head.upperBound, to: &head)
        nodes[index].kind = kind
        nodes[index].flags = flags
        nodes[index].valueStart = node.headStart + UInt32(valueStart)
        nodes[index].valueLength = UInt32(valueLength)
        if node.datasetLength > 0 {
            nodes[index].datasetStart =
                node.datasetStart - UInt32(node.value.upperBound) + node.headStart + UInt32(valueStart + valueLength)
        }
        replaceHead(of: index, by: head)
        return true
    }

    /// Appends a term or an array of terms; answers whether it is one.
    private static func append(
        vocabulary document: JSONDocument, _ value: JSONNode, _ context: TermContext, to writer: inout ByteWriter
    ) -> Bool {
        func append(term node: JSONNode) -> Bool {
            guard let name = document.string(node), !name.isEmpty, let id = try? context.vocabularyTerm(name) else {
                return false
            }
            writer.append(hole: id)
            return true
        }
        guard document.isArray(value) else { return append(term: value) }
        guard document.count(value) > 0 else { return false }
        writer.append("[")
        for (offset, element) in document.elements(value).enumerated() {
            if offset > 0 { writer.append(",") }
            guard append(term: element) else { return false }
        }
        writer.append("]")
        return true
    }

    func append(_ run: Range<Int>, to writer: inout ByteWriter) {
        bytes.withUnsafeBufferPointer { writer.append(UnsafeBufferPointer(rebasing: $0[run])) }
    }

    /// Gives an attribute an `observedAt`.
    private mutating func observe(_ index: Int, at time: Timestamp) {
        let node = nodes[index]
        let end = headEndBeforeExpiry(node)
        var head = ByteWriter(capacity: Int(node.headLength) + 48)
        append(node.head.lowerBound..<end, to: &head)
        head.append(",\"observedAt\":")
        time.append(quotedTo: &head)
        append(end..<node.head.upperBound, to: &head)
        nodes[index].observedAt = time
        replaceHead(of: index, by: head)
    }

    /// Puts another text in the place of a head; what stands behind it moves.
    mutating func replaceHead(of index: Int, by head: borrowing ByteWriter) {
        let old = nodes[index].head
        let text = head.withBytes { Array($0) }
        bytes.replaceSubrange(old, with: text)
        nodes[index].headLength = UInt32(text.count)
        let shift = Int64(text.count - old.count)
        for later in nodes.indices where later > index {
            nodes[later].headStart = UInt32(Int64(nodes[later].headStart) + shift)
            nodes[later].valueStart = UInt32(Int64(nodes[later].valueStart) + shift)
            if nodes[later].datasetLength > 0 {
                nodes[later].datasetStart = UInt32(Int64(nodes[later].datasetStart) + shift)
            }
        }
    }
}

extension JSONDocument {
    fileprivate func isURI(_ node: JSONNode) -> Bool {
        isString(node) && withStringBytes(node) { EntityID.isValid($0) }
    }

    fileprivate func isArrayOfURIs(_ node: JSONNode) -> Bool {
        isArray(node) && count(node) > 0 && elements(node).allSatisfy { isURI($0) }
    }
}
