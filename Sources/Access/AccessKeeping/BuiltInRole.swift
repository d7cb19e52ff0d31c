/// The roles that are there from the start. Policies may give them more, never less.
public enum BuiltInRole: String, CaseIterable, Sendable {
    /// May do everything, with all tenants.
    case administrator
    /// May do everything with the data and subscriptions of all tenants, but administer nothing.
    case `operator`
    /// May retrieve and query in all tenants.
    case reader
}
