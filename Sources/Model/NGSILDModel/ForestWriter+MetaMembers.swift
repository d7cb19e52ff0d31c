import JSONTree

/// The members that belong to an attribute itself, beside its value and its sub-attributes.
extension ForestWriter {
    /// Members that are no sub-attributes, by kind. The value member counts as one.
    func isMetaMember(_ kind: AttributeKind, _ key: JSONNode) -> Bool {
        if document.equals(key, kind.valueMember) { return true }
        for name in ForestWriter.metaMembers where document.equals(key, name) { return true }
        return false
    }

    private static let metaMembers: [StaticString] = [
        "type", "@type", "observedAt", "unitCode", "datasetId", "createdAt", "modifiedAt", "deletedAt", "instanceId",
        "objectType", "valueType", "lang", "expiresAt", "entity", "entityList", "previousValue", "previousObject",
        "previousLanguageMap", "previousVocab", "previousJson", "previousValueList", "previousObjectList",
        "entityIdSealed", "entityTypeSealed",
    ]

    /// What an NGSI-LD Null removes in a fragment (clauses 5.5.8, 5.5.12). `expiresAt` has its own way, and `datasetId` stays.
    private static let removableMembers: [StaticString] = [
        "observedAt", "unitCode", "objectType", "valueType", "lang",
    ]

    private static let previousMembers = metaMembers.filter { "\($0)".hasPrefix("previous") }

    /// Writes a member that belongs to the attribute itself; answers `false` for a sub-attribute.
    mutating func metaMember(
        _ node: inout AttributeNode, _ key: JSONNode?, _ shown: String?, _ memberKey: JSONNode, _ member: JSONNode
    ) throws(NGSILDError) -> Bool {
        guard isMetaMember(node.kind, memberKey) else { return false }
        if document.equals(member, "urn:ngsi-ld:null"),
            let name = ForestWriter.removableMembers.first(where: { document.equals(memberKey, $0) })
        {
            guard decoder.allowsNull else {
                throw .badRequestData(
                    "\"\(name)\" of \(shownName(key, shown)) is the NGSI-LD Null; it is accepted only in fragments, to remove"
                )
            }
            removedMembers.append(name)
        } else if document.equals(memberKey, "observedAt") {
            let time = document.withStringBytes(member) { Timestamp($0) }
            guard document.isString(member), let time else {
                throw .badRequestData(
                    "\"observedAt\" of \(shownName(key, shown)) is \(document.text(member)); write it as 2026-01-31T12:00:00Z"
                )
            }
            node.observedAt = time
            copyMember("observedAt", member)
        } else if document.equals(memberKey, "unitCode") {
            guard document.isString(member) else {
                throw .badRequestData("\"unitCode\" of \(shownName(key, shown)) is a string")
            }
            guard node.kind == .property || node.kind == .geoProperty || node.kind == .listProperty else {
                throw .badRequestData("\(node.kind.typeName) \(shownName(key, shown)) cannot have a \"unitCode\"")
            }
            copyMember("unitCode", member)
        } else if document.equals(memberKey, "datasetId") {
            // The default instance by its name (clause 4.5.5.1).
            if document.equals(member, "@none") { return true }
            guard document.isString(member), document.withStringBytes(member, { EntityID.isValid($0) }),
                !document.equals(member, "urn:ngsi-ld:null")
            else {
                throw .badRequestData("\"datasetId\" of \(shownName(key, shown)) is a URI, and stays as it is")
            }
            let length = document.contentRange(member).count
            guard length <= Int(UInt16.max), !document.hasEscapes(member) else {
                throw .badRequestData("\"datasetId\" of \(shownName(key, shown)) is a URI without escapes")
            }
            copyMember("datasetId", member)
            node.datasetStart = UInt32(writer.count - 1 - length)
            node.datasetLength = UInt16(length)
        } else if document.equals(memberKey, "objectType"), node.kind == .relationship || node.kind == .listRelationship
        {
            writer.append(",\"objectType\":")
            try vocabulary(&node, shownName(key, shown), member)
        } else if document.equals(memberKey, "valueType") {
            guard document.isString(member), node.kind != .languageProperty || document.equals(member, "langString")
            else {
                let expected = node.kind == .languageProperty ? "\"langString\"" : "a string"
                throw .badRequestData("\"valueType\" of \(shownName(key, shown)) is \(expected)")
            }
            copyMember("valueType", member)
        } else if document.equals(memberKey, "lang") {
            copyMember("lang", member)
        } else if document.equals(memberKey, "expiresAt") {
            try readExpiry(shownName(key, shown), member)
        } else if document.equals(memberKey, "entityIdSealed") || document.equals(memberKey, "entityTypeSealed") {
            try seal(&node, shownName(key, shown), memberKey, member)
        } else if ForestWriter.previousMembers.contains(where: { document.equals(memberKey, $0) }) {
            throw .badRequestData(
                "\(shownName(key, shown)) has \(document.text(memberKey)), which stands in notifications only")
        }
        return true
    }

    private mutating func readExpiry(_ shown: String, _ member: JSONNode) throws(NGSILDError) {
        if decoder.allowsNull, document.equals(member, "urn:ngsi-ld:null") {
            expiry = .removed
        } else if document.isString(member), let time = document.withStringBytes(member, { Timestamp($0) }) {
            expiry = .at(time)
        } else {
            throw .badRequestData(
                "\"expiresAt\" of \(shown) is \(document.text(member)); write it as 2026-01-31T12:00:00Z")
        }
    }

    /// Ends a head with `expiresAt` (see `AttributeForest.expiry`).
    mutating func append(_ expiry: Expiry, _ node: inout AttributeNode) {
        node.flags.insert(.expires)
        writer.append(",\"expiresAt\":")
        switch expiry {
        case .at(let time): time.append(quotedTo: &writer)
        case .removed: writer.append("\"urn:ngsi-ld:null\"")
        }
    }

    /// What a proof of integrity is about (clause 4.5.2.2): it stands in `ngsildproof` only.
    private mutating func seal(
        _ node: inout AttributeNode, _ shown: String, _ memberKey: JSONNode, _ member: JSONNode
    ) throws(NGSILDError) {
        guard shown == "ngsildproof", document.isString(member) else {
            throw .badRequestData(
                "\(document.text(memberKey)) is a string and stands in ngsildproof only, not in \(shown)")
        }
        if document.equals(memberKey, "entityIdSealed") { return copyMember("entityIdSealed", member) }
        writer.append(",\"entityTypeSealed\":")
        node.flags.insert(.hasHoles)
        try hole(shown, member)
    }

    mutating func appendNull(_ name: StaticString) {
        writer.append(",\"")
        writer.append(name)
        writer.append("\":\"urn:ngsi-ld:null\"")
    }

    private mutating func copyMember(_ name: StaticString, _ value: JSONNode) {
        writer.append(",\"")
        writer.append(name)
        writer.append("\":")
        document.appendMinified(value, to: &writer)
    }
}
