public import NGSILDModel

/// Which entity types a query selects: `Building|House`, `(Home;Vehicle),Motorhome`, `*`.
///
/// `|` and `,` mean or, `;` means and, parentheses may nest, `*` stands for any type. A type is a name or an IRI without
/// `,` `;` `|` `(` `)`.
///
/// - Source: CIM 009 clause 4.17.
public struct TypeSelection: Sendable {
    private enum Selector: Sendable {
        case any
        case type(TermID)
    }

    /// In one object, so that copying a query costs one reference.
    private final class Plan: Sendable {
        let selectors: [Selector]
        let program: LogicalProgram
        let alternatives: [TermID]?
        /// Whether having one of `alternatives` is all that is asked.
        let isPlainList: Bool

        init(_ tree: LogicalTree<Selector>) {
            selectors = tree.terms
            program = LogicalProgram(tree)
            alternatives = TypeSelection.alternatives(tree)
            isPlainList = TypeSelection.isPlainList(tree)
        }
    }

    private let plan: Plan

    /// Types of which every selected entity has at least one, each once; `nil` when there is no such list (`*`).
    ///
    /// Types that nothing stored uses are left out, so an empty list means that nothing can be selected.
    public var alternatives: [TermID]? { plan.alternatives }

    /// Whether having one certain type is all that is asked, so that an index of types answers alone.
    public var isSingleType: Bool { plan.isPlainList && plan.alternatives?.count == 1 }

    /// Whether having one of `alternatives` is all that is asked.
    public var isPlainList: Bool { plan.isPlainList && plan.alternatives != nil }

    /// - Throws: `badRequestData` naming the place; `tooComplexQuery` when there are too many types or parentheses.
    public init(
        parsing text: String, context: TermContext, lifetime: QueryLifetime = .once
    ) throws(NGSILDError) {
        let tree = try LogicalParser<Selector>.parse(QueryText(text, parameter: "type"), commaMeansOr: true) {
            (text) throws(NGSILDError) in
            guard let name = text.takeTypeName() else {
                throw text.error("the name of an entity type is expected, not \(text.found)")
            }
            return name == "*" ? .any : .type(try context.queryTerm(name, lifetime))
        }
        plan = Plan(tree)
    }

    /// Entities that have at least one of these types.
    public init(anyOf types: [TermID]) {
        plan = Plan(.or(types.map { .term(.type($0)) }))
    }

    /// Whether an entity with these types is selected.
    public func matches(_ types: [TermID]) -> Bool {
        if plan.isPlainList, let alternatives = plan.alternatives {
            for type in types where alternatives.contains(type) { return true }
            return false
        }
        return plan.program.evaluate { term in
            switch plan.selectors[term] {
            case .any: true
            case .type(let type): types.contains(type)
            }
        }
    }

    private static func alternatives(_ tree: LogicalTree<Selector>) -> [TermID]? {
        switch tree {
        case .term(.any): return nil
        case .term(.type(let type)): return type == .none ? [] : [type]
        case .and(let parts): return parts.compactMap { alternatives($0) }.min { $0.count < $1.count }
        case .or(let parts):
            var result: [TermID] = []
            for part in parts {
                guard let types = alternatives(part) else { return nil }
                for type in types where !result.contains(type) { result.append(type) }
            }
            return result
        }
    }

    private static func isPlainList(_ tree: LogicalTree<Selector>) -> Bool {
        switch tree {
        case .term(.type): true
        case .term(.any), .and: false
        case .or(let parts): parts.allSatisfy { isPlainList($0) }
        }
    }
}

extension QueryText {
    fileprivate mutating func takeTypeName() -> String? {
        let start = position
        while let byte = next {
            switch byte {
            case 0...0x20, 0x7F, UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "("),
                UInt8(ascii: ")"), UInt8(ascii: "\""):
                return position > start ? text(from: start) : nil
            default: position += 1
            }
        }
        return position > start ? text(from: start) : nil
    }
}
