import DatasetImport
import NGSILDModel

/// Where messages come from, and how they become entities; read from a file.
///
/// `docs/mqtt.md` describes every key.
public struct IngestMapping: Sendable {
    /// The servers that the file names; the program may add others.
    public let servers: [IngestServer]
    let rules: [IngestRule]

    /// What servers are asked for, in the order of the file.
    public var filters: [String] {
        var filters: [String] = []
        for rule in rules where !filters.contains(rule.topic.filter) { filters.append(rule.topic.filter) }
        return filters
    }
}

/// A server to subscribe at.
public struct IngestServer: Sendable {
    /// `mqtt[s]://[user[:password]@]host[:port]`.
    public let url: String
    /// `mqtt3.1.1` or `mqtt5.0`.
    public let version: String
    /// The name of the session at the server; `nil`: the program's own.
    public let clientID: String?

    public init(url: String, version: String = "mqtt5.0", clientID: String? = nil) {
        self.url = url
        self.version = version
        self.clientID = clientID
    }
}

/// What is done with the messages of some topics.
struct IngestRule: Sendable {
    let topic: TopicPattern
    let tenant: String
    /// URLs of the @context that names are read with; empty: the core context.
    let context: [String]
    let payload: Payload

    enum Payload: Sendable {
        /// The payload is NGSI-LD; `types` empty: of any type.
        case entities(simplified: Bool, records: PayloadPath?, types: [String])
        case records(RecordMapping)
    }
}

/// How a record, an object of a payload or a bare value, becomes an entity.
struct RecordMapping: Sendable {
    /// Whether the payload is a value, which need not be JSON.
    let isValue: Bool
    /// Where the list of records stands.
    let records: PayloadPath?
    let id: Template
    let type: String
    let time: Time
    /// Values that mean "no value", as they are written.
    let missing: [[UInt8]]
    let constants: [TabularMapping.ConstantAttribute]
    let attributes: [Attribute]

    enum Time: Sendable {
        /// Values have no `observedAt`.
        case none
        /// When the message was read.
        case arrival
        case read(Source, TimeFormat, ZoneRule)
    }

    /// Where a text or a number comes from.
    enum Source: Sendable, Equatable {
        case path(PayloadPath)
        /// The number of the name in the topic.
        case capture(Int)
    }

    struct Template: Sendable {
        enum Piece: Sendable {
            case literal([UInt8])
            case source(Source, name: String)
        }
        let pieces: [Piece]
    }

    struct Attribute: Sendable {
        let name: String
        /// `,"name":{"type":"Property","value":`
        let opening: [UInt8]
        /// `,"unitCode":"KMH"`, or nothing.
        let unit: [UInt8]
        let value: Value
    }

    enum Value: Sendable {
        /// As it stands in the payload.
        case same(Source)
        case number(Source, scale: Double, offset: Double)
        case text(Source)
        case boolean(Source)
        case table(Source, [[UInt8]: [UInt8]])
        case relationship(Template)
        case point(longitude: Source, latitude: Source)
        /// A GeoJSON geometry.
        case geometry(Source)
        /// The record's time, as a DateTime.
        case time
    }
}
