import JSONLD
import JSONTree
import MQTTClient
public import NGSILDModel

extension IngestMapping {
    /// What a message would become.
    public struct Trial: Sendable {
        /// The pattern of the rule that takes the topic; `nil`: none does.
        public var rule: String?
        /// The entities in normalized JSON, or as they came where the payload is NGSI-LD.
        public var entities: [[UInt8]] = []
        public var refusals: [String] = []
        public var attributesLeftOut: [String] = []
    }

    /// Makes entities of a message without writing them.
    ///
    /// Names are read by the core context only: the @contexts of the mapping are not loaded.
    ///
    /// - Parameter arrival: for mappings whose `time` is `arrival`.
    public func trial(topic: String, payload: [UInt8], arrival: Timestamp) -> Trial {
        let registry = TermRegistry()
        let core = TermContext(context: .core, registry: registry)
        let reader = MessageReader(
            rules: rules.map { MessageReader.BoundRule(rule: $0, terms: core) },
            contexts: PayloadContexts(cache: nil, registry: registry))
        guard let (index, captures) = reader.rule(for: topic) else { return Trial() }
        let reading = reader.read(
            MQTTIncoming(topic: topic, payload: payload), by: index, captures, arrival: arrival
        ) { _ in false }
        return Trial(
            rule: rules[index].topic.text, entities: reading.entities.map(\.json), refusals: reading.refusals,
            attributesLeftOut: reading.leftOut)
    }

    /// For each topic of the mapping, in its order, in words: what its messages become.
    public var summary: [String] {
        rules.map { rule in
            switch rule.payload {
            case .entities(_, _, let types):
                "\(rule.topic.text): entities in NGSI-LD\(types.isEmpty ? "" : " of type \(types.joined(separator: ", "))")"
            case .records(let mapping):
                "\(rule.topic.text): \(mapping.type) with "
                    + (mapping.attributes.map(\.name) + mapping.constants.map(\.name)).joined(separator: ", ")
            }
        }
    }
}
