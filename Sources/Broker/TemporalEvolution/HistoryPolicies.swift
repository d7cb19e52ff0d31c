import BrokerStorage
import JSONTree
public import NGSILDModel
public import NGSILDOperations
import Synchronization

/// The policies as they are stored, one document each.
enum PolicyDocument {
    static let kind = "history-policy"

    static func body(_ policy: HistoryPolicy) -> [UInt8] {
        var fields: [String] = []
        func put(_ name: String, _ value: String?) { if let value { fields.append("\(name)=\(value)") } }
        put("type", policy.type)
        put("attribute", policy.attribute)
        put("record", policy.isRecorded ? "1" : "0")
        put("sample", policy.sampleEvery.map(String.init))
        put("band", policy.deadBand.map(\.description))
        for tier in policy.retention {
            put("tier", "\(tier.every.map(String.init) ?? "") \(tier.keep.map(String.init) ?? "")")
        }
        return Array(fields.joined(separator: "\n").utf8)
    }

    static func read(_ document: StoredDocument) -> HistoryPolicy {
        var policy = HistoryPolicy(name: document.key)
        for line in String(decoding: document.body, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            let value = String(parts[1])
            switch parts[0] {
            case "type": policy.type = value
            case "attribute": policy.attribute = value
            case "record": policy.isRecorded = value == "1"
            case "sample": policy.sampleEvery = Int(value)
            case "band": policy.deadBand = Double(value)
            case "tier":
                let numbers = value.split(separator: " ", omittingEmptySubsequences: false)
                policy.retention.append(
                    HistoryPolicy.Tier(every: numbers.first.flatMap { Int($0) }, keep: numbers.last.flatMap { Int($0) })
                )
            default: break
            }
        }
        return policy
    }
}

extension HistoryStore: HistoryPolicyService {
    private static let policyLimit = 1_000

    public var policies: [HistoryPolicy] {
        let stored = policyTable.withLock { $0 }
        let built = configuration.defaultPolicies.filter { stored[$0.name] == nil }
        return (stored.values + built).sorted { $0.name < $1.name }
    }

    public func putPolicy(
        _ policy: HistoryPolicy, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Bool, NGSILDError>) -> Void
    ) {
        change(policy.name, to: policy, on: scheduler, reply)
    }

    public func deletePolicy(
        named name: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) {
        change(name, to: nil, on: scheduler) { reply($0.map { _ in }) }
    }

    private func change(
        _ name: String, to policy: HistoryPolicy?, on scheduler: any ReplyScheduler,
        _ reply: @escaping @Sendable (Result<Bool, NGSILDError>) -> Void
    ) {
        queue.async { [self] in
            let result: Result<Bool, NGSILDError>
            do {
                let known = policyTable.withLock { ($0[name] != nil, $0.count) }
                if policy == nil, !known.0, configuration.defaultPolicies.contains(where: { $0.name == name }) {
                    throw NGSILDError.badRequestData(
                        "The history policy \(name) is built in; put one of its name in its place instead")
                }
                if policy == nil, !known.0 {
                    throw NGSILDError.resourceNotFound("There is no history policy \(name)")
                }
                if policy != nil, !known.0, known.1 >= Self.policyLimit {
                    throw NGSILDError.badRequestData(
                        "There are \(Self.policyLimit) history policies; delete some, or make one for more attributes")
                }
                let document = DocumentWrite(
                    kind: PolicyDocument.kind, tenant: "", key: name, body: policy.map(PolicyDocument.body))
                // What came before is kept as it was meant to be kept then.
                absorb()
                try commit([], [document])
                policyTable.withLock { $0[name] = policy }
                try applyPolicies()
                beginSweep()
                result = .success(!known.0)
            } catch {
                result = .failure(Self.translate(error))
            }
            scheduler.deliver([{ reply(result) }])
        }
    }

    /// Makes rules of the policies.
    func applyPolicies() throws(NGSILDError) {
        var rules: [RecordingRules.Rule] = []
        let stored = policyTable.withLock { $0 }
        // Of equal rank the first counts: what an operator stored goes before what is built in.
        let inOrder = policies.filter { stored[$0.name] != nil } + policies.filter { stored[$0.name] == nil }
        for policy in inOrder {
            var (type, attribute): (TermID?, TermID?)
            if let iri = policy.type { type = try keeping.registry.id(for: iri) }
            if let iri = policy.attribute { attribute = try keeping.registry.id(for: iri) }
            rules.append(RecordingRules.Rule(policy: policy, type: type, attribute: attribute))
        }
        let made = RecordingRules(rules, scope: scopeTerm)
        tails.withLock { $0.rules = made }
    }
}
