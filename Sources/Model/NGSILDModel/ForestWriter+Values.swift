import GeoJSON
import JSONTree

/// The values of each kind of attribute.
extension ForestWriter {
    /// Writes the value of an attribute of a kind, having checked that it is one.
    mutating func value(_ node: inout AttributeNode, _ shown: String, _ value: JSONNode) throws(NGSILDError) {
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
