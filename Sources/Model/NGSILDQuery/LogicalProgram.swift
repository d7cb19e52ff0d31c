/// A `LogicalTree` as steps that each test one term and say where to go on, so that evaluation needs neither recursion
/// nor memory and stops as soon as the outcome is known.
///
/// Invariant: a step leads only to later steps or to an end.
struct LogicalProgram: Sendable {
    struct Step: Sendable {
        /// The number of the term, counted from the left.
        var term: Int32
        var onTrue: Int32
        var onFalse: Int32
    }

    private static let accept: Int32 = -1
    private static let reject: Int32 = -2

    private(set) var steps: ContiguousArray<Step> = []

    init(_ tree: LogicalTree<some Sendable>) {
        append(tree, onTrue: Self.accept, onFalse: Self.reject)
    }

    private mutating func append(_ tree: LogicalTree<some Sendable>, onTrue: Int32, onFalse: Int32) {
        switch tree {
        case .term: steps.append(Step(term: Int32(steps.count), onTrue: onTrue, onFalse: onFalse))
        case .and(let parts):
            for (index, part) in parts.enumerated() {
                let following = Int32(steps.count + part.termCount)
                append(part, onTrue: index == parts.count - 1 ? onTrue : following, onFalse: onFalse)
            }
        case .or(let parts):
            for (index, part) in parts.enumerated() {
                let following = Int32(steps.count + part.termCount)
                append(part, onTrue: onTrue, onFalse: index == parts.count - 1 ? onFalse : following)
            }
        }
    }

    /// Whether the tree holds when `test` tells which terms do.
    @inline(__always)
    func evaluate(_ test: (Int) -> Bool) -> Bool {
        steps.withUnsafeBufferPointer { steps in
            var index = 0
            while index >= 0, index < steps.count {
                let step = steps[index]
                index = Int(test(Int(step.term)) ? step.onTrue : step.onFalse)
            }
            return index == Int(Self.accept)
        }
    }
}
