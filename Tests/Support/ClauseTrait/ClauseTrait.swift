public import Testing

/// Names the clauses of the specification whose behaviour a test, or every test of a suite, tries.
///
/// `scripts/clause-report` collects them from the sources. Name a clause only where the test would fail if the clause
/// were not kept.
public struct ClauseTrait: TestTrait, SuiteTrait {
    /// As in CIM 009 v1.9.1, such as `5.6.1`.
    public let numbers: [String]
    public var isRecursive: Bool { true }
}

extension Trait where Self == ClauseTrait {
    /// Clauses of CIM 009 v1.9.1 that are tried.
    public static func clause(_ numbers: String...) -> Self { ClauseTrait(numbers: numbers) }
}
