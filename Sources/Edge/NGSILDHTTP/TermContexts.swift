import JSONLD
import JSONTree
import NGSILDModel
import Synchronization

/// A context as requests and answers use it: its term table, and its name as it stands in answers.
final class BoundContext: Sendable {
    let terms: TermContext
    /// The value of the member `@context`.
    let valueJSON: [UInt8]
    private let hosted: HostedContexts?
    /// Empty for a context without a URL of its own.
    private let ownLinkLine: [UInt8]

    init(_ terms: TermContext, hosted: HostedContexts?) {
        self.terms = terms
        self.hosted = hosted
        valueJSON = Array(terms.context.valueJSON.utf8)
        ownLinkLine = terms.context.linkURL.map(Self.linkLine) ?? []
    }

    /// The whole line of the `Link` header, with its line end.
    ///
    /// A context without a URL gets one here, so that a plain JSON answer can name it (CIM 009 clause 5.13.1). Empty
    /// where no contexts are hosted.
    var linkLine: [UInt8] {
        if !ownLinkLine.isEmpty { return ownLinkLine }
        return (hosted?.url(forImplicit: terms.context)).map(Self.linkLine) ?? []
    }

    private static func linkLine(_ url: String) -> [UInt8] {
        var writer = ByteWriter(capacity: 200)
        writer.append("Link: <")
        // A URL may hold anything in a JSON string; in a header it must not end the target or the line.
        for byte in url.utf8 where byte > 0x20 && byte != 0x7F && byte != UInt8(ascii: ">") { writer.append(byte) }
        writer.append(">; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\"\r\n")
        return writer.array()
    }
}

/// The term tables of the contexts in use, one for each resolved context.
///
/// Bounded by about `costLimit` bytes in each of two generations: when the young one is full it becomes the old one, and
/// what is not asked for before that happens again is forgotten. A table can always be made again.
final class TermContexts: Sendable {
    private struct State {
        var young: [ObjectIdentifier: BoundContext] = [:]
        var old: [ObjectIdentifier: BoundContext] = [:]
        var cost = 0
    }

    let core: BoundContext
    private let registry: TermRegistry
    private let hosted: HostedContexts?
    private let state = Mutex(State())
    private static let costLimit = 16 << 20

    init(registry: TermRegistry, hosted: HostedContexts?) {
        self.registry = registry
        self.hosted = hosted
        core = BoundContext(TermContext(context: .core, registry: registry), hosted: hosted)
    }

    func bound(_ context: ResolvedContext) -> BoundContext {
        if context === core.terms.context { return core }
        let id = ObjectIdentifier(context)
        return state.withLock { state in
            if let bound = state.young[id] { return bound }
            let bound = state.old[id] ?? make(context)
            // About what a table grows to when all terms are used.
            let cost = 2_048 + 128 * context.termCount + bound.valueJSON.count
            if state.cost + cost > Self.costLimit {
                state.old = state.young
                state.young = [:]
                state.cost = 0
            }
            state.young[id] = bound
            state.cost += cost
            return bound
        }
    }

    private func make(_ context: ResolvedContext) -> BoundContext {
        BoundContext(TermContext(context: context, registry: registry), hosted: hosted)
    }
}
