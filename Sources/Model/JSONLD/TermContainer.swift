/// How a context says that the values of a term are held together: the `@container` of its definition.
public struct TermContainer: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let list = TermContainer(rawValue: 1)
    public static let set = TermContainer(rawValue: 2)
    public static let index = TermContainer(rawValue: 4)
    public static let language = TermContainer(rawValue: 8)
    public static let id = TermContainer(rawValue: 16)
    public static let type = TermContainer(rawValue: 32)
    public static let graph = TermContainer(rawValue: 64)

    /// The container a keyword stands for; `nil` when JSON-LD 1.1 has no such container.
    init?(keyword: String) {
        switch keyword {
        case "@list": self = .list
        case "@set": self = .set
        case "@index": self = .index
        case "@language": self = .language
        case "@id": self = .id
        case "@type": self = .type
        case "@graph": self = .graph
        default: return nil
        }
    }

    /// Whether JSON-LD 1.1 lets these stand together (JSON-LD API 4.2.2, step 19).
    var isCombinable: Bool {
        let others = subtracting(.set)
        if contains(.list) { return self == .list }
        if others.rawValue.nonzeroBitCount <= 1 { return true }
        return others == [.graph, .id] || others == [.graph, .index]
    }
}
