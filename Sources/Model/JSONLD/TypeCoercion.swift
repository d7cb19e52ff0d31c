/// What a context says about the values of a term: the `@type` of its definition.
public enum TypeCoercion: Hashable, Sendable {
    /// `@id`: values are IRIs of other things, as in a Relationship.
    case id
    /// `@vocab`: values are terms of the vocabulary, as in a VocabProperty.
    case vocab
    /// `@json`: values are plain JSON, untouched.
    case json
    /// `@none`: values are left as they are.
    case none
    /// `DateTime` of NGSI-LD or XML Schema.
    case dateTime
    /// `Date` of NGSI-LD or XML Schema.
    case date
    /// `Time` of NGSI-LD or XML Schema.
    case time
    /// Any other datatype, by its IRI.
    case datatype(String)

    /// The coercion that an expanded `@type` stands for.
    init(expanded type: String) {
        switch type {
        case "@id": self = .id
        case "@vocab": self = .vocab
        case "@json": self = .json
        case "@none": self = .none
        case "https://uri.etsi.org/ngsi-ld/DateTime", "http://www.w3.org/2001/XMLSchema#dateTime": self = .dateTime
        case "https://uri.etsi.org/ngsi-ld/Date", "http://www.w3.org/2001/XMLSchema#date": self = .date
        case "https://uri.etsi.org/ngsi-ld/Time", "http://www.w3.org/2001/XMLSchema#time": self = .time
        default: self = .datatype(type)
        }
    }
}
