import AlertRules
import ArgumentParser
import Foundation
import JSONTree
import NGSILDClient
import NGSILDModel
import RuleService

struct Rules: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the alert rules of a running Parvis, check a rule, and tell when it would have fired.",
        discussion: """
            EXAMPLES
              parvis rules list                 all rules: state, alerts raised, channels
              parvis rules validate pm25.json   is the rule in this file well written?
              parvis rules test pm25.json       when would it have fired in the last 7 days?

            docs/rules.md says how a rule is written.
            """,
        subcommands: [List.self, Test.self, Validate.self])

    struct Server: ParsableArguments {
        @Option(help: "The running Parvis.")
        var url = "http://127.0.0.1:1026"
        @Option(help: "The tenant whose entities are meant (default: the default tenant).")
        var tenant = ""
        @OptionGroup var trust: TrustOptions
        @OptionGroup var access: KeyOptions

        func ask(_ method: String, _ path: String, body: [UInt8]? = nil) async throws -> JSONDocument {
            try await RunningAdministration(url: url, trust: trust, access: access, tenant: tenant)
                .json(method, "/rules" + path, body)
        }
    }

    /// A file with a rule, as an entity.
    struct RuleFile: ParsableArguments {
        @Argument(help: "A file with the rule as JSON; - for the standard input.")
        var file: String

        /// The rule, which is JSON.
        func bytes() throws -> [UInt8] { try GivenFile.json(file).bytes }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show all rules of all tenants.",
            discussion: """
                EXAMPLES
                  parvis rules list --url http://127.0.0.1:1026
                """)

        @OptionGroup var server: Server

        func run() async throws {
            try await Failure.told {
                let json = try await server.ask("GET", "")
                for rule in json.elements(json.root) { show(json, rule) }
                if json.count(json.root) == 0 { print("There are no rules.") }
            }
        }

        private func show(_ json: JSONDocument, _ node: JSONNode) {
            func text(_ node: JSONNode, _ name: String) -> String {
                guard let value = json.member(node, named: name) else { return "" }
                return json.string(value) ?? json.text(value)
            }
            let tenant = text(node, "tenant")
            print(text(node, "id") + (tenant.isEmpty ? "" : " (tenant \(tenant))"))
            print("  \(text(node, "state"))  \(text(node, "name"))")
            print("  entities: \(text(node, "entities")), alerts raised: \(text(node, "raised"))")
            if !text(node, "reason").isEmpty { print("  \(text(node, "reason"))") }
            if !text(node, "mutedUntil").isEmpty { print("  muted until \(text(node, "mutedUntil"))") }
            guard let channels = json.member(node, "channels") else { return }
            for channel in json.elements(channels) {
                print(
                    "  \(text(channel, "use")) by \(text(channel, "channel")): \(text(channel, "endpoint")) "
                        + "\(text(channel, "state")), attempts \(text(channel, "sent")), failed \(text(channel, "failed")), "
                        + "waiting \(text(channel, "waiting")), dead letters \(text(channel, "deadLetters"))")
                for name in ["lastError", "problem"] where !text(channel, name).isEmpty {
                    print("    \(text(channel, name))")
                }
            }
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell when a rule would have fired, from the history of a running Parvis.",
            discussion: """
                EXAMPLES
                  parvis rules test pm25.json
                  parvis rules test pm25.json --from 2026-11-01T00:00:00Z \\
                      --to 2026-12-01T00:00:00Z
                """)

        @OptionGroup var server: Server
        @OptionGroup var file: RuleFile
        @Option(help: "The beginning, in UTC (default: 7 days before the end).")
        var from: String?
        @Option(help: "The end, in UTC (default: now).")
        var to: String?

        func run() async throws {
            try await Failure.told {
                let rule = try file.bytes()
                var writer = ByteWriter(capacity: rule.count + 128)
                writer.append("{\"rule\":")
                writer.append(rule)
                for (name, value) in [("from", from), ("to", to)] {
                    guard let value else { continue }
                    writer.append(utf8: ",\"\(name)\":")
                    writer.append(jsonString: value)
                }
                writer.append("}")
                let json = try await server.ask("POST", "/test", body: writer.array())
                func text(_ node: JSONNode, _ name: String) -> String {
                    guard let value = json.member(node, named: name), !json.isNull(value) else { return "" }
                    return json.string(value) ?? json.text(value)
                }
                guard let firings = json.member(json.root, "firings") else { return }
                for firing in json.elements(firings) {
                    let end = text(firing, "to")
                    let peak = text(firing, "peak")
                    print(
                        "\(text(firing, "from")) to \(end.isEmpty ? "now" : end)  \(text(firing, "name"))"
                            + (peak.isEmpty ? "" : "  peak \(peak)"))
                }
                let count = json.count(firings)
                let times = count == 1 ? "once" : "\(count) times"
                let isCut = text(json.root, "truncated") == "true"
                print(
                    "It would have fired \(times)\(isCut ? " or more" : "") from "
                        + "\(text(json.root, "from")) to \(text(json.root, "to")); \(text(json.root, "entities")) "
                        + "entities, \(text(json.root, "values")) values")
            }
        }
    }

    struct Validate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check how a rule is written, without a running Parvis.",
            discussion: """
                The exit status is 1 when it cannot be used. Patterns and queries in "entities"
                are checked by the server.

                EXAMPLES
                  parvis rules validate pm25.json
                """)

        @OptionGroup var file: RuleFile

        func run() async throws {
            try await Failure.told {
                let bytes = try file.bytes()
                let rule = try RuleRequests.rule(from: bytes)
                let tests = rule.condition.tests.indices.map { rule.condition.text(of: $0) }
                print("\(rule.name): \(tests.joined(separator: rule.condition.needsAll ? " and " : " or "))")
            }
        }
    }
}
