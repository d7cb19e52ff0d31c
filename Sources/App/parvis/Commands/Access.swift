import AccessPolicies
import ArgumentParser
import Foundation
import JSONTree
import NGSILDModel

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

struct Access: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Decide who may do what: people, API keys and policies.",
        discussion: """
            With --url it asks a running Parvis, with --data it changes the directory of
            one that is stopped.

            EXAMPLES
              parvis access key create --name "air stations" --role reader --expires 90d
              parvis access key list --url http://127.0.0.1:1026 --key parvis_...
              parvis access person add anna --role operator
              parvis access policy apply citizens.json

            docs/sign-in.md tells of people and keys, docs/access.md of policies.
            """,
        subcommands: [Key.self, Person.self, Policy.self])

    // MARK: Keys

    struct Key: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "API keys: make one, list them, revoke one.",
            subcommands: [Create.self, List.self, Revoke.self])

        struct Create: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Make a key, and print it: the only time that it is shown.",
                discussion: """
                    EXAMPLES
                      parvis access key create --name "air stations" --role reader
                      export PARVIS_KEY=$(parvis access key create --name import \\
                          --role operator --expires 1d)
                    """)

            @Option(help: "What the key is for.")
            var name: String
            @Option(help: "A role: administrator, operator, reader, or one that policies name. May be repeated.")
            var role: [String]
            @Option(help: "When it ends: a span such as 90d, 12h, 30m, or a time such as 2026-12-31T12:00:00Z.")
            var expires: String?
            @OptionGroup var place: AccessPlace

            func run() async throws {
                try await Failure.told {
                    let end = try expires.map { try Expiry.read($0, from: .now()) } ?? .none
                    let made = try await place.use {
                        try await $0.createKey(name: name, roles: role, expiresAt: end)
                    }
                    Output.tell("The key \(made.id); keep what follows, it is not shown again:\n")
                    print(made.key)
                }
            }
        }

        struct List: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Show all keys, never the keys themselves.",
                discussion: """
                    EXAMPLES
                      parvis access key list --data city
                    """)
            @OptionGroup var place: AccessPlace

            func run() async throws {
                try await Failure.told {
                    let json = try await place.use { try await $0.list("keys") }
                    for node in json.elements(json.root) {
                        let row = Row(json, node)
                        print("\(row.text("id"))  \(row.text("name"))")
                        print("  roles \(row.texts("roles")); made \(row.text("createdAt"))" + row.times)
                    }
                    if json.count(json.root) == 0 { print("There are no keys.") }
                }
            }
        }

        struct Revoke: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "End a key, at once and for good.",
                discussion: """
                    EXAMPLES
                      parvis access key revoke 3fa94c01d2b7e6580c1d --url http://127.0.0.1:1026
                    """)
            @Argument(help: "The id of the key, as `list` shows it.")
            var id: String
            @OptionGroup var place: AccessPlace

            func run() async throws {
                try await Failure.told {
                    try await place.use { try await $0.revokeKey(id) }
                    print("\(id) is revoked")
                }
            }
        }
    }

    // MARK: People

    struct Person: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "People: add one, list them, give roles and passwords, remove one.",
            subcommands: [Add.self, List.self, Roles.self, Password.self, Remove.self])

        struct Add: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Add a person. The password is asked for, or read from the standard input.",
                discussion: """
                    EXAMPLES
                      parvis access person add anna --role operator
                      parvis access person add ben --role reader < password.txt
                    """)
            @Argument(help: "The name to sign in with.")
            var name: String
            @Option(help: "A role; may be repeated.")
            var role: [String]
            @OptionGroup var place: AccessPlace

            func run() async throws {
                try await Failure.told {
                    let password = try PasswordPrompt.read()
                    try await place.use { try await $0.addPerson(name, roles: role, password: password) }
                    print("\(name) can sign in")
                }
            }
        }

        struct List: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Show all people.",
                discussion: """
                    EXAMPLES
                      parvis access person list --url http://127.0.0.1:1026
                    """)
            @OptionGroup var place: AccessPlace

            func run() async throws {
                try await Failure.told {
                    let json = try await place.use { try await $0.list("people") }
                    for node in json.elements(json.root) {
                        let row = Row(json, node)
                        print("\(row.text("name"))  \(row.texts("roles"))")
                    }
                    if json.count(json.root) == 0 { print("There is nobody.") }
                }
            }
        }

        struct Roles: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Give a person these roles instead of others.",
                discussion: """
                    EXAMPLES
                      parvis access person roles anna --role operator --role reader
                    """)
            @Argument(help: "The person.")
            var name: String
            @Option(help: "A role; may be repeated.")
            var role: [String]
            @OptionGroup var place: AccessPlace

            func run() async throws {
                try await Failure.told {
                    try await place.use { try await $0.changePerson(name, roles: role, password: nil) }
                    print("\(name) has the roles \(role.joined(separator: ", "))")
                }
            }
        }

        struct Password: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Give a person another password, which signs them out everywhere.",
                discussion: """
                    EXAMPLES
                      parvis access person password anna --data city
                    """)
            @Argument(help: "The person.")
            var name: String
            @OptionGroup var place: AccessPlace

            func run() async throws {
                try await Failure.told {
                    let password = try PasswordPrompt.read()
                    try await place.use { try await $0.changePerson(name, roles: nil, password: password) }
                    print("\(name) has another password")
                }
            }
        }

        struct Remove: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Remove a person, who is signed out at once.",
                discussion: """
                    EXAMPLES
                      parvis access person remove anna --url http://127.0.0.1:1026
                    """)
            @Argument(help: "The person.")
            var name: String
            @OptionGroup var place: AccessPlace

            func run() async throws {
                try await Failure.told {
                    try await place.use { try await $0.removePerson(name) }
                    print("\(name) is removed")
                }
            }
        }
    }

    // MARK: Policies

    struct Policy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Policies: apply files, list them, remove one.",
            subcommands: [Apply.self, List.self, Remove.self])

        struct Apply: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Put the policies of a file, one or an array, in the place of those with the same id.",
                discussion: """
                    EXAMPLES
                      parvis access policy apply citizens.json --data city
                      parvis access policy apply - --url http://127.0.0.1:1026 < citizens.json
                    """)
            @Argument(help: "The file; - for the standard input.")
            var file: String
            @OptionGroup var place: AccessPlace

            func run() async throws {
                try await Failure.told {
                    let json = try GivenFile.json(file)
                    let nodes = json.isArray(json.root) ? Array(json.elements(json.root)) : [json.root]
                    // All are read before the first is put.
                    let policies = try nodes.map { try AccessPolicy(json, $0) }
                    try await place.use { place in for policy in policies { try await place.putPolicy(policy) } }
                    for policy in policies { print("\(policy.id) holds for \(policy.roles.joined(separator: ", "))") }
                }
            }
        }

        struct List: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Print all policies as JSON, one a line.",
                discussion: """
                    EXAMPLES
                      parvis access policy list --data city > policies.ndjson
                    """)
            @OptionGroup var place: AccessPlace

            func run() async throws {
                try await Failure.told {
                    let json = try await place.use { try await $0.list("policies") }
                    for node in json.elements(json.root) { print(json.text(node)) }
                }
            }
        }

        struct Remove: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Remove a policy; what it granted ends at once.",
                discussion: """
                    EXAMPLES
                      parvis access policy remove citizens --url http://127.0.0.1:1026
                    """)
            @Argument(help: "The id of the policy.")
            var id: String
            @OptionGroup var place: AccessPlace

            func run() async throws {
                try await Failure.told {
                    try await place.use { try await $0.removePolicy(id) }
                    print("\(id) is removed")
                }
            }
        }
    }
}

/// One object of a list, for printing.
private struct Row {
    private let json: JSONDocument
    private let node: JSONNode

    init(_ json: JSONDocument, _ node: JSONNode) {
        self.json = json
        self.node = node
    }

    func text(_ name: String) -> String { json.member(node, named: name).flatMap { json.string($0) } ?? "" }

    func texts(_ name: String) -> String {
        guard let list = json.member(node, named: name) else { return "" }
        return json.elements(list).compactMap { json.string($0) }.joined(separator: ", ")
    }

    /// What is known of a key's end and use.
    var times: String {
        [("expiresAt", "ends"), ("revokedAt", "REVOKED"), ("lastUsedAt", "last used")]
            .filter { !text($0.0).isEmpty }.map { "; \($0.1) \(text($0.0))" }.joined()
    }
}

/// When a key ends.
enum Expiry {
    static func read(_ text: String, from now: NGSILDModel.Timestamp) throws -> NGSILDModel.Timestamp {
        if let time = NGSILDModel.Timestamp(text) { return time }
        let units: [Character: Double] = ["d": 86_400, "h": 3_600, "m": 60]
        guard let last = text.last, let unit = units[last], let count = Int(text.dropLast()),
            (1...100_000).contains(count)
        else {
            throw ValidationError(
                "--expires is \"\(text)\"; write 90d, 12h, 30m, or a time such as 2026-12-31T12:00:00Z")
        }
        return now.adding(seconds: Double(count) * unit)
    }
}

/// Asks for a password without showing it, or reads the first line of the standard input where that is no terminal.
enum PasswordPrompt {
    static func read() throws -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            guard let line = readLine(strippingNewline: true), !line.isEmpty else {
                throw ValidationError("The standard input holds no password; write it on the first line")
            }
            return line
        }
        let first = try ask("Password: ")
        guard try ask("Again: ") == first else { throw ValidationError("The two are not the same; nothing is changed") }
        return first
    }

    private static func ask(_ prompt: String) throws -> String {
        Output.tell(prompt)
        var before = termios()
        tcgetattr(STDIN_FILENO, &before)
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSANOW, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSANOW, &before)
            Output.tell("\n")
        }
        guard let line = readLine(strippingNewline: true), !line.isEmpty else {
            throw ValidationError("No password was given")
        }
        return line
    }
}
