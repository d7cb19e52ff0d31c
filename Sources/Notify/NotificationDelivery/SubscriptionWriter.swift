import JSONTree
import NGSILDModel

/// Writes a subscription as JSON, its names compacted under the @context of whoever asks.
///
/// Names inside `q`, and in types that are combined (`A|B`), are shown as they were written.
///
/// - Source: CIM 009 clauses 5.2.12, 5.2.14.2, 5.8.3.
struct SubscriptionWriter {
    let context: TermContext
    let now: Timestamp
    let showsSystemAttributes: Bool

    func append(_ subscription: Subscription, to writer: inout ByteWriter) {
        let definition = subscription.stored.definition
        writer.append("{\"id\":")
        writer.append(jsonString: subscription.id)
        writer.append(",\"type\":\"Subscription\"")
        for (name, member) in definition.members where !name.hasPrefix("notification.") {
            appendName(name, to: &writer)
            append(name, member, to: &writer)
        }
        if definition["jsonldContext"] == nil, let url = definition.contextURL {
            writer.append(",\"jsonldContext\":")
            writer.append(jsonString: url)
        }
        writer.append(",\"status\":")
        writer.append(jsonString: subscription.status(at: now))
        if let reason = subscription.owner.refusal {
            writer.append(",\"statusReason\":")
            writer.append(jsonString: reason)
        }
        if definition["notificationTrigger"] == nil, subscription.timeInterval == 0 {
            writer.append(",\"notificationTrigger\":[\"attributeCreated\",\"attributeUpdated\"]")
        }
        writer.append(",\"notification\":{")
        appendNotification(definition, subscription.record.values, to: &writer)
        writer.append(UInt8(ascii: "}"))
        if showsSystemAttributes {
            appendTime("createdAt", subscription.stored.createdAt, to: &writer)
            appendTime("modifiedAt", subscription.stored.modifiedAt, to: &writer)
        }
        writer.append(UInt8(ascii: "}"))
    }

    private func appendNotification(
        _ definition: SubscriptionDefinition, _ values: DeliveryRecord.Values, to writer: inout ByteWriter
    ) {
        let start = writer.count
        for (name, member) in definition.members where name.hasPrefix("notification.") {
            if writer.count > start { writer.append(UInt8(ascii: ",")) }
            writer.append(jsonString: String(name.dropFirst(13)))
            writer.append(UInt8(ascii: ":"))
            append(name, member, to: &writer)
        }
        // There is always an endpoint, so what follows stands behind something.
        if values.lastNotification.isSet || values.lastError != nil {
            // The status of the last attempt; before the first there is none (clause 5.2.14.2).
            writer.append(",\"status\":")
            writer.append(jsonString: values.lastError == nil ? "ok" : "failed")
        }
        if values.timesSent > 0 { appendCount("timesSent", values.timesSent, to: &writer) }
        if values.timesFailed > 0 { appendCount("timesFailed", values.timesFailed, to: &writer) }
        appendTime("lastNotification", values.lastNotification, to: &writer)
        appendTime("lastSuccess", values.lastSuccess, to: &writer)
        appendTime("lastFailure", values.lastFailure, to: &writer)
    }

    private func appendName(_ name: String, to writer: inout ByteWriter) {
        writer.append(UInt8(ascii: ","))
        writer.append(jsonString: name)
        writer.append(UInt8(ascii: ":"))
    }

    private func appendCount(_ name: String, _ count: Int, to writer: inout ByteWriter) {
        appendName(name, to: &writer)
        writer.append(integer: count)
    }

    private func appendTime(_ name: String, _ time: Timestamp, to writer: inout ByteWriter) {
        guard time.isSet else { return }
        appendName(name, to: &writer)
        time.append(quotedTo: &writer)
    }

    private func append(_ name: String, _ member: SubscriptionDefinition.Member, to writer: inout ByteWriter) {
        let json = member.json
        switch name {
        case "watchedAttributes", "notification.attributes", "notification.pick", "notification.omit":
            // What picks inside linked entities is shown as it was written.
            writer.append(UInt8(ascii: "["))
            for (offset, element) in json.elements(member.root).enumerated() {
                if offset > 0 { writer.append(UInt8(ascii: ",")) }
                appendCompacted(json, element, member.names, to: &writer)
            }
            writer.append(UInt8(ascii: "]"))
        case "entities":
            writer.append(UInt8(ascii: "["))
            for (offset, element) in json.elements(member.root).enumerated() {
                if offset > 0 { writer.append(UInt8(ascii: ",")) }
                appendObject(json, element, compacting: "type", member.names, to: &writer)
            }
            writer.append(UInt8(ascii: "]"))
        case "geoQ": appendObject(json, member.root, compacting: "geoproperty", member.names, to: &writer)
        default: json.appendMinified(member.root, to: &writer)
        }
    }

    private func appendObject(
        _ json: JSONDocument, _ node: JSONNode, compacting name: StaticString, _ names: FrozenNames,
        to writer: inout ByteWriter
    ) {
        writer.append(UInt8(ascii: "{"))
        for (offset, (key, value)) in json.members(node).enumerated() {
            if offset > 0 { writer.append(UInt8(ascii: ",")) }
            json.appendMinified(key, to: &writer)
            writer.append(UInt8(ascii: ":"))
            if json.equals(key, name) {
                appendCompacted(json, value, names, to: &writer)
            } else {
                json.appendMinified(value, to: &writer)
            }
        }
        writer.append(UInt8(ascii: "}"))
    }

    private func appendCompacted(
        _ json: JSONDocument, _ node: JSONNode, _ names: FrozenNames, to writer: inout ByteWriter
    ) {
        guard let name = json.string(node), let iri = names.iri(name) else {
            json.appendMinified(node, to: &writer)
            return
        }
        writer.append(jsonString: context.name(ofIRI: iri))
    }
}

extension FrozenNames {
    /// The IRI of a name; `nil` when the text is not a single name.
    func iri(_ name: String) -> String? {
        if let iri = names[name] { return iri }
        guard let colon = name.firstIndex(of: ":") else { return nil }
        let rest = name[name.index(after: colon)...]
        if let prefix = prefixes[String(name[..<colon])], !rest.hasPrefix("//") { return prefix + rest }
        return EntityID.isValid(name) ? name : nil
    }
}
