import JSONTree

/// A remote document that holds a context.
final class ContextDocument: Sendable {
    let url: String
    /// Grows with each document that a cache parses: tells two contents under one URL apart.
    let serial: UInt64
    let json: JSONDocument
    /// The value of the document's member `@context`.
    let context: JSONNode
    /// The documents that the context refers to.
    let references: [String]

    /// - Throws: `.notJSON`, `.tooLarge`, or `.invalid` without a member `@context`.
    init(url: String, bytes: [UInt8], limit: Int, serial: UInt64) throws(ContextError) {
        guard bytes.count <= limit else { throw .tooLarge(url: url, limit: limit) }
        do {
            json = try JSONDocument(parsing: bytes)
        } catch {
            throw .notJSON(url: url, error)
        }
        guard let context = json.member(json.root, "@context") else {
            throw .invalid(url: url, .noContextMember)
        }
        self.url = url
        self.serial = serial
        self.context = context
        self.references = ContextDocument.references(json, context, base: url)
    }

    /// The absolute URLs that a context value refers to, without those of the core context, each once.
    ///
    /// Ends early after one more than the limit of documents; whoever needs them all refuses the context then.
    static func references(_ document: JSONDocument, _ node: JSONNode, base: String?) -> [String] {
        var found: [String] = []
        var seen: Set<String> = []
        var open = [node]
        while let next = open.popLast(), found.count <= ContextLimits.documents {
            var reference: String?
            switch document.kind(next) {
            case .string: reference = document.string(next)
            case .array: open.append(contentsOf: Array(document.elements(next)).reversed())
            case .object: reference = document.member(next, "@import").flatMap { document.string($0) }
            default: break
            }
            guard let reference, let url = IRIReference.resolve(reference, against: base) else { continue }
            if !CoreContext.isKnown(url), seen.insert(url).inserted { found.append(url) }
        }
        return found
    }
}
