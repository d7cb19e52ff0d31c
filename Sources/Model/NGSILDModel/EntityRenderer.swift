public import JSONTree

/// Writes entities as JSON by copying the runs that the representation shows and filling in the names.
///
/// - Cost: for a normalized entity about one copy an attribute.
/// - Source: CIM 009 clauses 4.5.1 (normalized), 4.5.1 concise, 4.5.4 (simplified), 4.8 (system attributes).
public struct EntityRenderer: Sendable {
    private let context: TermContext
    private var names: TermNames
    /// Fetched for the first value that needs them.
    private var valueNames: TermNames?
    public let representation: EntityRepresentation

    public init(context: TermContext, representation: EntityRepresentation = EntityRepresentation()) {
        self.context = context
        self.representation = representation
        names = context.names()
    }

    mutating func append(_ term: TermID, to writer: inout ByteWriter) {
        if !names.append(term, to: &writer) {
            names = context.names(including: term)
            if !names.append(term, to: &writer) { writer.append("\"\"") }
        }
    }

    private mutating func append(value term: TermID, to writer: inout ByteWriter) {
        if valueNames?.append(term, to: &writer) == true { return }
        let known = context.valueNames(including: term)
        valueNames = known
        if !known.append(term, to: &writer) { writer.append("\"\"") }
    }

    /// Appends the entity as one JSON object.
    ///
    /// - Parameter context: the text of a `@context` member to put last, for JSON-LD answers.
    public mutating func append(
        _ entity: EntityRecord, context contextText: [UInt8]? = nil, to writer: inout ByteWriter
    ) {
        writer.append(UInt8(ascii: "{"))
        let start = writer.count
        appendEntityMembers(entity, to: &writer)
        appendAttributes(entity.attributes, separated: writer.count > start, to: &writer)
        if let contextText {
            if writer.count > start { writer.append(UInt8(ascii: ",")) }
            writer.append("\"@context\":")
            writer.append(contextText)
        }
        writer.append(UInt8(ascii: "}"))
    }

    /// Appends id, type, scope and the system attributes, without braces.
    private mutating func appendEntityMembers(_ entity: EntityRecord, to writer: inout ByteWriter) {
        let start = writer.count
        if representation.showsID {
            writer.append("\"id\":")
            writer.append(jsonString: entity.id)
        }
        if representation.showsType {
            if writer.count > start { writer.append(UInt8(ascii: ",")) }
            writer.append("\"type\":")
            appendTerms(entity.types, to: &writer)
        }
        if representation.showsScope, !entity.scopes.isEmpty {
            if writer.count > start { writer.append(UInt8(ascii: ",")) }
            writer.append("\"scope\":")
            if entity.scopes.count == 1 {
                writer.append(jsonString: entity.scopes[0])
            } else {
                writer.append(jsonStrings: entity.scopes)
            }
        }
        if representation.showsSystemAttributes, entity.expiresAt.isSet {
            if writer.count > start { writer.append(UInt8(ascii: ",")) }
            writer.append("\"expiresAt\":")
            entity.expiresAt.append(quotedTo: &writer)
        }
        if representation.showsSystemAttributes {
            if writer.count > start { writer.append(UInt8(ascii: ",")) }
            writer.append("\"createdAt\":")
            entity.createdAt.append(quotedTo: &writer)
            writer.append(",\"modifiedAt\":")
            entity.modifiedAt.append(quotedTo: &writer)
        }
        if representation.deletedAt.isSet {
            if writer.count > start { writer.append(UInt8(ascii: ",")) }
            writer.append("\"deletedAt\":")
            representation.deletedAt.append(quotedTo: &writer)
        }
    }

    private mutating func appendTerms(_ terms: [TermID], to writer: inout ByteWriter) {
        if terms.count == 1 {
            append(terms[0], to: &writer)
            return
        }
        writer.append(UInt8(ascii: "["))
        for (offset, term) in terms.enumerated() {
            if offset > 0 { writer.append(UInt8(ascii: ",")) }
            append(term, to: &writer)
        }
        writer.append(UInt8(ascii: "]"))
    }

    /// Appends `"name":{…}` for each attribute shown.
    public mutating func appendAttributes(
        _ forest: AttributeForest, separated: Bool, to writer: inout ByteWriter
    ) {
        var needsComma = separated
        appendInstances(forest, from: 0, to: forest.nodes.count, isTop: true, &needsComma, to: &writer)
    }

    /// Appends the attributes in a range of sibling nodes, instances of one name together.
    private mutating func appendInstances(
        _ forest: AttributeForest, from first: Int, to end: Int, isTop: Bool, _ needsComma: inout Bool,
        to writer: inout ByteWriter
    ) {
        var index = first
        while index < end {
            let name = forest.nodes[index].name
            var next = index + 1 + Int(forest.nodes[index].descendants)
            if isTop, !representation.shows(name) {
                index = next
                continue
            }
            if next < end, forest.nodes[next].name == name {
                while next < end, forest.nodes[next].name == name { next += 1 + Int(forest.nodes[next].descendants) }
                appendGroup(forest, from: index, to: next, isTop: isTop, &needsComma, to: &writer)
            } else if showsInstance(forest, index, isTop: isTop) {
                if needsComma { writer.append(UInt8(ascii: ",")) }
                needsComma = true
                append(name, to: &writer)
                writer.append(UInt8(ascii: ":"))
                if representation.form == .simplified, forest.nodes[index].datasetLength > 0 {
                    appendDatasets(forest, [index], to: &writer)
                } else {
                    appendInstance(forest, index, to: &writer)
                }
            }
            index = next
        }
    }

    /// Appends all roots as an array of instances, whatever their names: the history of an attribute (clause 4.5.7).
    public mutating func append(instances forest: AttributeForest, to writer: inout ByteWriter) {
        writer.append(UInt8(ascii: "["))
        var isFirst = true
        for root in forest.roots {
            if !isFirst { writer.append(UInt8(ascii: ",")) }
            isFirst = false
            appendInstance(forest, root, to: &writer)
        }
        writer.append(UInt8(ascii: "]"))
    }

    /// Appends the value of a root as the simplified representation has it, names filled in.
    public mutating func append(
        simplifiedValueOf root: Int, in forest: AttributeForest, to writer: inout ByteWriter
    ) {
        appendSimplified(forest, forest.nodes[root], to: &writer)
    }

    /// Appends the bare value of a root, names filled in; of a LanguageProperty the text in the language asked for.
    public mutating func append(valueOf root: Int, in forest: AttributeForest, to writer: inout ByteWriter) {
        let node = forest.nodes[root]
        if let language = representation.language, node.kind == .languageProperty {
            if let document = try? JSONDocument(parsing: Array(forest.bytes[node.value])),
                let (_, text) = LanguageChoice.best(in: document, for: language)
            {
                document.appendMinified(text, to: &writer)
            } else {
                writer.append("null")
            }
        } else if node.valueLength == 0 {
            writer.append("null")
        } else if node.kind == .listRelationship {
            appendObjects(forest, node, to: &writer)
        } else {
            appendRun(forest, node.value, node.flags.contains(.hasHoles), to: &writer)
        }
    }

    /// Appends the quoted name of a term.
    public mutating func append(name: TermID, to writer: inout ByteWriter) { append(name, to: &writer) }

    /// Appends id, type, scope and, where asked for, the system attributes of an entity, without braces.
    public mutating func append(membersOf entity: EntityRecord, to writer: inout ByteWriter) {
        appendEntityMembers(entity, to: &writer)
    }

    func showsInstance(_ forest: AttributeForest, _ index: Int, isTop: Bool) -> Bool {
        guard isTop, let datasets = representation.datasets else { return true }
        return datasets.contains(forest.nodes[index].datasetLength == 0 ? "@none" : forest.dataset(of: index))
    }

    private mutating func appendGroup(
        _ forest: AttributeForest, from first: Int, to end: Int, isTop: Bool, _ needsComma: inout Bool,
        to writer: inout ByteWriter
    ) {
        var instances: [Int] = []
        var index = first
        while index < end {
            if showsInstance(forest, index, isTop: isTop) { instances.append(index) }
            index += 1 + Int(forest.nodes[index].descendants)
        }
        guard !instances.isEmpty else { return }
        if needsComma { writer.append(UInt8(ascii: ",")) }
        needsComma = true
        append(forest.nodes[first].name, to: &writer)
        writer.append(UInt8(ascii: ":"))
        if representation.form == .simplified {
            appendDatasets(forest, instances, to: &writer)
        } else if instances.count == 1 {
            appendInstance(forest, instances[0], to: &writer)
        } else {
            writer.append(UInt8(ascii: "["))
            for (offset, instance) in instances.enumerated() {
                if offset > 0 { writer.append(UInt8(ascii: ",")) }
                appendInstance(forest, instance, to: &writer)
            }
            writer.append(UInt8(ascii: "]"))
        }
    }

    /// The simplified form of an attribute with several instances (clause 4.5.4, example 2).
    private mutating func appendDatasets(_ forest: AttributeForest, _ instances: [Int], to writer: inout ByteWriter) {
        writer.append("{\"dataset\":{")
        for (offset, instance) in instances.enumerated() {
            if offset > 0 { writer.append(UInt8(ascii: ",")) }
            let dataset = forest.nodes[instance].datasetLength == 0 ? "@none" : forest.dataset(of: instance)
            writer.append(jsonString: dataset)
            writer.append(UInt8(ascii: ":"))
            appendInstance(forest, instance, to: &writer)
        }
        writer.append("}}")
    }

    mutating func appendInstance(_ forest: AttributeForest, _ index: Int, to writer: inout ByteWriter) {
        let node = forest.nodes[index]
        if let language = representation.language, node.kind == .languageProperty {
            appendInLanguage(forest, index, language, to: &writer)
            return
        }
        switch representation.form {
        case .normalized:
            writer.append(UInt8(ascii: "{"))
            appendRun(
                forest, node.head.lowerBound..<shownEnd(forest, node), node.flags.contains(.hasHoles), to: &writer)
            appendTail(forest, index, separated: true, to: &writer)
        case .concise: appendConcise(forest, index, to: &writer)
        case .simplified: appendSimplified(forest, node, to: &writer)
        }
    }

    /// Where the part of a head ends that is shown: its `expiresAt` is a system attribute.
    @inline(__always)
    func shownEnd(_ forest: AttributeForest, _ node: AttributeNode) -> Int {
        node.flags.contains(.expires) && !representation.showsSystemAttributes
            ? forest.headEndBeforeExpiry(node) : node.head.upperBound
    }

    /// Appends the timestamps and sub-attributes of an instance and closes its object.
    mutating func appendTail(
        _ forest: AttributeForest, _ index: Int, separated: Bool, to writer: inout ByteWriter
    ) {
        let node = forest.nodes[index]
        var needsComma = separated
        if representation.showsSystemAttributes {
            if needsComma { writer.append(UInt8(ascii: ",")) }
            writer.append("\"createdAt\":")
            node.createdAt.append(quotedTo: &writer)
            writer.append(",\"modifiedAt\":")
            node.modifiedAt.append(quotedTo: &writer)
            needsComma = true
        }
        if node.descendants > 0 {
            appendInstances(
                forest, from: index + 1, to: index + 1 + Int(node.descendants), isTop: false, &needsComma, to: &writer)
        }
        writer.append(UInt8(ascii: "}"))
    }

    /// The bytes before the value member: `"type":"…",`.
    private func typeLength(_ kind: AttributeKind) -> Int { 10 + kind.typeName.utf8CodeUnitCount }

    private mutating func appendConcise(_ forest: AttributeForest, _ index: Int, to writer: inout ByteWriter) {
        let node = forest.nodes[index]
        let end = shownEnd(forest, node)
        let bodyStart = min(node.head.lowerBound + typeLength(node.kind), end)
        let hasOnlyValue =
            node.descendants == 0 && node.valueLength > 0 && node.value.upperBound == end
            && !representation.showsSystemAttributes
        if hasOnlyValue, node.kind == .property || node.kind == .geoProperty {
            let first = forest.bytes[node.value.lowerBound]
            if node.kind == .geoProperty || (first != UInt8(ascii: "{") && first != UInt8(ascii: "[")) {
                appendRun(forest, node.value, false, to: &writer)
                return
            }
        }
        writer.append(UInt8(ascii: "{"))
        appendRun(forest, bodyStart..<end, node.flags.contains(.hasHoles), to: &writer)
        appendTail(forest, index, separated: bodyStart < end, to: &writer)
    }

    private mutating func appendSimplified(
        _ forest: AttributeForest, _ node: AttributeNode, to writer: inout ByteWriter
    ) {
        switch node.kind {
        case _ where node.valueLength == 0: writer.append("null")  // a damaged store's; nothing else writes such
        case .property, .geoProperty, .relationship, .listProperty:
            appendRun(forest, node.value, node.flags.contains(.hasHoles), to: &writer)
        case .listRelationship:
            appendObjects(forest, node, to: &writer)
        case .languageProperty, .vocabProperty, .jsonProperty:
            writer.append("{\"")
            writer.append(node.kind.valueMember)
            writer.append("\":")
            appendRun(forest, node.value, node.flags.contains(.hasHoles), to: &writer)
            writer.append(UInt8(ascii: "}"))
        }
    }

    /// `[{"object":"urn:a"},…]` as `["urn:a",…]`.
    private func appendObjects(_ forest: AttributeForest, _ node: AttributeNode, to writer: inout ByteWriter) {
        guard let document = try? JSONDocument(parsing: Array(forest.bytes[node.value])) else {
            writer.append("[]")
            return
        }
        writer.append(UInt8(ascii: "["))
        var isFirst = true
        for element in document.elements(document.root) {
            if !isFirst { writer.append(UInt8(ascii: ",")) }
            isFirst = false
            document.appendMinified(document.member(element, "object") ?? element, to: &writer)
        }
        writer.append(UInt8(ascii: "]"))
    }

    mutating func appendRun(
        _ forest: AttributeForest, _ range: Range<Int>, _ hasHoles: Bool, to writer: inout ByteWriter
    ) {
        if !hasHoles {
            forest.bytes.withUnsafeBufferPointer { writer.append(UnsafeBufferPointer(rebasing: $0[range])) }
            return
        }
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = forest.bytes[index]
            if byte == TermHole.mark, index + TermHole.length <= range.upperBound {
                var number: UInt32 = 0
                for offset in (1...4).reversed() { number = number << 8 | UInt32(forest.bytes[index + offset]) }
                append(value: TermID(number), to: &writer)
                index += TermHole.length
            } else {
                writer.append(byte)
                index += 1
            }
        }
    }
}

extension ByteWriter {
    mutating func append(jsonStrings texts: [String]) {
        append(UInt8(ascii: "["))
        for (offset, text) in texts.enumerated() {
            if offset > 0 { append(UInt8(ascii: ",")) }
            append(jsonString: text)
        }
        append(UInt8(ascii: "]"))
    }
}
