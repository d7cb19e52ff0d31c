import JSONTree

/// A place in a JSON payload: `speed.mean`, `lanes[0].flow`, or as a JSON Pointer `/lanes/0/flow`; `$` is all of it.
///
/// - Source: RFC 6901 for JSON Pointers.
struct PayloadPath: Sendable, Equatable {
    enum Step: Sendable, Equatable {
        case member(String)
        case element(Int)
        /// A number in a JSON Pointer: a member of an object, an element of an array.
        case either(String, Int)
    }

    let text: String
    let steps: [Step]

    private static let stepLimit = 16
    private static let elementLimit = 10_000

    /// - Returns: `nil` for what is no path.
    init?(_ text: String) {
        guard let steps = text.hasPrefix("/") ? Self.pointer(text) : Self.dotted(text), steps.count <= Self.stepLimit
        else { return nil }
        self.text = text
        self.steps = steps
    }

    static let whole = PayloadPath(text: "$", steps: [])

    private init(text: String, steps: [Step]) {
        self.text = text
        self.steps = steps
    }

    private static func pointer(_ text: String) -> [Step]? {
        var steps: [Step] = []
        for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            let name = String(part).replacing("~1", with: "/").replacing("~0", with: "~")
            if let index = element(part) { steps.append(.either(name, index)) } else { steps.append(.member(name)) }
        }
        return steps
    }

    private static func dotted(_ text: String) -> [Step]? {
        if text == "$" { return [] }
        let rest = text.hasPrefix("$.") ? text.dropFirst(2) : text[...]
        var steps: [Step] = []
        for part in rest.split(separator: ".", omittingEmptySubsequences: false) {
            var pieces = part.split(separator: "[", omittingEmptySubsequences: false)
            let name = pieces.removeFirst()
            if !name.isEmpty { steps.append(.member(String(name))) }
            if name.isEmpty, pieces.isEmpty { return nil }
            for piece in pieces {
                guard piece.hasSuffix("]"), let index = element(piece.dropLast()) else { return nil }
                steps.append(.element(index))
            }
        }
        return steps.isEmpty ? nil : steps
    }

    private static func element(_ text: Substring) -> Int? {
        guard text.utf8.count <= 5, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let index = Int(text),
            index < elementLimit, text == "0" || text.first != "0"
        else { return nil }
        return index
    }

    /// What stands there; `nil` where nothing does, or null.
    func node(_ document: JSONDocument, from start: JSONNode) -> JSONNode? {
        var node = start
        for step in steps {
            switch step {
            case .member(let name):
                guard document.isObject(node), let next = document.member(node, named: name) else { return nil }
                node = next
            case .element(let index):
                guard let next = Self.element(index, of: node, document) else { return nil }
                node = next
            case .either(let name, let index):
                let next =
                    document.isArray(node)
                    ? Self.element(index, of: node, document)
                    : document.isObject(node) ? document.member(node, named: name) : nil
                guard let next else { return nil }
                node = next
            }
        }
        return document.isNull(node) ? nil : node
    }

    private static func element(_ index: Int, of node: JSONNode, _ document: JSONDocument) -> JSONNode? {
        guard document.isArray(node) else { return nil }
        var left = index
        for element in document.elements(node) {
            if left == 0 { return element }
            left -= 1
        }
        return nil
    }
}
