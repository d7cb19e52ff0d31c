import JSONTree
import NGSILDModel
import SignalControl
import SignalRoadside

/// What of a decision is written as the attribute `decision`: what an operator, or a court, needs to see why.
struct DecisionRecord {
    let decision: SignalDecision
    let configuration: SiteConfiguration
    /// The phase that was asked for before; `nil` at the first decision.
    let before: Int?

    /// Most alternatives that are written.
    static let mostCandidates = 64

    func append(to json: inout ByteWriter) {
        json.append("{\"phase\":")
        json.append(jsonString: configuration.phaseNames[decision.phase])
        json.append(",\"phaseNumber\":")
        json.append(integer: configuration.phaseNumbers[decision.phase])
        json.append(",\"reason\":")
        json.append(jsonString: decision.reason.rawValue)
        json.append(",\"sentence\":")
        json.append(jsonString: sentence)
        json.append(",\"candidates\":[")
        for (place, candidate) in decision.candidates.prefix(Self.mostCandidates).enumerated() {
            if place > 0 { json.append(",") }
            json.append("{\"phase\":")
            json.append(jsonString: configuration.phaseNames[candidate.phase])
            json.append(",\"cost\":")
            json.append(number: Self.rounded(candidate.delayVehicleSeconds))
            json.append("}")
        }
        json.append("],\"queues\":{")
        for (place, queue) in decision.queues.enumerated() {
            if place > 0 { json.append(",") }
            json.append(jsonString: laneName(place))
            json.append(":")
            json.append(number: Self.rounded(queue))
        }
        json.append("},\"blocked\":")
        append(decision.blockedLanes, to: &json)
        json.append(",\"assumed\":")
        append(decision.assumedLanes, to: &json)
        json.append("}")
    }

    /// Why, in a sentence.
    var sentence: String {
        let name = "Phase \(configuration.phaseNames[decision.phase])"
        let cost = decision.candidates.first { $0.phase == decision.phase }?.delayVehicleSeconds
        let others = decision.candidates.filter { $0.phase != decision.phase }
        let best = others.min { $0.delayVehicleSeconds < $1.delayVehicleSeconds }
        switch decision.reason {
        case .rest: return "\(name) stays: nobody is seen."
        case .bound: return "\(name) stays until its shortest green, or a yellow, is over."
        case .longestGreen: return "\(name) takes over: the longest green before it is over, and somebody waits."
        case .extend:
            guard let cost, let best else { return "\(name) goes on." }
            let gain = best.delayVehicleSeconds - cost
            if gain < 0 {
                return
                    "\(name) goes on: a change to phase \(configuration.phaseNames[best.phase]) would save too little."
            }
            return "\(name) goes on: phase \(configuration.phaseNames[best.phase]) instead would cost "
                + "\(Self.whole(gain)) vehicle-seconds more."
        case .change:
            guard let cost, let former = others.first(where: { $0.phase == before }) else {
                return "\(name) takes over."
            }
            return "\(name) takes over: it saves \(Self.whole(former.delayVehicleSeconds - cost)) vehicle-seconds "
                + "against phase \(configuration.phaseNames[former.phase])."
        }
    }

    private func laneName(_ place: Int) -> String { configuration.intersection.lanes[place].name }

    private func append(_ lanes: [Int], to json: inout ByteWriter) {
        json.append("[")
        for (place, lane) in lanes.enumerated() {
            if place > 0 { json.append(",") }
            json.append(jsonString: laneName(lane))
        }
        json.append("]")
    }

    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    private static func whole(_ value: Double) -> String {
        value.isFinite ? String(Int(max(-1e9, min(1e9, value.rounded())))) : "many"
    }
}
