public import JSONTree

/// Why an @context cannot be used.
///
/// `isUnavailable` separates the two answers of CIM 009 clause 5.5.6: LdContextNotAvailable, or else BadRequestData.
public enum ContextError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No answer came: name resolution, connection, TLS or time.
    case unreachable(url: String, reason: String)
    /// The server answered with a status other than success.
    case status(url: String, code: Int)
    /// The loader's own rules forbid the URL (scheme, private address, redirects).
    case refused(url: String, reason: String)
    /// The document is longer than `limit` bytes.
    case tooLarge(url: String, limit: Int)
    /// What the URL answers is not JSON.
    case notJSON(url: String, JSONParseError)
    /// More than `limit` other documents are being loaded at this moment.
    case tooManyLoads(url: String, limit: Int)
    /// The context is here, but JSON-LD or NGSI-LD does not allow it; `url` is the document, `nil` the request itself.
    case invalid(url: String?, ContextProblem)

    /// Whether the context could not be had (LdContextNotAvailable), rather than being wrong (BadRequestData).
    ///
    /// A document that was had and is no JSON is a wrong context, as one without a member `@context` is.
    public var isUnavailable: Bool {
        switch self {
        case .invalid, .notJSON: false
        default: true
        }
    }

    public var description: String {
        switch self {
        case .unreachable(let url, let reason):
            return "@context \(url) cannot be reached: \(reason); check the URL, or send the context inline"
        case .status(let url, let code):
            return "@context \(url) cannot be had: its server answers with status \(code); check the URL"
        case .refused(let url, let reason):
            return "@context \(url) is not fetched: \(reason)"
        case .tooLarge(let url, let limit):
            return "@context \(url) is longer than \(limit) bytes; split it into several documents"
        case .notJSON(let url, let problem):
            return "@context \(url) is not a JSON document: \(problem)"
        case .tooManyLoads(let url, let limit):
            return "@context \(url) is not fetched now, since \(limit) others are being fetched; try again"
        case .invalid(let url, let problem):
            return "@context \(url.map { "\($0) " } ?? "")is not valid: \(problem)"
        }
    }
}

/// What is wrong with a context that could be read.
public enum ContextProblem: Hashable, Sendable, CustomStringConvertible {
    /// A remote document has no member `@context`.
    case noContextMember
    /// A context is neither URL, object, array nor null.
    case notAContext(JSONDocument.Kind)
    /// A URL is not absolute and there is no document that it could be relative to.
    case relativeReference(String)
    /// A document includes itself, directly or through others.
    case cyclicInclusion(String)
    case tooManyIncludedInOneAnother(limit: Int)
    case tooManyDocuments(limit: Int)
    case tooManyTerms(limit: Int)
    /// Terms are defined by one another through more than `limit` steps.
    case tooManySteps(term: String, limit: Int)
    /// A term is defined by itself.
    case cyclicTerm(String)
    /// A term brings a context of its own, which NGSI-LD forbids in user contexts.
    case scopedContext(term: String)
    case badTerm(String, reason: String)
    case badKeyword(String, reason: String)
    /// A term that an earlier context protects gets another meaning.
    case protectedTerm(String)
    case tooLongIRI(term: String, limit: Int)
    /// The IRIs of all terms come to more than `limit` bytes.
    case tooManyBytes(limit: Int)

    public var description: String {
        switch self {
        case .noContextMember: return "the document has no member @context"
        case .notAContext(let kind): return "a context is a URL, an object or an array of these, and not \(kind)"
        case .relativeReference(let reference):
            return "\"\(reference)\" is not an absolute URL"
        case .cyclicInclusion(let url): return "\(url) includes itself"
        case .tooManyIncludedInOneAnother(let limit): return "more than \(limit) documents include one another"
        case .tooManyDocuments(let limit): return "it includes more than \(limit) documents"
        case .tooManyTerms(let limit): return "it defines more than \(limit) terms"
        case .tooManySteps(let term, let limit):
            return "the definition of \"\(term)\" is more than \(limit) steps away; define it by its IRI"
        case .cyclicTerm(let term): return "the term \"\(term)\" is defined by itself"
        case .scopedContext(let term):
            return "the term \"\(term)\" has a context of its own; NGSI-LD does not allow this, use a flat context"
        case .badTerm(let term, let reason): return "the term \"\(term)\" \(reason)"
        case .badKeyword(let keyword, let reason): return "\(keyword) \(reason)"
        case .protectedTerm(let term): return "the term \"\(term)\" is protected by an earlier context"
        case .tooLongIRI(let term, let limit): return "the IRI of \"\(term)\" is longer than \(limit) bytes"
        case .tooManyBytes(let limit): return "the IRIs of its terms are longer than \(limit) bytes together"
        }
    }
}

extension ContextProblem {
    /// The same with long texts cut, since they come from outside and are kept, logged and sent back.
    var shortened: ContextProblem {
        switch self {
        case .relativeReference(let text): .relativeReference(excerpt(text))
        case .tooManySteps(let term, let limit): .tooManySteps(term: excerpt(term), limit: limit)
        case .cyclicTerm(let term): .cyclicTerm(excerpt(term))
        case .scopedContext(let term): .scopedContext(term: excerpt(term))
        case .badTerm(let term, let reason): .badTerm(excerpt(term), reason: excerpt(reason))
        case .badKeyword(let keyword, let reason): .badKeyword(keyword, reason: excerpt(reason))
        case .protectedTerm(let term): .protectedTerm(excerpt(term))
        case .tooLongIRI(let term, let limit): .tooLongIRI(term: excerpt(term), limit: limit)
        case .noContextMember, .notAContext, .cyclicInclusion, .tooManyIncludedInOneAnother, .tooManyDocuments,
            .tooManyTerms, .tooManyBytes:
            self
        }
    }

    private func excerpt(_ text: String) -> String {
        let limit = 200
        guard text.utf8.count > limit else { return text }
        return String(decoding: text.utf8.prefix(limit), as: UTF8.self) + "..."
    }
}
