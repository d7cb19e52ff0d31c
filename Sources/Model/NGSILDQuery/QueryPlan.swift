import NGSILDModel

/// A query expression ready to be evaluated.
final class QueryPlan: Sendable {
    /// The outcome of a term for attributes with a numeric value, so that no other data needs to be looked at.
    ///
    /// Invariant: the term's path is plain; for an instance that holds no number, the term itself is asked.
    private struct QuickTest: Sendable {
        var name = TermID.none
        var range = Interval(low: -Double.infinity, high: .infinity)
        var isOutside = false
        /// Whether the term can be tested this way.
        var isUsable = false

        init() {}

        init(_ test: AttributeTest) {
            guard test.path.isPlain, case .attribute(let name) = test.path.root else { return }
            switch test.comparison {
            case .exists: break
            case .ordered(.number(let range)): self.range = range
            case .equal(let criteria), .unequal(let criteria):
                guard criteria.count == 1, case .number(let range) = criteria[0] else { return }
                self.range = range
                if case .unequal = test.comparison { isOutside = true }
            case .ordered, .pattern, .isAbsent: return
            }
            self.name = name
            isUsable = true
        }
    }

    private let tests: ContiguousArray<AttributeTest>
    private let quickTests: ContiguousArray<QuickTest>
    private let program: LogicalProgram
    let requiredAttributes: [TermID]
    let numericBounds: [NumericBound]
    let textEqualities: [TextEquality]
    /// Whether a term is about linked entities, so that `matches(_:links:)` is needed.
    let hasLinks: Bool
    /// Whether a term is about an attribute, not only about the entity's own members.
    let namesAttributes: Bool

    init(_ tree: LogicalTree<AttributeTest>) {
        tests = ContiguousArray(tree.terms)
        quickTests = ContiguousArray(tests.map(QuickTest.init))
        program = LogicalProgram(tree)
        let conditions = tree.conditions
        var required: [TermID] = []
        for case let name? in conditions.filter(\.needsTarget).map(\.path.firstAttribute)
        where !required.contains(name) {
            required.append(name)
        }
        hasLinks = tests.contains(where: \.isLinked)
        namesAttributes = tests.contains { $0.path.firstAttribute != nil }
        requiredAttributes = required
        textEqualities = conditions.compactMap { test in
            guard test.path.isPlain, let attribute = test.path.firstAttribute,
                case .equal(let criteria) = test.comparison, criteria.count == 1,
                case .text(let criterion) = criteria[0]
            else { return nil }
            return TextEquality(attribute: attribute, text: criterion.text)
        }
        numericBounds = conditions.compactMap { test in
            let quick = QuickTest(test)
            guard quick.isUsable, !quick.isOutside, quick.range.low.isFinite || quick.range.high.isFinite else {
                return nil
            }
            return NumericBound(attribute: quick.name, low: quick.range.low, high: quick.range.high)
        }
    }

    /// The attributes that terms begin with.
    var attributes: Set<TermID> {
        var names: Set<TermID> = []
        for name in tests.compactMap(\.path.firstAttribute) { names.insert(name) }
        return names
    }

    func matches(_ entity: EntityRecord) -> Bool {
        entity.attributes.nodes.withUnsafeBufferPointer { nodes in program.evaluate { holds($0, nodes, entity) } }
    }

    // MARK: Entities in parts

    /// Whether some term is met by what is not there, which only the whole of an entity tells.
    var asksForAbsence: Bool { !tests.allSatisfy(\.needsTarget) }

    /// Which terms hold for an entity of which nothing is known.
    var termsOfNothing: [Bool] { tests.map { !$0.needsTarget } }

    /// Which terms hold for what was known, and a further part of the entity.
    func gather(_ part: EntityRecord, into terms: inout [Bool]) {
        part.attributes.nodes.withUnsafeBufferPointer { nodes in
            for term in terms.indices where terms[term] != tests[term].needsTarget {
                terms[term] = holds(term, nodes, part)
            }
        }
    }

    func holds(where terms: [Bool]) -> Bool { program.evaluate { terms[$0] } }

    // MARK: Terms

    @inline(__always)
    private func holds(_ term: Int, _ nodes: UnsafeBufferPointer<AttributeNode>, _ entity: EntityRecord) -> Bool {
        let quick = quickTests[term]
        if quick.isUsable { return holds(quick, term, nodes, entity) }
        return entity.attributes.bytes.withUnsafeBufferPointer { bytes in
            tests[term].holds(in: EntityView(entity: entity, nodes: nodes, bytes: bytes))
        }
    }

    /// The same where terms may be about linked entities.
    func matches(_ entity: EntityRecord, links: LinkFollower) -> Bool {
        entity.attributes.nodes.withUnsafeBufferPointer { nodes in
            entity.attributes.bytes.withUnsafeBufferPointer { bytes in
                let view = EntityView(entity: entity, nodes: nodes, bytes: bytes)
                return program.evaluate { term in
                    let test = tests[term]
                    return test.isLinked ? test.holds(for: entity, links: links) : test.holds(in: view)
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

    var exhaustedPattern: TextPattern? {
        for case .pattern(let pattern, _) in tests.lazy.map(\.comparison) where pattern.gaveUp { return pattern }
        return nil
    }
}

extension LogicalTree {
    /// Terms that hold whenever the tree does.
    fileprivate var conditions: [Term] {
        switch self {
        case .term(let term): [term]
        case .and(let parts): parts.flatMap(\.conditions)
        case .or: []
        }
    }
}

extension AttributeTest {
    /// Whether it fails where the target is missing.
    fileprivate var needsTarget: Bool {
        if case .isAbsent = comparison { return false }
        return true
    }
}
