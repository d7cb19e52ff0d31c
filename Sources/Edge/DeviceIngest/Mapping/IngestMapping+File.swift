public import DatasetImport
import MQTTClient

extension IngestMapping {
    private static let ruleLimit = 200
    private static let serverLimit = 16

    /// Reads a mapping from a file in YAML, which JSON is too.
    ///
    /// - Throws: `ImportError.invalidMapping`, which names the key and its line.
    public init(path: String) throws(ImportError) {
        try self.init(yaml: TabularMapping.text(path: path), file: path)
    }

    /// Reads a mapping from its text; `file` is the name that errors give to it.
    public init(yaml: String, file: String = "mapping") throws(ImportError) {
        let root = try YAMLValue.parse(yaml, file: file)
        try root.allow(["servers", "topics"])
        var servers: [IngestServer] = []
        for value in try root.value("servers")?.elements() ?? [] { servers.append(try Self.server(value)) }
        guard servers.count <= Self.serverLimit else {
            throw root.failure("more than \(Self.serverLimit) servers; run another Parvis for the rest")
        }
        let list = try root.required("topics", "list the topics and what their messages become")
        let topics = try list.elements()
        guard !topics.isEmpty, topics.count <= Self.ruleLimit else {
            throw list.failure("it must have 1 to \(Self.ruleLimit) members")
        }
        var rules: [IngestRule] = []
        for value in topics { rules.append(try RuleReader(value).read()) }
        self.servers = servers
        self.rules = rules
    }

    private static func server(_ value: YAMLValue) throws(ImportError) -> IngestServer {
        try value.allow(["url", "version", "client-id"])
        let member = try value.required("url", "give mqtt[s]://[USER[:PASSWORD]@]HOST[:PORT]")
        let url = try member.text()
        do throws(MQTTError) { _ = try MQTTEndpoint.Server(uri: url) } catch { throw member.failure(error.reason) }
        let version = try value.value("version")
        let text = try version?.text() ?? "mqtt5.0"
        guard ["mqtt3.1.1", "mqtt5.0"].contains(text) else {
            throw (version ?? value).failure("it must be mqtt3.1.1 or mqtt5.0")
        }
        let clientID = try value.value("client-id")
        if let clientID, try !(1...128).contains(clientID.text().utf8.count) {
            throw clientID.failure("it must have 1 to 128 bytes")
        }
        return IngestServer(url: url, version: text, clientID: try clientID?.text())
    }
}
