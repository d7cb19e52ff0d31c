import NGSILDModel
import NGSILDOperations

/// What the change record keeps of one entity's steps in a commit: for each its kind, the attributes it changed, and
/// their new content, so that history and notifications can be made from the record alone.
enum ChangeCodec {
    static let version: UInt8 = 1

    static func encode(_ steps: [WorkingSet.Step]) -> [UInt8] {
        var output: [UInt8] = [version]
        output.append(variable: UInt64(steps.count))
        for step in steps {
            output.append(step.kind.rawValue)
            output.append(variable: UInt64(step.attributes.count))
            for change in step.attributes {
                output.append(variable: UInt64(change.name.number))
                output.append(change.kind.rawValue)
            }
            let content = step.kind == .updated ? changedContent(step) : AttributeForest()
            let encoded = content.isEmpty ? [] : EntityCodec.encode(content)
            output.append(variable: UInt64(encoded.count))
            output.append(contentsOf: encoded)
        }
        return output
    }

    private static func changedContent(_ step: WorkingSet.Step) -> AttributeForest {
        var content = AttributeForest()
        guard let after = step.after else { return content }
        var last = TermID.none
        for change in step.attributes where change.kind != .deleted && change.name != last {
            last = change.name
            for root in after.attributes.roots(named: change.name) {
                content.append(subtree: root, of: after.attributes)
            }
        }
        return content
    }
}

extension [UInt8] {
    fileprivate mutating func append(variable value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}
