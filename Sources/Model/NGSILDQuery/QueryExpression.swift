public import NGSILDModel

/// Which attribute values a query selects, written in the NGSI-LD query language: `speed>50;brandName!="Mercedes"`.
///
/// See `docs/queries.md` for the language. Linked entities (`rel{attr}`) are not supported yet.
///
/// - Source: CIM 009 clause 4.9.
public struct QueryExpression: Sendable {
    /// The outcome of a term for attributes with a numeric value, so that no other data needs to be looked at.
    ///
    /// Invariant: `name` is a plain path; for an instance that holds no number, the term itself is asked.
    private struct QuickTest: Sendable {
        var name = TermID.none
        var range = Interval(low: -Double.infinity, high: .infinity)
        var isOutside = false
        /// Whether the term can be tested this way.
        var isUsable = false
    }

    private let tests: ContiguousArray<AttributeTest>
    private let quickTests: ContiguousArray<QuickTest>
    private let program: LogicalProgram

    /// - Parameters:
    ///   - expandValues: names of attributes whose values in the query are terms to be expanded, as in
    ///     `gender==Male`.
    ///   - lifetime: `standing` for subscriptions.
    /// - Throws: `badRequestData` naming the place; `tooComplexQuery` beyond 8 KiB, 256 terms or 32 levels.
    public init(
        parsing text: String, context: TermContext, expandValues: Set<String> = [], lifetime: QueryLifetime = .once
    ) throws(NGSILDError) {
        let parser = QueryTermParser(context: context, expandValues: expandValues, lifetime: lifetime)
        let tree = try LogicalParser<AttributeTest>.parse(QueryText(text, parameter: "q"), commaMeansOr: false) {
            (text) throws(NGSILDError) in try parser.term(&text)
        }
        tests = ContiguousArray(tree.terms)
        quickTests = ContiguousArray(tests.map(Self.quickTest))
        program = LogicalProgram(tree)
    }

    /// Whether the entity is selected.
    ///
    /// - Cost: about 10 ns for a comparison with a number; texts, compound values and patterns cost more.
    public func matches(_ entity: EntityRecord) -> Bool {
        entity.attributes.nodes.withUnsafeBufferPointer { nodes in
            program.evaluate { term in
                let quick = quickTests[term]
                if quick.isUsable { return holds(quick, term, nodes, entity) }
                return entity.attributes.bytes.withUnsafeBufferPointer { bytes in
                    tests[term].holds(in: EntityView(entity: entity, nodes: nodes, bytes: bytes))
                }
            }
        }
    }

    @inline(__always)
    private func holds(
        _ quick: QuickTest, _ term: Int, _ nodes: UnsafeBufferPointer<AttributeNode>, _ entity: EntityRecord
    ) -> Bool {
        var index = 0
        while index < nodes.count {
            if nodes[index].name == quick.name {
                if nodes[index].flags.contains(.isNumber) {
                    if quick.range.contains(nodes[index].number) != quick.isOutside { return true }
                } else if holdsSlowly(term, at: index, nodes, entity) {
                    return true
                }
            }
            index += 1 + Int(nodes[index].descendants)
        }
        return false
    }

    @inline(never)
    private func holdsSlowly(
        _ term: Int, at index: Int, _ nodes: UnsafeBufferPointer<AttributeNode>, _ entity: EntityRecord
    ) -> Bool {
        entity.attributes.bytes.withUnsafeBufferPointer { bytes in
            let view = EntityView(entity: entity, nodes: nodes, bytes: bytes)
            return tests[term].holds(at: index, depth: 0, in: view, tests[term].comparison)
        }
    }

    private static func quickTest(_ test: AttributeTest) -> QuickTest {
        var result = QuickTest()
        guard test.path.isPlain, case .attribute(let name) = test.path.root else { return result }
        result.name = name
        result.isUsable = true
        switch test.comparison {
        case .exists: break
        case .ordered(.number(let range)): result.range = range
        case .equal(let criteria) where criteria.count == 1, .unequal(let criteria) where criteria.count == 1:
            guard case .number(let range) = criteria[0] else { return QuickTest() }
            result.range = range
            if case .unequal = test.comparison { result.isOutside = true }
        default: return QuickTest()
        }
        return result
    }

    /// Patterns that ran into their limits.
    var exhaustedPattern: TextPattern? {
        for case .pattern(let pattern, _) in tests.lazy.map(\.comparison) where pattern.gaveUp { return pattern }
        return nil
    }
}
