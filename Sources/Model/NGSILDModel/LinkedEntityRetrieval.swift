/// How the entities that Relationships link to come with an answer.
///
/// - Source: CIM 009 clause 4.5.23.
public struct LinkedEntityRetrieval: Sendable {
    /// Where in the answer linked entities stand.
    public enum Form: Sendable {
        /// Inside the Relationship that links to them.
        case inline
        /// In an array, behind the linking entities.
        case flat
    }

    public var form: Form
    /// How many links away entities are taken, 1 and up.
    public var levels: Int
    /// Entities that the client has met already; they are not taken again.
    public var containedBy: Set<String>

    public init(form: Form, levels: Int = 1, containedBy: Set<String> = []) {
        self.form = form
        self.levels = levels
        self.containedBy = containedBy
    }

    /// The greatest number of levels.
    public static let levelLimit = 10
    /// How many linked entities one answer holds at most.
    public static let entityLimit = 10_000
    /// How many bytes of linked entities one answer holds at most.
    public static let byteLimit = 64 << 20
}
