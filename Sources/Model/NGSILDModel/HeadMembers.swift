import JSONTree

/// The members of a head, taken apart so that a partial update or merge can put another head together.
///
/// Heads may hold term holes, so they are not JSON; a member's text is copied as it stands.
struct HeadMembers {
    struct Member {
        /// With quotes.
        let key: Range<Int>
        let value: Range<Int>
    }

    private(set) var members: [Member] = []

    init(_ forest: AttributeForest, _ node: AttributeNode) {
        let bytes = forest.bytes
        var index = node.head.lowerBound
        let end = node.head.upperBound
        while index < end {
            let keyStart = index
            index = HeadMembers.skipString(bytes, index, end)
            let key = keyStart..<index
            let valueStart = min(index + 1, end)  // after the colon
            index = valueStart
            index = HeadMembers.skipValue(bytes, index, end)
            members.append(Member(key: key, value: valueStart..<index))
            index += 1  // the comma
        }
    }

    private static func skipString(_ bytes: ContiguousArray<UInt8>, _ start: Int, _ end: Int) -> Int {
        var index = start + 1
        while index < end, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index + 1, end)
    }

    private static func skipValue(_ bytes: ContiguousArray<UInt8>, _ start: Int, _ end: Int) -> Int {
        var index = start
        var depth = 0
        while index < end {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index = skipString(bytes, index, end)
                continue
            case TermHole.mark:
                index += TermHole.length
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ",") where depth == 0: return index
            default: break
            }
            index += 1
        }
        return min(index, end)
    }
}
