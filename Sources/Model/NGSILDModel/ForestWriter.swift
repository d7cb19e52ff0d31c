import JSONTree

/// Writes the nodes and heads of an `AttributeForest` from the members of one JSON document.
struct ForestWriter: ~Copyable {
    let document: JSONDocument
    let decoder: EntityDecoder
    private var nodes: ContiguousArray<AttributeNode> = []
    var writer: ByteWriter
    /// The `expiresAt` of the instance whose members are being read; it is written last.
    var expiry: Expiry?
    /// The members that the instance being read asks to remove; they are written last but for `expiresAt`.
    var removedMembers: [StaticString] = []

    enum Expiry {
        case at(Timestamp)
        case removed
    }

    init(document: JSONDocument, decoder: EntityDecoder, capacity: Int) {
        self.document = document
        self.decoder = decoder
        writer = ByteWriter(capacity: capacity)
        nodes.reserveCapacity(8)
    }

    consuming func finish() -> AttributeForest {
        var forest = AttributeForest()
        forest.nodes = nodes
        forest.bytes = writer.withBytes { ContiguousArray($0) }
        return forest
    }

    /// Adds the attribute that a member of an entity stands for.
    mutating func attribute(_ key: JSONNode, _ value: JSONNode) throws(NGSILDError) {
        let name = try term(key)
        try refuseSameName(name, key, from: 0)
        let first = nodes.count
        try attribute(named: name, key: key, shown: nil, value, depth: 0)
        if document.equals(key, "location") || document.equals(key, "observationSpace")
            || document.equals(key, "operationSpace")
        {
            try checkPlace(shownName(key, nil), from: first)
        }
    }

    mutating func attribute(named name: TermID, shown: String, _ value: JSONNode) throws(NGSILDError) {
        try attribute(named: name, key: nil, shown: shown, value, depth: 0)
        if ["location", "observationSpace", "operationSpace"].contains(shown) { try checkPlace(shown, from: 0) }
    }

    /// The core context defines these attributes as GeoProperties (clause 4.7.1).
    private func checkPlace(_ shown: String, from first: Int) throws(NGSILDError) {
        var index = first
        while index < nodes.count {
            let node = nodes[index]
            let saysNothing = node.flags.contains(.kindIsInferred) && node.flags.contains(.hasNoValue)
            if node.kind != .geoProperty, !saysNothing, !node.flags.contains(.isNull) {
                throw .badRequestData("\(shown) is a \(node.kind.typeName), but can only be a GeoProperty")
            }
            index += 1 + Int(node.descendants)
        }
    }

    private func term(_ key: JSONNode, for use: NameUse = .attribute) throws(NGSILDError) -> TermID {
        let context = decoder.context
        let range = document.contentRange(key)
        if range.isEmpty { throw .badRequestData("An attribute name is empty") }
        if document.hasEscapes(key) { return try context.term(document.string(key) ?? "", for: use) }
        let result: Result<TermID, NGSILDError> = document.bytes.withUnsafeBufferPointer { buffer in
            do throws(NGSILDError) {
                return .success(try context.term(UnsafeBufferPointer(rebasing: buffer[range]), for: use))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Two members with different names may stand for one attribute; which of them is meant cannot be told.
    private func refuseSameName(_ name: TermID, _ key: JSONNode, from first: Int) throws(NGSILDError) {
        if decoder.keepsEveryInstance { return }
        var index = first
        while index < nodes.count {
            if nodes[index].name == name {
                throw .badRequestData("\(shownName(key, nil)) stands for the same attribute as another member")
            }
            index += 1 + Int(nodes[index].descendants)
        }
    }

    func shownName(_ key: JSONNode?, _ shown: String?) -> String {
        shown ?? key.flatMap { document.string($0) } ?? ""
    }

    private mutating func attribute(
        named name: TermID, key: JSONNode?, shown: String?, _ value: JSONNode, depth: Int
    ) throws(NGSILDError) {
        guard depth < EntityDecoder.depthLimit else {
            throw .badRequestData(
                "Attribute \(shownName(key, shown)) nests sub-attributes deeper than \(EntityDecoder.depthLimit) levels"
            )
        }
        if decoder.form == .simplified {
            try instance(named: name, key: key, shown: shown, value, depth: depth)
        } else if document.isArray(value), isInstanceArray(value) {
            let first = nodes.count
            for element in document.elements(value) {
                let index = nodes.count
                try instance(named: name, key: key, shown: shown, element, depth: depth)
                if !decoder.keepsEveryInstance { try refuseSameDataset(from: first, to: index, shownName(key, shown)) }
            }
        } else {
            try instance(named: name, key: key, shown: shown, value, depth: depth)
        }
    }

    /// An array of attribute instances, as opposed to a concise Property whose value is an array.
    private func isInstanceArray(_ array: JSONNode) -> Bool {
        var count = 0
        for element in document.elements(array) {
            guard document.isObject(element), inferredKind(element) != nil || hasTypeOfAttribute(element) else {
                return false
            }
            count += 1
        }
        return count > 0
    }

    private func hasTypeOfAttribute(_ object: JSONNode) -> Bool {
        document.member(object, "type").flatMap { document.string($0) }.map { AttributeKind(typeName: $0) != nil }
            ?? false
    }

    private func refuseSameDataset(from first: Int, to index: Int, _ shown: String) throws(NGSILDError) {
        var other = first
        while other < index {
            if nodes[other].datasetLength == nodes[index].datasetLength, sameDataset(other, index) {
                throw .badRequestData("Attribute \(shown) has two instances with the same datasetId")
            }
            other += 1 + Int(nodes[other].descendants)
        }
    }

    private func sameDataset(_ left: Int, _ right: Int) -> Bool {
        writer.withBytes { $0[nodes[left].dataset].elementsEqual($0[nodes[right].dataset]) }
    }

    private func inferredKind(_ object: JSONNode) -> AttributeKind? {
        if document.member(object, "object") != nil { return .relationship }
        if let value = document.member(object, "value") {
            return document.isObject(value) && isGeometry(value) ? .geoProperty : .property
        }
        if document.member(object, "languageMap") != nil { return .languageProperty }
        if document.member(object, "vocab") != nil { return .vocabProperty }
        if document.member(object, "json") != nil { return .jsonProperty }
        if document.member(object, "valueList") != nil { return .listProperty }
        if document.member(object, "objectList") != nil { return .listRelationship }
        return nil
    }

    private func isGeometry(_ object: JSONNode) -> Bool {
        guard let type = document.member(object, "type"),
            document.member(object, "coordinates") != nil || document.member(object, "geometries") != nil
        else { return false }
        return [
            "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
        ]
        .contains(document.string(type) ?? "")
    }

    private func emptyNode(_ name: TermID, _ kind: AttributeKind) -> AttributeNode {
        AttributeNode(
            name: name, descendants: 0, headStart: UInt32(writer.count), headLength: 0,
            valueStart: UInt32(writer.count),
            valueLength: 0, datasetStart: 0, datasetLength: 0, kind: kind, flags: [], createdAt: .none,
            modifiedAt: .none, observedAt: .none, number: 0)
    }

    private mutating func instance(
        named name: TermID, key: JSONNode?, shown: String?, _ value: JSONNode, depth: Int
    ) throws(NGSILDError) {
        guard decoder.keepsEveryInstance || nodes.count < EntityDecoder.attributeLimit else {
            throw .badRequestData(
                "The entity has more than \(EntityDecoder.attributeLimit) attributes and sub-attributes")
        }
        let isObject = document.isObject(value)
        if document.isNull(value) {
            throw .badRequestData(
                "Attribute \(shownName(key, shown)) is null; use \"urn:ngsi-ld:null\" in a fragment to remove an attribute"
            )
        }
        if !isObject || decoder.form == .simplified {
            try bareInstance(name, shownName(key, shown), value)
            return
        }
        let written = document.member(value, "type") ?? document.member(value, "@type")
        if let written, let typeName = document.string(written), let kind = AttributeKind(typeName: typeName) {
            try objectInstance(name, key, shown, value, kind: kind, inferred: false, depth: depth)
        } else if isGeometry(value) {
            try bareInstance(name, shownName(key, shown), value)
        } else if let kind = inferredKind(value), written == nil {
            try objectInstance(name, key, shown, value, kind: kind, inferred: true, depth: depth)
        } else if written == nil, decoder.purpose == .fragment {
            try objectInstance(name, key, shown, value, kind: .property, inferred: true, depth: depth)
        } else if let written {
            throw .badRequestData(
                "Attribute \(shownName(key, shown)) has type \(document.text(written)); it is one of Property, Relationship, GeoProperty, LanguageProperty, VocabProperty, ListProperty, ListRelationship, JsonProperty"
            )
        } else {
            throw .badRequestData(
                "Attribute \(shownName(key, shown)) has no value; give it \"value\" (Property, GeoProperty), \"object\" (Relationship) or another value member"
            )
        }
    }

    /// A concise or simplified value without an object of its own.
    private mutating func bareInstance(_ name: TermID, _ shown: String, _ value: JSONNode) throws(NGSILDError) {
        var kind = AttributeKind.property
        var content = value
        if document.isObject(value) {
            if isGeometry(value) {
                kind = .geoProperty
            } else if decoder.form == .simplified, document.count(value) == 1 {
                for candidate in [AttributeKind.languageProperty, .vocabProperty, .jsonProperty] {
                    if let inner = document.member(value, candidate.valueMember) {
                        kind = candidate
                        content = inner
                    }
                }
            }
        }
        var node = emptyNode(name, kind)
        node.flags.insert(.kindIsInferred)
        try head(&node, shown, content)
        node.headLength = UInt32(writer.count) - node.headStart
        nodes.append(node)
    }

    /// Writes `"type":"…","value":…` and notes where the value stands.
    private mutating func head(_ node: inout AttributeNode, _ shown: String, _ value: JSONNode) throws(NGSILDError) {
        writer.append("\"type\":\"")
        writer.append(node.kind.typeName)
        writer.append("\",\"")
        writer.append(node.kind.valueMember)
        writer.append("\":")
        node.valueStart = UInt32(writer.count)
        try self.value(&node, shown, value)
        node.valueLength = UInt32(writer.count) - node.valueStart
    }

    private mutating func objectInstance(
        _ name: TermID, _ key: JSONNode?, _ shown: String?, _ object: JSONNode, kind: AttributeKind, inferred: Bool,
        depth: Int
    ) throws(NGSILDError) {
        let index = nodes.count
        var node = emptyNode(name, kind)
        if inferred { node.flags.insert(.kindIsInferred) }
        if let value = document.member(object, kind.valueMember) {
            try head(&node, shownName(key, shown), value)
        } else {
            guard decoder.purpose == .fragment else {
                throw .badRequestData("\(kind.typeName) \(shownName(key, shown)) has no \"\(kind.valueMember)\"")
            }
            node.flags.insert(.hasNoValue)
            writer.append("\"type\":\"")
            writer.append(kind.typeName)
            writer.append("\"")
            node.valueStart = UInt32(writer.count)
        }
        var subAttributes = 0
        expiry = nil
        removedMembers.removeAll(keepingCapacity: true)
        for (memberKey, member) in document.members(object) {
            if key == nil, document.equals(memberKey, "@context") { continue }
            if try !metaMember(&node, key, shown, memberKey, member) { subAttributes += 1 }
        }
        for name in removedMembers { appendNull(name) }
        if let expiry { append(expiry, &node) }
        node.headLength = UInt32(writer.count) - node.headStart
        nodes.append(node)
        guard subAttributes > 0 else { return }
        for (memberKey, member) in document.members(object) where !isMetaMember(kind, memberKey) {
            // The body may be one attribute with its @context.
            if key == nil, document.equals(memberKey, "@context") { continue }
            for other in AttributeKind.allCases where document.equals(memberKey, other.valueMember) {
                throw .badRequestData(
                    "\(kind.typeName) \(shownName(key, shown)) cannot have a \"\(other.valueMember)\"")
            }
            let sub = try term(memberKey, for: .subAttribute)
            try refuseSameName(sub, memberKey, from: index + 1)
            try attribute(named: sub, key: memberKey, shown: nil, member, depth: depth + 1)
        }
        nodes[index].descendants = UInt32(nodes.count - index - 1)
    }
}
