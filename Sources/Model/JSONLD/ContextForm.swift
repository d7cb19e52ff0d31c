import JSONTree

/// How a source names its context: what is left of it when URLs of the core context are taken out.
struct ContextForm {
    let identity: String
    let linkURL: String?
    let isCore: Bool
    /// The user's part of the context, as JSON: a URL, or the entries of an array without its brackets.
    private let userJSON: String
    private let isArray: Bool

    /// The value for a member `@context` of an answer.
    ///
    /// - Parameter endsWithCore: whether the user's part ends with the core context as it is; then it is not named again.
    func valueJSON(endsWithCore: Bool) -> String {
        if isCore || (endsWithCore && !isArray) { return userJSON }
        if endsWithCore { return "[\(userJSON)]" }
        var writer = ByteWriter(capacity: userJSON.utf8.count + 80)
        writer.append("[")
        writer.append(utf8: userJSON)
        writer.append(",")
        writer.append(jsonString: CoreContext.currentURL)
        writer.append("]")
        return writer.string()
    }

    init(_ source: ContextSource) {
        switch source {
        case .url(let url): self.init(url: IRIReference.resolve(url, against: nil) ?? url)
        case .value(let document, let node):
            let parts = ContextForm.parts(document, node)
            if parts.isEmpty {
                self.init(url: CoreContext.currentURL)
            } else if parts.count == 1, let reference = document.string(parts[0]) {
                self.init(url: IRIReference.resolve(reference, against: nil) ?? reference)
            } else {
                self.init(document, parts)
            }
        }
    }

    private init(url: String) {
        isCore = CoreContext.isKnown(url)
        isArray = false
        identity = isCore ? CoreContext.currentURL : url
        linkURL = identity
        var writer = ByteWriter()
        writer.append(jsonString: identity)
        userJSON = writer.string()
    }

    private init(_ document: JSONDocument, _ parts: [JSONNode]) {
        var writer = ByteWriter()
        for (offset, part) in parts.enumerated() {
            if offset > 0 { writer.append(",") }
            document.appendMinified(part, to: &writer)
        }
        isCore = false
        isArray = true
        identity = "sha256:" + writer.withBytes { SHA256.hexDigest(of: $0) }
        linkURL = nil
        userJSON = writer.string()
    }

    /// The entries of a context value that say something: no URLs of the core context, no empty objects, and nothing
    /// from `null` to start with.
    static func parts(_ document: JSONDocument, _ node: JSONNode) -> [JSONNode] {
        Array(entries(document, node).drop { document.isNull($0) })
    }

    private static func entries(_ document: JSONDocument, _ node: JSONNode) -> [JSONNode] {
        switch document.kind(node) {
        case .array: return document.elements(node).flatMap { entries(document, $0) }
        case .string: return document.string(node).map(CoreContext.isKnown) == true ? [] : [node]
        case .object: return document.count(node) == 0 ? [] : [node]
        default: return [node]
        }
    }
}
