import JSONTree

/// JSON that is written as a literal, its members kept in their order.
enum DocumentValue: Sendable {
    case text(String)
    case number(Int)
    case flag(Bool)
    case list([DocumentValue])
    case members([(String, DocumentValue)])

    /// A reference to a part of the same document.
    static func reference(_ section: String, _ name: String) -> DocumentValue {
        ["$ref": .text("#/components/\(section)/\(name)")]
    }

    static func texts(_ texts: [String]) -> DocumentValue { .list(texts.map { .text($0) }) }

    func append(to writer: inout ByteWriter) {
        switch self {
        case .text(let text): writer.append(jsonString: text)
        case .number(let value): writer.append(integer: value)
        case .flag(let isTrue): writer.append(isTrue ? "true" : "false")
        case .list(let values):
            writer.append("[")
            for (index, value) in values.enumerated() {
                if index > 0 { writer.append(",") }
                value.append(to: &writer)
            }
            writer.append("]")
        case .members(let members):
            writer.append("{")
            for (index, member) in members.enumerated() {
                if index > 0 { writer.append(",") }
                writer.append(jsonString: member.0)
                writer.append(":")
                member.1.append(to: &writer)
            }
            writer.append("}")
        }
    }
}

extension DocumentValue: ExpressibleByStringLiteral {
    init(stringLiteral value: String) { self = .text(value) }
}

extension DocumentValue: ExpressibleByIntegerLiteral {
    init(integerLiteral value: Int) { self = .number(value) }
}

extension DocumentValue: ExpressibleByBooleanLiteral {
    init(booleanLiteral value: Bool) { self = .flag(value) }
}

extension DocumentValue: ExpressibleByArrayLiteral {
    init(arrayLiteral elements: DocumentValue...) { self = .list(elements) }
}

extension DocumentValue: ExpressibleByDictionaryLiteral {
    init(dictionaryLiteral elements: (String, DocumentValue)...) { self = .members(elements) }
}
