import NGSILDModel
import NGSILDOperations

/// The policies in effect, ready to be asked for each sample.
struct RecordingRules: Sendable {
    struct Rule: Sendable {
        let policy: HistoryPolicy
        let type: TermID?
        let attribute: TermID?

        /// One for a type and an attribute goes before one for an attribute, that before one for a type.
        fileprivate var rank: Int { (attribute == nil ? 0 : 2) + (type == nil ? 0 : 1) }
    }

    private let rules: [Rule]
    private let scope: TermID?
    /// The least that any step of retention keeps, in seconds; `nil` where none ends.
    let shortestKeep: Int?
    var hasRetention: Bool { shortestKeep != nil }
    var isEmpty: Bool { rules.isEmpty }

    /// - Parameters:
    ///   - rules: those of equal rank in the order in which they count.
    ///   - scope: what the scope is known by.
    init(_ rules: [Rule] = [], scope: TermID? = nil) {
        self.scope = scope
        self.rules = rules.enumerated().sorted { ($1.element.rank, $0.offset) < ($0.element.rank, $1.offset) }
            .map(\.element)
        shortestKeep = rules.flatMap { $0.policy.retention.compactMap(\.keep) }.min()
    }

    /// The policy for an attribute of an entity with these types; `nil` where there is none.
    ///
    /// A policy that does not name the scope says of it only whether it is recorded: were some of its changes left out
    /// or rolled up, the scope between them would be unknown.
    func policy(types: [TermID], attribute: TermID) -> HistoryPolicy? {
        let found = rules.first { rule in
            (rule.attribute == nil || rule.attribute == attribute) && rule.type.map(types.contains) ?? true
        }
        guard let found, attribute == scope, found.attribute == nil else { return found?.policy }
        var policy = HistoryPolicy(name: found.policy.name)
        policy.isRecorded = found.policy.isRecorded
        return policy
    }

    func isRecorded(types: [TermID], attribute: TermID) -> Bool {
        rules.isEmpty || policy(types: types, attribute: attribute)?.isRecorded ?? true
    }
}

/// What was kept last of the series that a policy thins out.
struct KeptSamples {
    /// For more series than this, some samples are kept that need not be.
    private static let limit = 200_000

    private struct Last {
        let time: Int64
        let number: Double?
    }

    private struct Key: Hashable {
        let entity: SeriesTails.EntityName
        let attribute: TermID
        let dataset: String
    }

    private var last: [Key: Last] = [:]

    /// Whether a policy keeps a past instance; one that it keeps is what later ones are compared with.
    mutating func keeps(
        _ forest: AttributeForest, root: Int, of entity: SeriesTails.EntityName, by policy: HistoryPolicy
    ) -> Bool {
        guard policy.isRecorded else { return false }
        if policy.sampleEvery == nil, policy.deadBand == nil { return true }
        let node = forest.nodes[root]
        let key = Key(entity: entity, attribute: node.name, dataset: forest.dataset(of: root))
        let time = node.historyTime.microseconds
        let number = node.flags.contains(.isNumber) ? node.number : nil
        if let known = last[key] {
            if let seconds = policy.sampleEvery {
                let (distance, overflow) = time.subtractingReportingOverflow(known.time)
                if !overflow, distance.magnitude < UInt64(seconds) * 1_000_000 { return false }
            }
            if let band = policy.deadBand, let number, let before = known.number, abs(number - before) <= band {
                return false
            }
        }
        if last.count >= Self.limit { last.removeAll(keepingCapacity: true) }
        last[key] = Last(time: time, number: number)
        return true
    }

    mutating func forget() { last = [:] }
}
