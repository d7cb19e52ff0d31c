import NGSILDModel

// What each kind of target takes part in a comparison with.
extension Comparison {
    private static let typedValue = Array("@value".utf8)
    private static let object = Array("object".utf8)

    /// The value of a Property, or a part of it. An array is equal to what it includes; a typed value counts as its
    /// `@value`.
    func holds(for json: StoredJSON) -> Bool {
        if json.isObject, let value = json.member(Self.typedValue) { return holds(for: value) }
        switch self {
        case .exists: return true
        case .isAbsent: return false
        case .equal(let criteria): return Self.includes(json, criteria)
        case .unequal(let criteria): return !Self.includes(json, criteria)
        case .ordered(let criterion): return criterion.isMet(by: json)
        case .pattern(let pattern, let isNegated):
            return json.withString { pattern.outcome($0) == (isNegated ? .noMatch : .match) } ?? false
        }
    }

    private static func includes(_ json: StoredJSON, _ criteria: [Criterion]) -> Bool {
        if json.isArray { return json.containsElement { element in criteria.contains { $0.isMet(by: element) } } }
        return criteria.contains { $0.isMet(by: json) }
    }

    /// The object of a Relationship: one URI or an array of them. It has no order and no patterns.
    func holds(forObject json: StoredJSON) -> Bool {
        switch self {
        case .exists, .equal, .unequal: holds(for: json)
        case .isAbsent, .ordered, .pattern: false
        }
    }

    /// The objects of a ListRelationship.
    func holds(forObjectList list: StoredJSON) -> Bool {
        func includes(_ criteria: [Criterion]) -> Bool {
            list.containsElement { element in
                guard let object = element.member(Self.object) else { return false }
                return Self.includes(object, criteria)
            }
        }
        switch self {
        case .exists: return true
        case .equal(let criteria): return includes(criteria)
        case .unequal(let criteria): return !includes(criteria)
        case .isAbsent, .ordered, .pattern: return false
        }
    }

    /// The IRIs of a VocabProperty, or of objectType.
    func holds(forTermsIn bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
        func includes(_ criteria: [Criterion]) -> Bool {
            StoredTerm.contains(in: bytes, range) { term in criteria.contains { $0.isMet(by: term) } }
        }
        switch self {
        case .exists: return true
        case .equal(let criteria): return includes(criteria)
        case .unequal(let criteria): return !includes(criteria)
        case .isAbsent, .ordered, .pattern: return false
        }
    }

    /// The texts of a LanguageProperty: those of one language (`[en]`), or of all (`[*]` or nothing).
    func holds(forLanguageMap map: StoredJSON, _ trailing: [[UInt8]]) -> Bool {
        guard trailing.count <= 1 else { return false }
        let language = trailing.first.flatMap { $0 == [UInt8(ascii: "*")] ? nil : $0 }
        /// Whether a text of the language passes; the texts of one language may be an array.
        func containsText(where body: (StoredJSON) -> Bool) -> Bool {
            map.containsMember { key, value in
                if let language, key.withString({ Self.isSameLanguage($0, language) }) != true { return false }
                return value.isArray ? value.containsElement(where: body) : body(value)
            }
        }
        switch self {
        case .exists: return containsText { _ in true }
        case .isAbsent: return false
        case .equal(let criteria): return containsText { text in criteria.contains { $0.isMet(by: text) } }
        case .unequal(let criteria):
            return containsText { _ in true } && !containsText { text in criteria.contains { $0.isMet(by: text) } }
        case .ordered, .pattern: return containsText { holds(for: $0) }
        }
    }

    /// Language tags differ in case without meaning it (RFC 5646 clause 2.1.1).
    private static func isSameLanguage(_ tag: UnsafeBufferPointer<UInt8>, _ other: [UInt8]) -> Bool {
        guard tag.count == other.count else { return false }
        return zip(tag, other).allSatisfy { lowercased($0) == lowercased($1) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }

    /// An instant that the broker keeps, such as observedAt; one that is not set does not exist.
    func holds(for instant: Timestamp) -> Bool {
        guard instant.isSet else { return false }
        switch self {
        case .exists: return true
        case .isAbsent, .pattern: return false
        case .equal(let criteria): return criteria.contains { $0.isMet(by: instant) }
        case .unequal(let criteria): return !criteria.contains { $0.isMet(by: instant) }
        case .ordered(let criterion): return criterion.isMet(by: instant)
        }
    }

    /// Texts of the entity itself; none at all do not exist.
    func holds(forTexts texts: [String]) -> Bool {
        func contains(_ body: (UnsafeBufferPointer<UInt8>) -> Bool) -> Bool {
            texts.contains { text in
                var text = text
                return text.withUTF8(body)
            }
        }
        switch self {
        case .exists: return !texts.isEmpty
        case .isAbsent: return false
        case .equal(let criteria): return contains { text in criteria.contains { $0.isMet(by: text) } }
        case .unequal(let criteria):
            return !texts.isEmpty && !contains { text in criteria.contains { $0.isMet(by: text) } }
        case .ordered(let criterion): return contains { criterion.isMet(by: $0) }
        case .pattern(let pattern, let isNegated):
            return contains { pattern.outcome($0) == (isNegated ? .noMatch : .match) }
        }
    }

    /// A member of an attribute that is no attribute itself.
    func holds(for member: AttributePath.Member, of node: AttributeNode, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        switch member {
        case .observedAt: return holds(for: node.observedAt)
        case .createdAt: return holds(for: node.createdAt)
        case .modifiedAt: return holds(for: node.modifiedAt)
        case .deletedAt, .instanceId: return false
        case .expiresAt:
            guard let text = node.headMember(member.name, in: bytes) else { return false }
            return holds(for: text.withString { Timestamp($0) }.flatMap { $0 } ?? .none)
        case .objectType:
            guard let terms = node.headMember(member.name, in: bytes) else { return false }
            return holds(forTermsIn: bytes, terms.start..<terms.end)
        case .unitCode, .datasetId, .valueType, .lang:
            guard let text = node.headMember(member.name, in: bytes) else { return false }
            return holds(for: text)
        }
    }
}

extension AttributePath.Member {
    var name: [UInt8] { Array(rawValue.utf8) }
}

extension AttributeNode {
    /// The value of a member that stands in the head behind the value.
    func headMember(_ name: [UInt8], in bytes: UnsafeBufferPointer<UInt8>) -> StoredJSON? {
        let end = min(head.upperBound, bytes.count)
        var index = value.upperBound
        while index + 1 < end, bytes[index] == UInt8(ascii: ",") {
            let keyEnd = StoredJSON.endOfString(bytes, index + 1, end)
            guard keyEnd < end else { return nil }
            let valueEnd = StoredJSON.endOfValue(bytes, keyEnd + 1, end)
            if bytes[index + 2..<keyEnd - 1].elementsEqual(name) { return StoredJSON(bytes, keyEnd + 1..<valueEnd) }
            index = valueEnd
        }
        return nil
    }
}
