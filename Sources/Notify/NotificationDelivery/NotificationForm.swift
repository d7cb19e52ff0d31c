import NGSILDModel

/// How a subscription's notifications are written.
///
/// - Source: CIM 009 clauses 5.2.12, 5.2.14.
struct NotificationForm: Sendable {
    var representation = EntityRepresentation()
    /// How linked entities come along; `nil`: they do not.
    var retrieval: LinkedEntityRetrieval?
    /// Attributes that changed also say what they were.
    var showsChanges = false
    /// The version of the specification that entities are put as; `nil`: this one's.
    var conformance: SpecificationVersion?
}
