import NGSILDModel

/// The templates of the samples in tails, each kept once.
///
/// Templates that hold sub-attributes may be as many as samples, so only `capacity` of them get a number; the others
/// stay beside their sample.
struct TemplateTable {
    static let capacity = 4_096

    private(set) var templates: [[UInt8]] = []
    private var numbers: [[UInt8]: Int] = [:]
    /// By what stands around the value and the time of a plain instance, so that its template need not be made.
    private var plain: [[UInt8]: Int] = [:]
    private var scratch: [UInt8] = []

    enum Place {
        case number(Int)
        case beside([UInt8])
    }

    /// The template of the instance at `root`, taken in if it is new and there is room.
    mutating func place(of forest: AttributeForest, root: Int) -> Place {
        let isPlain = writeOutline(of: forest, root: root)
        if isPlain, let number = plain[scratch] { return .number(number) }
        let template = EntityCodec.encode(forest.template(of: root))
        if let known = numbers[template] {
            if isPlain, plain.count < 2 * Self.capacity { plain[scratch] = known }
            return .number(known)
        }
        guard templates.count < Self.capacity else { return .beside(template) }
        templates.append(template)
        numbers[template] = templates.count - 1
        if isPlain, plain.count < 2 * Self.capacity { plain[scratch] = templates.count - 1 }
        return .number(templates.count - 1)
    }

    mutating func place(of template: [UInt8]) -> Place {
        if let known = numbers[template] { return .number(known) }
        guard templates.count < Self.capacity else { return .beside(template) }
        templates.append(template)
        numbers[template] = templates.count - 1
        return .number(templates.count - 1)
    }

    /// Writes what of a plain instance determines its template into `scratch`.
    ///
    /// - Returns: whether the instance is plain: without sub-attributes, its `observedAt` easily found.
    private mutating func writeOutline(of forest: AttributeForest, root: Int) -> Bool {
        let node = forest.nodes[root]
        guard node.descendants == 0, !node.flags.contains(.expires) else { return false }
        return forest.bytes.withUnsafeBufferPointer { bytes in
            let after = node.value.upperBound..<node.head.upperBound
            var cut = after.upperBound..<after.upperBound
            if node.observedAt.isSet {
                guard let found = Self.observedAt(in: bytes, after) else { return false }
                cut = found
            }
            scratch.removeAll(keepingCapacity: true)
            withUnsafeBytes(of: node.name.number) { scratch.append(contentsOf: $0) }
            scratch.append(node.kind.rawValue)
            scratch.append(node.flags.contains(.hasHoles) ? 1 : 0)
            scratch.append(contentsOf: bytes[node.head.lowerBound..<node.value.lowerBound])
            scratch.append(0)
            scratch.append(contentsOf: bytes[after.lowerBound..<cut.lowerBound])
            scratch.append(contentsOf: bytes[cut.upperBound..<after.upperBound])
            return true
        }
    }

    private static let member = Array(",\"observedAt\":\"".utf8)

    /// Where the member stands, if it stands there once: quotes in texts are escaped, so nothing else looks like it but
    /// the member of an object inside.
    private static func observedAt(in bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Range<Int>? {
        var found: Range<Int>?
        var index = range.lowerBound
        while index + member.count < range.upperBound {
            guard bytes[index] == member[0], bytes[index..<index + member.count].elementsEqual(member) else {
                index += 1
                continue
            }
            if found != nil { return nil }
            var end = index + member.count
            while end < range.upperBound, bytes[end] != UInt8(ascii: "\"") { end += 1 }
            guard end < range.upperBound else { return nil }
            found = index..<end + 1
            index = end
        }
        return found
    }
}
