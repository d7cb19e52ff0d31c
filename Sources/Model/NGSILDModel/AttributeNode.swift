import JSONTree

/// The kinds of attributes. The raw values are part of the stored form.
///
/// - Source: CIM 009 clause 4.5.2 to 4.5.3 and 4.5.17 to 4.5.24.
public enum AttributeKind: UInt8, Sendable, CaseIterable {
    case property = 1
    case relationship, geoProperty, languageProperty, vocabProperty, listProperty, listRelationship, jsonProperty

    /// The value of the member `type`.
    public var typeName: StaticString {
        switch self {
        case .property: "Property"
        case .relationship: "Relationship"
        case .geoProperty: "GeoProperty"
        case .languageProperty: "LanguageProperty"
        case .vocabProperty: "VocabProperty"
        case .listProperty: "ListProperty"
        case .listRelationship: "ListRelationship"
        case .jsonProperty: "JsonProperty"
        }
    }

    /// The name of the member that holds the value.
    public var valueMember: StaticString {
        switch self {
        case .property, .geoProperty: "value"
        case .relationship: "object"
        case .languageProperty: "languageMap"
        case .vocabProperty: "vocab"
        case .listProperty: "valueList"
        case .listRelationship: "objectList"
        case .jsonProperty: "json"
        }
    }

    public init?(typeName: String) {
        for kind in AttributeKind.allCases where "\(kind.typeName)" == typeName {
            self = kind
            return
        }
        return nil
    }
}

/// One attribute instance, or sub-attribute, of an `AttributeForest`: where its text stands, and what queries need.
///
/// Its text is the *head*: the members of its normalized representation without braces, timestamps and
/// sub-attributes, starting with `"type":"…",` and the value member.
public struct AttributeNode: Sendable {
    public var name: TermID
    /// Descendants (sub-attributes at any depth); they follow this node.
    public var descendants: UInt32
    public var headStart: UInt32
    public var headLength: UInt32
    /// The value's own text, inside the head.
    public var valueStart: UInt32
    public var valueLength: UInt32
    /// The content of `datasetId`, inside the head; length 0 for the default instance.
    public var datasetStart: UInt32
    public var datasetLength: UInt16
    public var kind: AttributeKind
    public var flags: Flags
    public var createdAt: Timestamp
    public var modifiedAt: Timestamp
    public var observedAt: Timestamp
    /// The value when `flags` has `.isNumber`.
    public var number: Double

    /// What queries and changes need to know of a node without reading its text. The raw values are part of the stored form.
    public struct Flags: OptionSet, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// The value is a JSON number that fits a double.
        public static let isNumber = Flags(rawValue: 1)
        /// The value is a JSON string.
        public static let isString = Flags(rawValue: 2)
        /// The head holds term numbers (see `TermHole`) where compacted names go.
        public static let hasHoles = Flags(rawValue: 4)
        /// The value is the NGSI-LD Null: the fragment asks for removal.
        public static let isNull = Flags(rawValue: 8)
        /// The value is `true` or `false`.
        public static let isBoolean = Flags(rawValue: 16)
        /// A fragment gave meta members only, no value: a partial update or merge keeps the old value.
        public static let hasNoValue = Flags(rawValue: 32)
        /// The type was not written in the fragment (concise form), so a merge may keep the stored kind.
        public static let kindIsInferred = Flags(rawValue: 64)
        /// The head ends with the member `expiresAt`: the attribute goes by itself (see `AttributeForest.expiry`).
        public static let expires = Flags(rawValue: 128)
    }

    public var head: Range<Int> { Int(headStart)..<Int(headStart + headLength) }
    public var value: Range<Int> { Int(valueStart)..<Int(valueStart + valueLength) }
    public var dataset: Range<Int> { Int(datasetStart)..<Int(datasetStart) + Int(datasetLength) }
}

/// A term number inside a head: the byte 0x01, which valid JSON text never holds, and four bytes, lowest first.
enum TermHole {
    static let mark: UInt8 = 0x01
    static let length = 5
}

extension ByteWriter {
    /// Appends the place of a term, which its name is put into when it is shown.
    mutating func append(hole term: TermID) {
        append(TermHole.mark)
        for shift in [0, 8, 16, 24] { append(UInt8(truncatingIfNeeded: term.number >> UInt32(shift))) }
    }
}
