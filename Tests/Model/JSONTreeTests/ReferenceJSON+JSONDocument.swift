import JSONTree

extension ReferenceJSON {
    /// The same value as the document tells it, through each way of asking.
    init(_ document: JSONDocument, _ node: JSONNode) {
        switch document.kind(node) {
        case .object:
            var members: [[UInt8]: ReferenceJSON] = [:]
            for (key, value) in document.members(node) {
                members[document.withStringBytes(key) { Array($0) }] = ReferenceJSON(document, value)
            }
            self = .object(members)
        case .array: self = .array(document.elements(node).map { ReferenceJSON(document, $0) })
        case .string: self = .string(document.withStringBytes(node) { Array($0) })
        case .number: self = .number(document.text(node))
        case .true: self = .word("true")
        case .false: self = .word("false")
        case .null: self = .word("null")
        }
    }
}
