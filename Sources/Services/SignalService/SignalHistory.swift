import JSONLD
public import NGSILDOperations
import SignalRoadside

extension SignalService {
    /// What of signals goes into the history unless an operator wants it otherwise (docs/temporal.md, Policies).
    ///
    /// Decisions and lamp states are kept as they come. A command each second says nothing that the decision and the
    /// lamps do not say, so none is kept; of readings and queues one a minute.
    public static var historyPolicies: [HistoryPolicy] {
        func policy(_ name: String, _ type: SignalEntity, _ attribute: String?) -> HistoryPolicy {
            var policy = HistoryPolicy(name: "signals-\(name)")
            policy.type = ResolvedContext.core.expand(term: type.rawValue)
            policy.attribute = attribute.map { ResolvedContext.core.expand(term: $0) }
            return policy
        }
        var command = policy("command", .intersection, "command")
        command.isRecorded = false
        var acknowledgement = policy("acknowledgement", .intersection, "acknowledgement")
        acknowledgement.sampleEvery = 60
        var readings = policy("readings", .detector, nil)
        readings.sampleEvery = 60
        var queues = policy("queues", .lane, "queueLength")
        queues.sampleEvery = 60
        return [command, acknowledgement, readings, queues]
    }
}
