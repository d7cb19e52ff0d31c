import BrokerCore
import DeviceIngest
import Foundation
import JSONLD
import Logging
import MQTTClient

extension DeviceIngest {
    /// As the settings say; `nil` where they name no mapping.
    static func make(
        _ settings: Settings, _ broker: Broker, _ contexts: ContextCache, _ logger: Logger
    ) throws -> DeviceIngest? {
        guard let path = settings.ingest else { return nil }
        let mapping = try IngestMapping(path: path)
        guard !(mapping.servers.isEmpty && settings.ingestServers.isEmpty) else {
            throw IngestSettingsError(
                description: "\(path) names no servers; add servers to it, or give --mqtt-ingest mqtt://HOST")
        }
        var configuration = Configuration(mapping: mapping, clientID: try sessionName(in: settings.data))
        configuration.servers = settings.ingestServers.map { IngestServer(url: $0) }
        configuration.trust = settings.mqttTrust
        configuration.onProblem = { logger.warning("Ingest", metadata: ["reason": "\($0)"]) }
        return try DeviceIngest(
            configuration, provision: broker, consumption: broker, contexts: contexts, registry: broker.registry)
    }

    /// The name by which servers know this Parvis again after a restart; made when missing.
    ///
    /// Kept beside the database and not in it, so that a copy of the city does not take over the sessions of the first.
    private static func sessionName(in directory: String) throws -> String {
        let path = directory + "/mqtt-session"
        if let data = FileManager.default.contents(atPath: path) {
            let name = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            if (1...128).contains(name.utf8.count) { return name }
        }
        let name = "parvis-" + String(UInt64.random(in: .min ... .max), radix: 36)
        do { try Data((name + "\n").utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
            throw IngestSettingsError(description: "\(path) cannot be written: \(error.localizedDescription)")
        }
        return name
    }
}

/// Why messages cannot be taken in.
struct IngestSettingsError: Error, CustomStringConvertible { let description: String }

extension Settings {
    /// Over TLS, of notifications and of the ingest.
    var mqttTrust: MQTTTrust {
        var trust = MQTTTrust()
        trust.authorities = mqttAuthorities
        trust.certificate = mqttCertificate
        trust.key = mqttKey
        return trust
    }
}
