import GeoJSON
import JSONTree

/// Writes the nodes and heads of an `AttributeForest` from the members of one JSON document.
struct ForestWriter: ~Copyable {
    let document: JSONDocument
    let decoder: EntityDecoder
    private var nodes: ContiguousArray<AttributeNode> = []
    var writer: ByteWriter
    /// The `expiresAt` of the instance whose members are being read; it is written last.
    var expiry: Expiry?

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

    private func term(_ key: JSONNode) throws(NGSILDError) -> TermID {
        let context = decoder.context
        let range = document.contentRange(key)
        if range.isEmpty { throw .badRequestData("An attribute name is empty") }
        if document.hasEscapes(key) { return try context.term(document.string(key) ?? "") }
        let result: Result<TermID, NGSILDError> = document.bytes.withUnsafeBufferPointer { buffer in
            do throws(NGSILDError) {
                return .success(try context.term(UnsafeBufferPointer(rebasing: buffer[range])))
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

    private mutating func value(_ node: inout AttributeNode, _ shown: String, _ value: JSONNode) throws(NGSILDError) {
        if document.equals(value, "urn:ngsi-ld:null") || isWrappedNull(node.kind, value) {
            // A temporal representation records with it that the attribute was deleted (clause 4.5.7).
            guard decoder.allowsNull || decoder.keepsEveryInstance else {
                throw .badRequestData(
                    "Attribute \(shown) is the NGSI-LD Null; it is accepted only in fragments, to remove")
            }
            node.flags.insert(.isNull)
            document.appendMinified(value, to: &writer)
            return
        }
        if document.isNull(value) { throw .badRequestData("Attribute \(shown) has a null value") }
        switch node.kind {
        case .property:
            if shown == "ngsildproof", !document.isObject(value) {
                throw .badRequestData("The value of ngsildproof is an object that holds the proof")
            }
            switch document.kind(value) {
            case .number:
                guard let number = document.double(value) else {
                    throw .badRequestData("The value of \(shown) is a number beyond the range of a double")
                }
                node.number = number
                node.flags.insert(.isNumber)
            case .string: node.flags.insert(.isString)
            case .true, .false: node.flags.insert(.isBoolean)
            case .object, .array:
                try refusePersonalMembers(value)
                if !decoder.mergesValues, document.holdsNull(value) {
                    throw .badRequestData(
                        "The value of \(shown) holds the NGSI-LD Null; only Merge Entity removes parts of values")
                }
            default: break
            }
            document.appendMinified(value, to: &writer)
        case .geoProperty: try geometry(shown, value)
        case .relationship: try relationshipObject(&node, shown, value)
        case .languageProperty: try languageMap(shown, value)
        case .vocabProperty: try vocabulary(&node, shown, value)
        case .listProperty:
            guard document.isArray(value) else { throw .badRequestData("\"valueList\" of \(shown) is an array") }
            try refusePersonalMembers(value)
            document.appendMinified(value, to: &writer)
        case .listRelationship: try objectList(shown, value)
        case .jsonProperty:
            let isArrayOfObjects =
                document.isArray(value) && document.elements(value).allSatisfy { document.isObject($0) }
            guard document.isObject(value) || isArrayOfObjects else {
                throw .badRequestData("\"json\" of \(shown) is an object or an array of objects")
            }
            try refusePersonalMembers(value)
            document.appendMinified(value, to: &writer)
        }
    }

    /// The NGSI-LD Null as the kinds write it whose values are never texts (clauses 4.5.18.2, 4.5.21.2, 4.5.22.2).
    private func isWrappedNull(_ kind: AttributeKind, _ value: JSONNode) -> Bool {
        switch kind {
        case .languageProperty:
            guard document.isObject(value), document.count(value) == 1, let none = document.member(value, "@none")
            else { return false }
            return document.equals(none, "urn:ngsi-ld:null")
        case .listProperty, .listRelationship:
            guard document.isArray(value), document.count(value) == 1 else { return false }
            return document.elements(value).allSatisfy { document.equals($0, "urn:ngsi-ld:null") }
        default: return false
        }
    }

    /// A geometry, possibly as the text of its JSON (clause 4.7.2).
    private mutating func geometry(_ shown: String, _ value: JSONNode) throws(NGSILDError) {
        var (source, node) = (document, value)
        if let text = document.string(value) {
            guard let inner = try? JSONDocument(parsing: Array(text.utf8)) else {
                throw .badRequestData("The value of GeoProperty \(shown) is neither a geometry nor one written as text")
            }
            (source, node) = (inner, inner.root)
        }
        let geometry: Geometry
        do { geometry = try Geometry(parsing: source, node: node) } catch {
            throw .badRequestData("The value of GeoProperty \(shown) is not a GeoJSON geometry: \(error)")
        }
        if geometry.kind == .geometryCollection {
            throw .badRequestData("GeoProperty \(shown) is a GeometryCollection; use one of the other geometries")
        }
        source.appendMinified(node, to: &writer)
    }

    private mutating func relationshipObject(
        _ node: inout AttributeNode, _ shown: String, _ value: JSONNode
    ) throws(NGSILDError) {
        if document.isString(value) {
            try uri(shown, value)
            node.flags.insert(.isString)
        } else if document.isArray(value), document.count(value) > 0 {
            for element in document.elements(value) { try uri(shown, element) }
        } else {
            throw .badRequestData("The object of Relationship \(shown) is a URI or an array of URIs")
        }
        document.appendMinified(value, to: &writer)
    }

    private func uri(_ shown: String, _ node: JSONNode) throws(NGSILDError) {
        guard document.isString(node), document.withStringBytes(node, { EntityID.isValid($0) }) else {
            throw .badRequestData("The object of Relationship \(shown) is \(document.text(node)), which is not a URI")
        }
    }

    private mutating func languageMap(_ shown: String, _ value: JSONNode) throws(NGSILDError) {
        guard document.isObject(value) else {
            throw .badRequestData("\"languageMap\" of \(shown) is an object of language tags and texts")
        }
        for (key, text) in document.members(value) {
            var isFine = document.isString(text)
            if document.isArray(text) { isFine = document.elements(text).allSatisfy { document.isString($0) } }
            guard !document.contentRange(key).isEmpty else {
                throw .badRequestData(
                    "\"languageMap\" of \(shown) has an empty language tag; @none stands for no language")
            }
            if !decoder.mergesValues, document.equals(text, "urn:ngsi-ld:null") { isFine = false }
            guard isFine else {
                throw .badRequestData(
                    "\"languageMap\" of \(shown) gives \(document.text(text)) for \(document.string(key) ?? ""); it is a text or an array of texts"
                )
            }
        }
        document.appendMinified(value, to: &writer)
    }

    mutating func vocabulary(
        _ node: inout AttributeNode, _ shown: String, _ value: JSONNode
    ) throws(NGSILDError) {
        node.flags.insert(.hasHoles)
        if document.isArray(value), document.count(value) > 0 {
            writer.append(UInt8(ascii: "["))
            var isFirst = true
            for element in document.elements(value) {
                if !isFirst { writer.append(UInt8(ascii: ",")) }
                isFirst = false
                try hole(shown, element)
            }
            writer.append(UInt8(ascii: "]"))
        } else {
            try hole(shown, value)
        }
    }

    mutating func hole(_ shown: String, _ node: JSONNode) throws(NGSILDError) {
        guard let name = document.string(node), !name.isEmpty else {
            throw .badRequestData("Attribute \(shown) names \(document.text(node)), where a term or IRI is expected")
        }
        let id = try decoder.context.vocabularyTerm(name)
        writer.append(hole: id)
    }

    private mutating func objectList(_ shown: String, _ value: JSONNode) throws(NGSILDError) {
        guard document.isArray(value) else { throw .badRequestData("\"objectList\" of \(shown) is an array") }
        writer.append(UInt8(ascii: "["))
        var isFirst = true
        for element in document.elements(value) {
            if !isFirst { writer.append(UInt8(ascii: ",")) }
            isFirst = false
            let object = document.member(element, "object") ?? element
            try uri(shown, object)
            writer.append("{\"object\":")
            document.appendMinified(object, to: &writer)
            writer.append(UInt8(ascii: "}"))
        }
        writer.append(UInt8(ascii: "]"))
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
        for (memberKey, member) in document.members(object) {
            if key == nil, document.equals(memberKey, "@context") { continue }
            if try !metaMember(&node, key, shown, memberKey, member) { subAttributes += 1 }
        }
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
            let sub = try term(memberKey)
            try refuseSameName(sub, memberKey, from: index + 1)
            try attribute(named: sub, key: memberKey, shown: nil, member, depth: depth + 1)
        }
        nodes[index].descendants = UInt32(nodes.count - index - 1)
    }
}

extension JSONDocument {
    /// Whether an object at any depth has a member whose value is the NGSI-LD Null.
    fileprivate func holdsNull(_ node: JSONNode) -> Bool {
        if isObject(node) {
            return members(node).contains { equals($0.value, "urn:ngsi-ld:null") || holdsNull($0.value) }
        }
        return isArray(node) && elements(node).contains { holdsNull($0) }
    }
}
