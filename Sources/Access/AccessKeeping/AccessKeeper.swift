public import AccessPolicies
public import NGSILDModel
public import NGSILDOperations
import Synchronization

/// Who may ask: people, keys, sessions and policies, held in memory and kept as documents beside the entities.
///
/// Invariants:
/// 1. `state` is what decisions are made by. What takes rights away changes it first and is kept then; what gives rights
///    is answered only once it is kept, and taken back when that fails.
/// 2. A caller that was computed under an older `generation` is computed again before it is used.
/// 3. Nothing that could be used to sign in is kept in the clear, nor given to anyone but in the answer that makes it.
public final class AccessKeeper: Sendable {
    /// Bounds and times.
    public struct Configuration: Sendable {
        /// Seconds without a request after which a session ends, default 8 hours.
        public var sessionIdleSeconds = 8.0 * 3_600
        /// Seconds after which a session ends in any case, default 7 days.
        public var sessionSeconds = 7.0 * 86_400
        /// Seconds after which a session ends that began at a provider, default 8 hours.
        public var providerSessionSeconds = 8.0 * 3_600
        /// Sessions that are open at once; one more ends the one that was used longest ago.
        public var sessionLimit = 10_000
        public var personLimit = 10_000
        public var keyLimit = 250_000
        public var policyLimit = 20_000
        /// Bearers of tokens that are remembered; one more forgets the one that was seen longest ago.
        public var bearerLimit = 10_000
        /// Characters of a password, at least.
        public var passwordMinimum = 10
        /// Seconds that the link of the first start and links to sign in hold, default 1 hour.
        public var linkSeconds = 3_600.0
        /// What a password's hash costs.
        public var passwordCost = PasswordHash.Cost()
        /// The time, for tests.
        public var now: @Sendable () -> Timestamp = { .now() }

        public init() {}
    }

    struct KeyEntry {
        var key: AccessKey
        var caller: Caller?
        var generation = 0
        /// The last use that is kept.
        var keptUse = Timestamp.none
    }

    struct SessionEntry {
        var session: Session
        var caller: Caller?
        var generation = 0
    }

    /// Grows with each change of what callers are or may do.
    final class Epoch: Sendable {
        private let value = Atomic<Int>(1)

        var current: Int { value.load(ordering: .acquiring) }

        func advance() { value.wrappingAdd(1, ordering: .releasing) }
    }

    struct State {
        /// Read without the lock.
        let epoch: Epoch
        /// Of what policies and people say, so of what callers are computed from.
        var generation = 1 { didSet { epoch.advance() } }
        var people: [String: Person] = [:]
        var keys: [SecretDigest: KeyEntry] = [:]
        var digests: [String: SecretDigest] = [:]
        var sessions: [SecretDigest: SessionEntry] = [:]
        var links: [SecretDigest: Link] = [:]
        /// Who showed a token of another issuer, by the caller's id.
        var bearers: [String: Bearer] = [:]
        var policies: [String: AccessPolicy] = [:]
        var anonymous: (generation: Int, caller: Caller?) = (0, nil)
        /// What the policies of this moment permit.
        var book: PolicyBook
    }

    /// The bearer of tokens of another issuer, as the newest of them says. Kept so that their subscriptions are told.
    struct Bearer {
        var roles: [String]
        var seenAt: Timestamp
    }

    /// What a link that was printed or handed out lets its bearer do.
    struct Link {
        /// `nil`: become the first administrator; else sign in as this person.
        let person: String?
        let expiresAt: Timestamp
        let isSingleUse: Bool
    }

    public static let personKind = "access.person"
    public static let keyKind = "access.key"
    public static let policyKind = "access.policy"
    public static let sessionKind = "access.session"
    static let bearerKind = "access.bearer"

    public let configuration: Configuration
    let documents: any DocumentKeeping
    let makeBook: @Sendable ([AccessPolicy], PolicyBook?) -> PolicyBook
    let state: Mutex<State>
    private let changes = Epoch()
    let work: PasswordWork
    let limiter: SignInLimiter

    /// Reads what is kept.
    ///
    /// - Parameters:
    ///   - makeBook: makes a book of these policies, taking over from the book before it; called with a lock held, so it
    ///     must neither block nor call back.
    /// - Throws: when the store cannot be read.
    public init(
        documents: any DocumentKeeping, configuration: Configuration = Configuration(),
        makeBook: @escaping @Sendable ([AccessPolicy], PolicyBook?) -> PolicyBook
    ) throws {
        self.documents = documents
        self.configuration = configuration
        self.makeBook = makeBook
        work = PasswordWork()
        limiter = SignInLimiter()
        var state = State(epoch: changes, book: makeBook([], nil))
        for document in try documents.documents(kind: Self.personKind) {
            if let person = Person(stored: document.body) { state.people[person.name] = person }
        }
        for document in try documents.documents(kind: Self.keyKind) {
            guard let (key, digest) = AccessKey.read(stored: document.body) else { continue }
            state.keys[digest] = KeyEntry(key: key, keptUse: key.lastUsedAt)
            state.digests[key.id] = digest
        }
        for document in try documents.documents(kind: Self.policyKind) {
            guard let policy = try? AccessPolicy(parsing: document.body) else { continue }
            state.policies[policy.id] = policy
        }
        for document in try documents.documents(kind: Self.sessionKind) {
            guard let digest = SecretDigest(hexadecimal: document.key), let session = Session(stored: document.body)
            else { continue }
            state.sessions[digest] = SessionEntry(session: session)
        }
        for document in try documents.documents(kind: Self.bearerKind) {
            state.bearers[document.key] = Bearer(stored: document.body)
        }
        state.book = makeBook(Array(state.policies.values), nil)
        self.state = Mutex(state)
    }

    /// Grows with each change after which a caller who was found before may be another, may do something else, or be none any
    /// more. What ends by itself, as an expiry, is not among them. Costs nothing to ask.
    public var epoch: Int { changes.current }

    /// Makes the book of policies anew, after something changed that it looks at, such as a context that has come.
    public func recompile() { state.withLock { policiesChanged(&$0) } }

    func policiesChanged(_ state: inout State) {
        state.book = makeBook(Array(state.policies.values), state.book)
        state.generation += 1
    }

    /// Policies that cannot be used, and so grant nothing.
    public var unusablePolicies: [PolicyBook.Unusable] { state.withLock { $0.book.unusable } }

    /// Keeps, or with `nil` removes, a document.
    func keep(kind: String, key: String, _ body: [UInt8]?) async throws(NGSILDError) {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Void, NGSILDError>, Never>) in
            documents.putDocument(kind: kind, tenant: "", key: key, body: body, on: ImmediateReplyScheduler()) {
                result in
                continuation.resume(
                    returning: result.mapError { error in
                        error as? NGSILDError ?? .internalError("The change cannot be kept; see the log of the server")
                    })
            }
        }
        try result.get()
    }
}
