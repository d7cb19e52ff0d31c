import JSONLD
import JSONTree
import MQTTClient
import NGSILDModel

/// Makes entities of messages by the rules of a mapping.
struct MessageReader: Sendable {
    /// A rule and what the names in it stand for.
    struct BoundRule: Sendable {
        let rule: IngestRule
        let terms: TermContext
    }

    let rules: [BoundRule]
    let contexts: PayloadContexts

    /// Bytes of a payload; MQTT itself ends at 256 MiB.
    static let payloadLimit = 4 << 20
    /// Bytes of a payload that is one value.
    static let valueLimit = 64 << 10
    /// Records, or entities, in one message.
    static let recordLimit = 1_000

    /// The first rule whose topic fits, with what stands where its pattern has names.
    func rule(for topic: String) -> (index: Int, captures: [Substring])? {
        for (index, bound) in rules.enumerated() {
            if let captures = bound.rule.topic.captures(of: topic) { return (index, captures) }
        }
        return nil
    }

    /// - Parameters:
    ///   - index: of the rule, from `rule(for:)`.
    ///   - hasConstants: whether the entity with this id is there and has the attributes under `static`.
    func read(
        _ message: MQTTIncoming, by index: Int, _ captures: [Substring], arrival: Timestamp,
        hasConstants: @escaping (String) -> Bool
    ) -> MessageReading {
        var reading = MessageReading()
        let bound = rules[index]
        do throws(Refusal) {
            guard message.payload.count <= Self.payloadLimit else {
                throw Refusal(
                    reason: "the payload has \(message.payload.count) bytes; at most \(Self.payloadLimit) are taken")
            }
            switch bound.rule.payload {
            case .entities(let simplified, let records, let types):
                let document = try Self.parse(message.payload)
                let reader = EntityPayloadReader(
                    document: document, terms: bound.terms, context: bound.rule.context, contexts: contexts,
                    isSimplified: simplified, types: types)
                for node in try Self.records(document, records) {
                    do throws(Refusal) { reading.entities.append(try reader.read(node)) } catch {
                        reading.refusals.append(error.reason)
                    }
                }
            case .records(let mapping):
                let document = try mapping.isValue ? Self.value(message.payload) : Self.parse(message.payload)
                let nodes = mapping.isValue ? [document.root] : try Self.records(document, mapping.records)
                let decoder = EntityDecoder(context: bound.terms)
                for node in nodes {
                    guard mapping.isValue || document.isObject(node) else {
                        reading.refusals.append("a record is \(document.text(node).prefix(40)), no object")
                        continue
                    }
                    let reader = RecordReader(
                        mapping: mapping, document: document, record: node, captures: captures, arrival: arrival,
                        hasConstants: hasConstants)
                    do throws(Refusal) {
                        let json = try reader.entity(&reading.leftOut)
                        reading.entities.append(try Self.decode(json, decoder))
                    } catch { reading.refusals.append(error.reason) }
                }
            }
        } catch { reading.refusals.append(error.reason) }
        return reading
    }

    private static func decode(_ json: [UInt8], _ decoder: EntityDecoder) throws(Refusal) -> MessageReading.Entity {
        let document = try parse(json)
        do throws(NGSILDError) {
            return MessageReading.Entity(draft: try decoder.decodeEntity(document, document.root), json: json)
        } catch { throw Refusal(reason: error.detail) }
    }

    private static func parse(_ payload: [UInt8]) throws(Refusal) -> JSONDocument {
        do throws(JSONParseError) { return try JSONDocument(parsing: payload) } catch {
            throw Refusal(reason: "the payload is no JSON: \(error)")
        }
    }

    /// A value as devices send it bare: JSON where it is that, else text without white space around it.
    private static func value(_ payload: [UInt8]) throws(Refusal) -> JSONDocument {
        guard payload.count <= valueLimit else {
            throw Refusal(reason: "the payload has \(payload.count) bytes; a value has at most \(valueLimit)")
        }
        if let document = try? JSONDocument(parsing: payload) { return document }
        guard let text = String(validating: payload, as: UTF8.self) else {
            throw Refusal(reason: "the payload is no text in UTF-8")
        }
        let bare = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        guard !bare.isEmpty else { throw Refusal(reason: "the payload is empty") }
        var writer = ByteWriter(capacity: text.utf8.count + 2)
        writer.append(jsonString: String(bare))
        return try parse(writer.array())
    }

    /// The records of a payload: the members of a list, or what stands there alone.
    private static func records(_ document: JSONDocument, _ path: PayloadPath?) throws(Refusal) -> [JSONNode] {
        guard let node = (path ?? .whole).node(document, from: document.root) else {
            throw Refusal(reason: "there is nothing at \(path?.text ?? "$") in the payload")
        }
        guard document.isArray(node) else { return [node] }
        let nodes = Array(document.elements(node).prefix(recordLimit + 1))
        guard nodes.count <= recordLimit else {
            throw Refusal(reason: "the payload has more than \(recordLimit) records; send fewer in one message")
        }
        guard !nodes.isEmpty else { throw Refusal(reason: "the payload holds an empty list") }
        return nodes
    }
}
