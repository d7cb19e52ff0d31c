import JSONTree
import NGSILDModel
import NGSILDOperations
import SignalControl
import SignalRoadside

/// Deciding, and what is written of it.
extension SignalEngine {
    /// Decides for one intersection if its readings' clock has moved on.
    func decide(_ key: SignalKey, _ drafts: inout [String: [BatchMember]]) {
        guard let site = sites[key], let configuration = site.configuration else { return }
        if site.controller?.isSetBack() ?? false {
            // The clock was set anew: what is remembered belongs to another time.
            (site.controller, site.written, site.writtenQueues) = (nil, nil, [])
            readStates(of: key, configuration)
            touched.remove(key)
        }
        let before = site.controller?.askedPhase
        guard let decision = site.controller?.decide(), let controller = site.controller,
            let now = controller.decidedAt
        else { return }
        statistics.decisions += 1
        var writer = SignalEntityWriter(limit: .max)
        writer.begin(key.id, SignalEntity.intersection.rawValue)
        let isAsking = configuration.controlMode == .adaptive
        if isAsking, let command = controller.command(decision) {
            writer.json("command", at: now) { command.append(to: &$0) }
            statistics.commands += 1
        }
        if isDue(decision, configuration, site, now) {
            writer.json("decision", at: now) { json in
                if isAsking {
                    DecisionRecord(decision: decision, configuration: configuration, before: before)
                        .append(to: &json)
                } else {
                    json.append("{\"reason\":\"operator\",\"sentence\":")
                    json.append(
                        jsonString: "The operator wants \(configuration.controlMode.rawValue); no commands are given.")
                    json.append("}")
                }
            }
            site.written = (decision.phase, isAsking ? decision.reason.rawValue : "operator", now)
        }
        writer.end()
        appendQueues(decision, configuration, site, now, to: &writer)
        append(writer.bodies(), tenant: key.tenant, &drafts)
    }

    private func isDue(
        _ decision: SignalDecision, _ configuration: SiteConfiguration, _ site: Site, _ now: Timestamp
    ) -> Bool {
        guard let written = site.written else { return true }
        guard configuration.controlMode == .adaptive else { return false }
        return written.phase != decision.phase || written.reason != decision.reason.rawValue
            || now >= written.at.adding(seconds: self.configuration.decisionSeconds)
    }

    private func appendQueues(
        _ decision: SignalDecision, _ configuration: SiteConfiguration, _ site: Site, _ now: Timestamp,
        to writer: inout SignalEntityWriter
    ) {
        if site.writtenQueues.count != decision.queues.count {
            site.writtenQueues = Array(repeating: -.infinity, count: decision.queues.count)
        }
        for (lane, queue) in decision.queues.enumerated() where configuration.laneIDs.indices.contains(lane) {
            let rounded = (queue * 10).rounded() / 10
            guard abs(rounded - site.writtenQueues[lane]) > self.configuration.queueStep else { continue }
            site.writtenQueues[lane] = rounded
            writer.begin(configuration.laneIDs[lane], SignalEntity.lane.rawValue)
            writer.number("queueLength", rounded, unit: "C62", at: now)
            writer.end()
        }
    }

    /// Says what is wrong with a configuration, or that nothing is any more; only where that is news.
    func tell(
        _ sentence: String?, _ key: SignalKey, _ site: Site, _ reading: AttributeReading,
        _ drafts: inout [String: [BatchMember]]
    ) {
        defer { site.writtenFault = sentence }
        if let sentence {
            guard reading.text("configurationFault") != sentence else { return }
            configuration.onProblem(sentence)
            var writer = SignalEntityWriter(limit: .max)
            writer.begin(key.id, SignalEntity.intersection.rawValue)
            writer.text("configurationFault", sentence)
            writer.end()
            append(writer.bodies(), tenant: key.tenant, &drafts)
        } else if reading.root("configurationFault") != nil {
            var writer = SignalEntityWriter(limit: .max)
            writer.begin(key.id, SignalEntity.intersection.rawValue)
            writer.text("configurationFault", "urn:ngsi-ld:null")
            writer.end()
            append(writer.bodies(), tenant: key.tenant, &drafts)
        }
    }

    /// Reads what was written as fragments, which leave the types of the entities as they are.
    private func append(_ bodies: [[UInt8]], tenant: String, _ drafts: inout [String: [BatchMember]]) {
        let decoder = EntityDecoder(context: vocabulary.context, purpose: .fragment)
        for body in bodies {
            guard let document = try? JSONDocument(parsing: body) else { continue }
            for element in document.elements(document.root) {
                do throws(NGSILDError) {
                    var draft = try decoder.decodeEntity(document, element)
                    draft.types = []
                    guard !draft.attributes.isEmpty else { continue }
                    drafts[tenant, default: []].append(.draft(draft))
                } catch {
                    configuration.onProblem("What is written of signals is no entity: \(error.detail)")
                }
            }
        }
    }
}
