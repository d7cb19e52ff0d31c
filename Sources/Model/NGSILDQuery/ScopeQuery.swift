public import NGSILDModel

/// Which scopes a query selects: `/Madrid/Gardens/#`, `/Madrid/+/Parque`, `(/A;/B),/C`.
///
/// `+` stands for one level, `/#` at the end for the scope and all below it, a lone `/#` for any scope at all; `|` and
/// `,` mean or, `;` means and. A scope may be written with or without its first `/`.
///
/// - Source: CIM 009 clauses 4.18, 4.19.
public struct ScopeQuery: Sendable {
    /// In one object, so that copying a query costs one reference.
    private final class Plan: Sendable {
        let tree: LogicalTree<ScopePattern>
        let patterns: [ScopePattern]
        let program: LogicalProgram

        init(_ tree: LogicalTree<ScopePattern>) {
            self.tree = tree
            patterns = tree.terms
            program = LogicalProgram(tree)
        }
    }

    private let plan: Plan

    /// - Throws: `badRequestData` naming the place; `tooComplexQuery` when there are too many scopes or parentheses.
    public init(parsing text: String) throws(NGSILDError) {
        let tree = try LogicalParser<ScopePattern>.parse(QueryText(text, parameter: "scopeQ"), commaMeansOr: true) {
            (text) throws(NGSILDError) in try Self.pattern(&text)
        }
        plan = Plan(tree)
    }

    /// Whether an entity with these scopes is selected. Different parts of an and may be met by different scopes.
    public func matches(_ scopes: [String]) -> Bool {
        if scopes.isEmpty { return false }
        // Most have one.
        if plan.patterns.count == 1 {
            for index in scopes.indices where plan.patterns[0].matches(scopes[index]) { return true }
            return false
        }
        return plan.program.evaluate { term in scopes.contains { plan.patterns[term].matches($0) } }
    }

    /// The scope, with all below it or not, that alone decides; `nil` where it is not as simple as that.
    var onlyPath: (path: [UInt8], includesBelow: Bool)? {
        guard plan.patterns.count == 1, let path = plan.patterns[0].path, !path.isEmpty else { return nil }
        return (path, plan.patterns[0].includesBelow)
    }

    /// What an index has for patterns of which every selected entity meets one, and what going through it costs; the
    /// cheapest there is.
    ///
    /// - Parameter find: what the index has for a pattern, and its cost; `nil` where it has no answer.
    /// - Returns: `nil` where the index cannot help.
    public func narrowest<Found>(
        _ find: (ScopePattern) -> (found: Found, cost: Int)?
    ) -> (found: [Found], cost: Int)? {
        Self.narrowest(plan.tree, find)
    }

    private static func narrowest<Found>(
        _ tree: LogicalTree<ScopePattern>, _ find: (ScopePattern) -> (found: Found, cost: Int)?
    ) -> (found: [Found], cost: Int)? {
        switch tree {
        case .term(let pattern): return find(pattern).map { ([$0.found], $0.cost) }
        case .and(let parts): return parts.compactMap { narrowest($0, find) }.min { $0.cost < $1.cost }
        case .or(let parts):
            var result: (found: [Found], cost: Int) = ([], 0)
            for part in parts {
                guard let (found, cost) = narrowest(part, find) else { return nil }
                result.found += found
                result.cost += cost
            }
            return result
        }
    }

    private static func pattern(_ text: inout QueryText) throws(NGSILDError) -> ScopePattern {
        var levels: [String?] = []
        let start = text.position
        _ = text.take(UInt8(ascii: "/"))
        repeat {
            if text.take(UInt8(ascii: "#")) {
                guard text.position > start + 1 else {
                    throw text.error("# stands after a /, as in /Madrid/#", at: start)
                }
                if text.next == UInt8(ascii: "/") {
                    throw text.error("# is the last level of a scope; nothing follows it")
                }
                return ScopePattern(levels: levels, includesBelow: true)
            }
            if text.take(UInt8(ascii: "+")) {
                levels.append(nil)
            } else if let name = text.takeName() {
                levels.append(name)
            } else {
                throw text.error(
                    "the level of a scope is expected, not \(text.found); a level starts with a letter, + stands for any level, # at the end for all below"
                )
            }
        } while text.take(UInt8(ascii: "/"))
        return ScopePattern(levels: levels, includesBelow: false)
    }
}
