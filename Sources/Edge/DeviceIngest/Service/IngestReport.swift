import JSONTree
import MQTTClient

extension DeviceIngest {
    /// How it goes, for operators: servers, rules with what they took and refused, and the latest refusals with the
    /// beginning of their payloads, newest first.
    public func report() -> [UInt8] {
        let state = counts.snapshot
        var writer = ByteWriter(capacity: 4_096)
        writer.append("{\"servers\":[")
        for (index, (name, status)) in statuses.enumerated() {
            writer.append(index == 0 ? "{\"server\":" : ",{\"server\":")
            writer.append(jsonString: name)
            writer.append(",\"state\":")
            writer.append(jsonString: status.phase.rawValue)
            if let reason = status.reason ?? waiting {
                writer.append(",\"reason\":")
                writer.append(jsonString: reason)
            }
            writer.append(",\"connections\":")
            writer.append(integer: status.connections)
            writer.append(",\"returnedBatches\":")
            writer.append(integer: status.returnedBatches)
            writer.append(",\"refusedFilters\":[")
            for (position, filter) in status.refusedFilters.enumerated() {
                if position > 0 { writer.append(",") }
                writer.append(jsonString: filter)
            }
            writer.append("]}")
        }
        writer.append("],\"topics\":[")
        for (index, (rule, counted)) in zip(mapping.rules, state.rules).enumerated() {
            writer.append(index == 0 ? "{\"topic\":" : ",{\"topic\":")
            writer.append(jsonString: rule.topic.text)
            for (name, count) in [
                ("messages", counted.messages), ("entities", counted.entities), ("refused", counted.refused),
                ("attributesLeftOut", counted.leftOut),
            ] {
                writer.append(",")
                writer.append(jsonString: name)
                writer.append(":")
                writer.append(integer: count)
            }
            if let last = counted.lastMessage {
                writer.append(",\"lastMessageAt\":")
                last.append(quotedTo: &writer)
            }
            writer.append("}")
        }
        writer.append("],\"unmatched\":")
        writer.append(integer: state.unmatched)
        writer.append(",\"refusals\":[")
        for (index, sample) in state.samples.reversed().enumerated() {
            writer.append(index == 0 ? "{\"at\":" : ",{\"at\":")
            sample.at.append(quotedTo: &writer)
            writer.append(",\"topic\":")
            writer.append(jsonString: sample.topic)
            writer.append(",\"reason\":")
            writer.append(jsonString: sample.reason)
            writer.append(",\"payload\":")
            writer.append(jsonString: String(decoding: sample.payload, as: UTF8.self))
            writer.append("}")
        }
        writer.append("]}")
        return writer.array()
    }

    /// Sums for metrics.
    public struct Figures: Sendable {
        public var servers = 0
        public var subscribed = 0
        public var messages = 0
        public var entities = 0
        public var refused = 0
        public var attributesLeftOut = 0
        public var unmatched = 0
        public var returnedBatches = 0
        public var bytes = 0
    }

    public var figures: Figures {
        let state = counts.snapshot
        let statuses = statuses
        var figures = Figures()
        figures.servers = statuses.count
        figures.subscribed = statuses.count { $0.status.phase == .subscribed }
        figures.returnedBatches = statuses.reduce(0) { $0 + $1.status.returnedBatches }
        for rule in state.rules {
            figures.messages += rule.messages
            figures.entities += rule.entities
            figures.refused += rule.refused
            figures.attributesLeftOut += rule.leftOut
        }
        figures.unmatched = state.unmatched
        figures.bytes = state.bytes
        return figures
    }
}
