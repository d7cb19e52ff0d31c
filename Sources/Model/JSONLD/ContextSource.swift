public import JSONTree

/// Where a request says its @context is.
public enum ContextSource: Sendable {
    /// One URL, as in a Link header.
    case url(String)
    /// The value of a member `@context`: a URL, an object, or an array of these. Keeps the document alive.
    case value(JSONDocument, JSONNode)
}
