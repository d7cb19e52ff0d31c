import NGSILDModel
import NGSILDOperations

/// What the change record keeps of one entity's steps in a commit: for each its kind, the attributes it changed, and
/// the instances that it took from the present, the scope being one of them. With the present state they are all there
/// ever was, so the history can be made from the record alone.
enum ChangeCodec {
    static let version: UInt8 = 2
    /// Kept the new content of updates instead of the old one.
    static let versionWithNewContent: UInt8 = 1

    /// - Parameter terms: gives the name of the scope; `nil` where no history is and the instances are not needed.
    static func encode(_ steps: [WorkingSet.Step], terms: TermRegistry?) -> [UInt8] {
        var output: [UInt8] = [version]
        output.append(varint: UInt64(steps.count))
        for step in steps {
            output.append(step.kind.rawValue)
            output.append(varint: UInt64(step.attributes.count))
            for change in step.attributes {
                output.append(varint: UInt64(change.name.number))
                output.append(change.kind.rawValue)
            }
            guard let terms, let before = step.before else {
                output.append(0)
                output.append(0)
                continue
            }
            guard let after = step.after else {
                output.append(0)
                output.append(run: EntityCodec.encode(before))
                continue
            }
            var replaced = AttributeForest()
            var gone = AttributeForest()
            before.attributes.forEachDisplaced(step.attributes, by: after.attributes) { root, isGone in
                if isGone {
                    gone.append(subtree: root, of: before.attributes)
                } else {
                    replaced.append(subtree: root, of: before.attributes)
                }
            }
            let scope = before.scopeDisplacement(by: after)
            // A name that cannot be stored, because the store is full, fails the commit as well.
            if scope != .none, let name = try? terms.id(for: EntityRecord.scopeIRI) {
                let instance = before.scopeInstance(named: name)
                if scope == .gone {
                    gone.append(subtree: 0, of: instance)
                } else {
                    replaced.append(subtree: 0, of: instance)
                }
            }
            output.append(run: replaced.isEmpty ? [] : EntityCodec.encode(replaced))
            output.append(run: gone.isEmpty ? [] : EntityCodec.encode(gone))
        }
        return output
    }
}
