import ArgumentParser
import Foundation
import JSONTree
import NGSILDClient

struct Notifications: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Show how a running Parvis delivers notifications, try endpoints out, and replay or drop what it gave up.",
        discussion: """
            EXAMPLES
              parvis notifications list     all subscriptions: state, waiting, dead letters
              parvis notifications list urn:ngsi-ld:Subscription:5b1e   its dead letters
              parvis notifications test urn:ngsi-ld:Subscription:5b1e
              parvis notifications replay urn:ngsi-ld:Subscription:5b1e --all
              parvis notifications drop urn:ngsi-ld:Subscription:5b1e \\
                  0c0f6c9c-5a3e-4f0b-8a63-1f5c9a0d7e11

            docs/subscriptions.md says when a notification is given up.
            """,
        subcommands: [List.self, Test.self, Replay.self, Drop.self])

    struct Server: ParsableArguments {
        @Option(help: "The running Parvis.")
        var url = "http://127.0.0.1:1026"
        @Option(help: "The tenant of the subscription (default: the default tenant).")
        var tenant = ""
        @OptionGroup var trust: TrustOptions
        @OptionGroup var access: KeyOptions

        /// Asks below `/admin/notifications`, each segment as it is.
        func ask(_ method: String, _ segments: [String], query: String = "") async throws -> JSONDocument {
            let path = segments.map { "/" + RunningAdministration.segment($0) }.joined()
            return try await RunningAdministration(url: url, trust: trust, access: access, tenant: tenant)
                .json(method, "/notifications" + path + query, method == "POST" ? [] : nil)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the state of all subscriptions' notifications, or of one with its dead letters.",
            discussion: """
                STATE is ok, retrying (some attempts in a row failed) or open (so many that one
                is tried now and then).

                EXAMPLES
                  parvis notifications list --url http://127.0.0.1:1026
                  parvis notifications list urn:ngsi-ld:Subscription:5b1e --tenant north
                """)

        @OptionGroup var server: Server
        @Argument(help: "The id of a subscription (default: all, of all tenants).")
        var subscription: String?

        private static let page = 1_000

        func run() async throws {
            try await Failure.told {
                if let subscription {
                    let json = try await server.ask("GET", [subscription])
                    show(json, json.root, isAlone: true)
                    return
                }
                var offset = 0
                while true {
                    let json = try await server.ask("GET", [], query: "?limit=\(List.page)&offset=\(offset)")
                    for element in json.elements(json.root) { show(json, element, isAlone: false) }
                    let count = json.count(json.root)
                    offset += count
                    if count < List.page { break }
                }
                if offset == 0 { print("There are no subscriptions.") }
            }
        }

        private func show(_ json: JSONDocument, _ node: JSONNode, isAlone: Bool) {
            func text(_ name: String) -> String {
                guard let value = json.member(node, named: name) else { return "" }
                return json.string(value) ?? json.text(value)
            }
            let tenant = text("tenant")
            print(text("subscription") + (tenant.isEmpty ? "" : " (tenant \(tenant))"))
            print("  \(text("state"))  \(text("endpoint"))")
            print(
                "  waiting \(text("waiting")), sent \(text("sent")), failed \(text("failed")), "
                    + "dropped \(text("dropped")), dead letters \(text("deadLetters"))")
            if !text("lastError").isEmpty { print("  last error: \(text("lastError"))") }
            guard isAlone, let letters = json.member(node, named: "letters") else { return }
            for letter in json.elements(letters) {
                func part(_ name: String) -> String {
                    guard let value = json.member(letter, named: name) else { return "" }
                    return json.string(value) ?? json.text(value)
                }
                let isReplayed = part("replayed") == "true"
                print(
                    "  \(part("id"))  \(part("at"))  \(part("bytes")) B  \(part("reason"))"
                        + (isReplayed ? "  (being replayed)" : ""))
            }
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send one notification to the endpoint of a subscription now, beside what waits.",
            discussion: """
                It is of an entity that matches now, or of none, has the header Parvis-Test,
                and counts nowhere. The exit status is 1 when the endpoint does not take it.

                EXAMPLES
                  parvis notifications test urn:ngsi-ld:Subscription:5b1e
                """)

        @OptionGroup var server: Server
        @Argument(help: "The id of the subscription.")
        var subscription: String

        func run() async throws {
            try await Failure.told {
                let json = try await server.ask("POST", [subscription, "test"])
                func text(_ name: String) -> String {
                    guard let value = json.member(json.root, named: name) else { return "" }
                    return json.string(value) ?? json.text(value)
                }
                guard text("taken") == "true" else {
                    throw Refusal(description: "not taken after \(text("milliseconds")) ms: \(text("reason"))")
                }
                let what =
                    text("entities") == "0" ? "without entities, as none matches now" : "of an entity that matches now"
                print("\(text("endpoint")) took a notification \(what), in \(text("milliseconds")) ms")
            }
        }
    }

    /// A dead letter, or all of a subscription.
    struct Choice: ParsableArguments {
        @Argument(help: "The id of the subscription.")
        var subscription: String
        @Argument(help: "The id of the dead letter, as `list SUBSCRIPTION` shows it.")
        var letter: String?
        @Flag(help: "All dead letters of the subscription.")
        var all = false

        func validate() throws {
            guard (letter == nil) == all else {
                throw ValidationError("Name one dead letter, or give --all")
            }
        }

        var segments: [String] { [subscription] + (letter.map { [$0] } ?? []) }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send dead letters again, behind what waits already; each is kept until it is taken.",
            discussion: """
                EXAMPLES
                  parvis notifications replay urn:ngsi-ld:Subscription:5b1e --all
                  parvis notifications replay urn:ngsi-ld:Subscription:5b1e \\
                      0c0f6c9c-5a3e-4f0b-8a63-1f5c9a0d7e11
                """)

        @OptionGroup var server: Server
        @OptionGroup var choice: Choice

        func run() async throws {
            try await Failure.told {
                let json = try await server.ask("POST", choice.segments + ["replay"])
                let count = json.member(json.root, "replayed").flatMap { json.integer($0) } ?? 0
                print("\(count) queued to be sent again")
            }
        }
    }

    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete dead letters for good.",
            discussion: """
                EXAMPLES
                  parvis notifications drop urn:ngsi-ld:Subscription:5b1e --all
                  parvis notifications drop urn:ngsi-ld:Subscription:5b1e \\
                      0c0f6c9c-5a3e-4f0b-8a63-1f5c9a0d7e11
                """)

        @OptionGroup var server: Server
        @OptionGroup var choice: Choice

        func run() async throws {
            try await Failure.told {
                let json = try await server.ask("DELETE", choice.segments)
                let count = json.member(json.root, "dropped").flatMap { json.integer($0) } ?? 0
                print("\(count) dropped")
            }
        }
    }
}
