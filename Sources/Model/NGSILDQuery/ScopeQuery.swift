public import NGSILDModel

/// Which scopes a query selects: `/Madrid/Gardens/#`, `/Madrid/+/Parque`, `(/A;/B),/C`.
///
/// `+` stands for one level, `/#` at the end for the scope and all below it, a lone `/#` for any scope at all; `|` and
/// `,` mean or, `;` means and. A scope may be written with or without its first `/`.
///
/// - Source: CIM 009 clauses 4.18, 4.19.
public struct ScopeQuery: Sendable {
    private enum Level: Sendable, Equatable {
        case named(String)
        case any
    }

    private struct Pattern: Sendable {
        var levels: [Level] = []
        var includesBelow = false
        /// The levels as a scope is written, each with its slash before it, when all are named.
        var path: [UInt8]?

        /// To be called when `levels` is complete.
        mutating func close() {
            var path: [UInt8] = []
            for level in levels {
                guard case .named(let name) = level else { return }
                path.append(UInt8(ascii: "/"))
                path.append(contentsOf: name.utf8)
            }
            self.path = path
        }
    }

    /// In one object, so that copying a query costs one reference.
    private final class Plan: Sendable {
        let patterns: [Pattern]
        let program: LogicalProgram

        init(_ tree: LogicalTree<Pattern>) {
            patterns = tree.terms
            program = LogicalProgram(tree)
        }
    }

    private let plan: Plan

    /// - Throws: `badRequestData` naming the place; `tooComplexQuery` when there are too many scopes or parentheses.
    public init(parsing text: String) throws(NGSILDError) {
        let tree = try LogicalParser<Pattern>.parse(QueryText(text, parameter: "scopeQ"), commaMeansOr: true) {
            (text) throws(NGSILDError) in try Self.pattern(&text)
        }
        plan = Plan(tree)
    }

    /// Whether an entity with these scopes is selected. Different parts of an and may be met by different scopes.
    public func matches(_ scopes: [String]) -> Bool {
        if scopes.isEmpty { return false }
        return plan.program.evaluate { term in scopes.contains { Self.matches($0, plan.patterns[term]) } }
    }

    private static func pattern(_ text: inout QueryText) throws(NGSILDError) -> Pattern {
        var pattern = Pattern()
        let start = text.position
        _ = text.take(UInt8(ascii: "/"))
        repeat {
            if text.take(UInt8(ascii: "#")) {
                guard text.position > start + 1 else {
                    throw text.error("# stands after a /, as in /Madrid/#", at: start)
                }
                pattern.includesBelow = true
                pattern.close()
                if text.next == UInt8(ascii: "/") {
                    throw text.error("# is the last level of a scope; nothing follows it")
                }
                return pattern
            }
            if text.take(UInt8(ascii: "+")) {
                pattern.levels.append(.any)
            } else if let name = text.takeName() {
                pattern.levels.append(.named(name))
            } else {
                throw text.error(
                    "the level of a scope is expected, not \(text.found); a level starts with a letter, + stands for any level, # at the end for all below"
                )
            }
        } while text.take(UInt8(ascii: "/"))
        pattern.close()
        return pattern
    }

    private static func matches(_ scope: String, _ pattern: Pattern) -> Bool {
        if let path = pattern.path, !path.isEmpty,
            let compared = scope.utf8.withContiguousStorageIfAvailable({ matches($0, path, pattern.includesBelow) }),
            let answer = compared
        {
            return answer
        }
        let levels = scope.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
        guard pattern.includesBelow ? levels.count >= pattern.levels.count : levels.count == pattern.levels.count,
            !levels.isEmpty
        else { return false }
        for (level, expected) in zip(levels, pattern.levels) {
            if case .named(let name) = expected, !level.elementsEqual(name.utf8) { return false }
        }
        return true
    }

    /// Compares with a path of named levels, without taking the scope apart.
    ///
    /// - Returns: `nil` for a scope that is not written in the plain way, with one slash before each level.
    private static func matches(
        _ scope: UnsafeBufferPointer<UInt8>, _ path: [UInt8], _ includesBelow: Bool
    ) -> Bool? {
        let slash = UInt8(ascii: "/")
        guard scope.first == slash, scope.last != slash else { return nil }
        var same = 0
        while same < min(scope.count, path.count), scope[same] == path[same] { same += 1 }
        if same == path.count {
            // A scope does not end in a slash, so one more byte follows this one.
            if same == scope.count { return true }
            if scope[same] != slash { return false }
            return scope[same + 1] == slash ? nil : includesBelow
        }
        if same == scope.count { return false }
        return scope[same] == slash && scope[same - 1] == slash ? nil : false
    }
}
