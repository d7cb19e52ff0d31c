/// What was done, as it is handed to the log. Holds no values, no secrets and no bodies.
public struct AuditRecord: Sendable, Hashable {
    /// What sort of act it is.
    public enum Kind: String, Sendable {
        /// Under `/admin`, or another act on how the city is run.
        case administration
        case write
        case read
        /// A request that was answered 401 or 403.
        case refused
        case signIn = "sign-in"
        case signOut = "sign-out"
    }

    /// Ids that a record names at most; `count` says how many there were.
    public static let idLimit = 10
    /// Bytes of a text in a record; what is longer is cut.
    public static let textLimit = 256

    public var kind: Kind
    /// Nanoseconds since 1970.
    public var time: Int
    /// The name of the operation, such as `createEntity`.
    public var operation: String
    public var method = ""
    /// The path without its query; empty where `ids` say it all.
    public var path = ""
    public var tenant = ""
    /// The ids of what was acted on, `idLimit` at most.
    public var ids: [String] = []
    /// How many there were.
    public var count = 0
    /// Who, such as `key:ab12`, `person:anna`, `anonymous`, `open`.
    public var caller: String
    /// What the caller says it is for; empty when nothing is said.
    public var purpose = ""
    /// The address that the request came from; empty unless the operator wants it.
    public var address = ""
    /// The HTTP status of the answer.
    public var status: Int

    public init(kind: Kind, time: Int, operation: String, caller: String, status: Int) {
        self.kind = kind
        self.time = time
        self.operation = operation
        self.caller = caller
        self.status = status
    }
}
