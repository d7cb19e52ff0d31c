import JSONTree

/// Attribute instances and their sub-attributes, in document order, with the text they are rendered from.
///
/// Invariants:
/// 1. A node's sub-attributes follow it: nodes `i + 1 ... i + descendants`.
/// 2. The text of a subtree is one run: heads stand in `bytes` in the order of the nodes.
/// 3. Instances of one attribute (same name, different datasetId) stand side by side.
public struct AttributeForest: Sendable {
    public internal(set) var nodes: ContiguousArray<AttributeNode>
    public internal(set) var bytes: ContiguousArray<UInt8>

    public init() {
        nodes = []
        bytes = []
    }

    public var isEmpty: Bool { nodes.isEmpty }

    /// Indexes of the top-level instances.
    public var roots: Roots { Roots(forest: self) }

    /// Walks the top-level instances without making an array of them.
    public struct Roots: Sequence, IteratorProtocol {
        let forest: AttributeForest
        var index = 0
        public mutating func next() -> Int? {
            guard index < forest.nodes.count else { return nil }
            defer { index += 1 + Int(forest.nodes[index].descendants) }
            return index
        }
    }

    /// Indexes of the direct sub-attributes of a node.
    public func children(of index: Int) -> [Int] {
        var result: [Int] = []
        var child = index + 1
        let end = child + Int(nodes[index].descendants)
        while child < end {
            result.append(child)
            child += 1 + Int(nodes[child].descendants)
        }
        return result
    }

    /// The first root with this name and dataset (empty: the default instance).
    public func root(named name: TermID, dataset: String = "") -> Int? {
        var index = 0
        while index < nodes.count {
            if nodes[index].name == name, datasetEquals(index, dataset) { return index }
            index += 1 + Int(nodes[index].descendants)
        }
        return nil
    }

    /// All roots with this name: the instances of the attribute.
    public func roots(named name: TermID) -> [Int] {
        var result: [Int] = []
        var index = 0
        while index < nodes.count {
            if nodes[index].name == name { result.append(index) }
            index += 1 + Int(nodes[index].descendants)
        }
        return result
    }

    /// Whether there is a top-level attribute of this name. Cost: linear in the top-level instances.
    public func contains(_ name: TermID) -> Bool {
        var index = 0
        while index < nodes.count {
            if nodes[index].name == name { return true }
            index += 1 + Int(nodes[index].descendants)
        }
        return false
    }

    /// The names of the top-level attributes, each once, in order.
    public var names: [TermID] {
        var result: [TermID] = []
        var index = 0
        while index < nodes.count {
            if result.last != nodes[index].name, !result.contains(nodes[index].name) {
                result.append(nodes[index].name)
            }
            index += 1 + Int(nodes[index].descendants)
        }
        return result
    }

    /// The datasetId of a node; empty for the default instance.
    public func dataset(of index: Int) -> String {
        // Where there is none, its place means nothing: it may lie behind the text.
        nodes[index].datasetLength == 0 ? "" : String(decoding: bytes[nodes[index].dataset], as: UTF8.self)
    }

    func datasetEquals(_ index: Int, _ dataset: String) -> Bool {
        let node = nodes[index]
        if Int(node.datasetLength) != dataset.utf8.count { return false }
        return node.datasetLength == 0 || bytes[node.dataset].elementsEqual(dataset.utf8)
    }

    func sameDataset(_ index: Int, _ other: AttributeForest, _ otherIndex: Int) -> Bool {
        let a = nodes[index]
        let b = other.nodes[otherIndex]
        guard a.datasetLength == b.datasetLength else { return false }
        return a.datasetLength == 0 || bytes[a.dataset].elementsEqual(other.bytes[b.dataset])
    }

    /// The value as JSON text; holes are not filled.
    public func valueText(of index: Int) -> String { String(decoding: bytes[nodes[index].value], as: UTF8.self) }

    /// The text of a string value with escapes resolved, `nil` for other kinds of values.
    public func stringValue(of index: Int) -> String? {
        let node = nodes[index]
        guard node.flags.contains(.isString), node.valueLength >= 2 else { return nil }
        let range = node.value
        let content = bytes[range.lowerBound + 1..<range.upperBound - 1]
        if !content.contains(UInt8(ascii: "\\")) { return String(decoding: content, as: UTF8.self) }
        return (try? JSONDocument(parsing: Array(bytes[range]))).flatMap { $0.string($0.root) }
    }

    /// Appends a subtree of another forest. Cost: two copies.
    public mutating func append(subtree index: Int, of other: AttributeForest) {
        let count = Int(other.nodes[index].descendants) + 1
        let first = other.nodes[index]
        let last = other.nodes[index + count - 1]
        let start = Int(first.headStart)
        let end = Int(last.headStart + last.headLength)
        let target = UInt32(bytes.count)
        bytes.append(contentsOf: other.bytes[start..<end])
        for offset in 0..<count {
            var node = other.nodes[index + offset]
            node.headStart = node.headStart - UInt32(start) + target
            node.valueStart = node.valueStart - UInt32(start) + target
            if node.datasetLength > 0 { node.datasetStart = node.datasetStart - UInt32(start) + target }
            nodes.append(node)
        }
    }

    /// Sets the timestamps of a subtree: all of it is modified now; `createdAt` is for the root only, sub-attributes
    /// keep the one they have.
    mutating func stamp(subtree index: Int, createdAt: Timestamp, modifiedAt: Timestamp) {
        let end = index + Int(nodes[index].descendants)
        nodes[index].createdAt = createdAt
        nodes[index].modifiedAt = modifiedAt
        var child = index + 1
        while child <= end {
            if !nodes[child].createdAt.isSet { nodes[child].createdAt = modifiedAt }
            nodes[child].modifiedAt = modifiedAt
            child += 1
        }
    }
}
