import ArgumentParser
import AuditLog
import Foundation
import JSONTree
import NGSILDClient
import NGSILDModel

struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read and check the audit log: who did what.",
        discussion: """
            EXAMPLES
              parvis audit list --data city                    the newest records
              parvis audit list --data city --caller key:ab12 --from 2026-11-01T00:00:00Z
              parvis audit verify --data city --public-key kept-elsewhere.pem
              parvis audit public-key --data city > kept-elsewhere.pem

            docs/audit.md says what is recorded, and what the check finds.
            """,
        subcommands: [List.self, Verify.self, PublicKey.self])

    struct Place: ParsableArguments {
        @Option(help: "The data directory of the city, which may be running.")
        var data = "data"

        var directory: String { data + "/audit" }

        func check() throws {
            guard FileManager.default.fileExists(atPath: directory) else {
                throw Refusal(description: "\(data) holds no audit log; check --data")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print records, the newest first, each a line of JSON.",
            discussion: """
                EXAMPLES
                  parvis audit list --data city --operation deleteEntity
                  parvis audit list --url http://127.0.0.1:1026 --kind refused --limit 20
                """)

        @OptionGroup var place: Place
        @Option(help: "A running Parvis, such as http://127.0.0.1:1026, instead of a data directory.")
        var url: String?
        @OptionGroup var trust: TrustOptions
        @OptionGroup var access: KeyOptions
        @Option(help: "Only records then or later, such as 2026-11-30T00:00:00Z.")
        var from: String?
        @Option(help: "Only records before then.")
        var to: String?
        @Option(help: "Only of this caller, such as key:ab12.")
        var caller: String?
        @Option(help: "Only of this operation, such as deleteEntity.")
        var operation: String?
        @Option(help: "Only of this kind: administration, write, read, refused, sign-in.")
        var kind: String?
        @Option(help: "Only of this tenant; \"\" is the default one.")
        var tenant: String?
        @Option(help: "Only what was done to this entity or other thing, by its id.")
        var id: String?
        @Option(help: "How many, 1 to 1000.")
        var limit = 100
        @Option(help: "Only records with a smaller number, to go on behind a list.")
        var before: Int?

        func run() async throws {
            try await Failure.told {
                let asked = [
                    ("from", from), ("to", to), ("caller", caller), ("operation", operation), ("kind", kind),
                    ("tenant", tenant), ("id", id), ("before", before.map(String.init)), ("limit", String(limit)),
                ]
                if let url { return try await ask(url, asked.compactMap { name, value in value.map { (name, $0) } }) }
                try place.check()
                let page = AuditPage.read(try query(), directory: place.directory)
                for record in page.records { print(String(decoding: record, as: UTF8.self)) }
                if let next = page.next { Self.tell(next) }
            }
        }

        private func query() throws -> AuditQuery {
            guard AuditQuery.limits.contains(limit) else { throw Refusal(description: "--limit is 1 to 1000") }
            func time(_ name: String, _ text: String?) throws -> Int? {
                guard let text else { return nil }
                guard let time = AuditTime.parse(text) else {
                    throw Refusal(description: "--\(name) is \"\(text)\"; it is a time such as 2026-11-30T20:48:55Z")
                }
                return time
            }
            var query = AuditQuery()
            query.from = try time("from", from)
            query.to = try time("to", to)
            query.caller = caller
            query.operation = operation
            query.kind = kind
            query.tenant = tenant
            query.id = id
            query.before = before
            query.limit = limit
            return query
        }

        private func ask(_ url: String, _ asked: [(String, String)]) async throws {
            let query = asked.map { name, value in name + "=" + RunningAdministration.segment(value) }
            let json = try await RunningAdministration(url: url, trust: trust, access: access)
                .json("GET", "/audit?" + query.joined(separator: "&"))
            for record in json.member(json.root, "records").map({ Array(json.elements($0)) }) ?? [] {
                print(json.text(record))
            }
            if let next = json.member(json.root, "next").flatMap({ Int(json.text($0)) }) { Self.tell(next) }
        }

        private static func tell(_ next: Int) {
            Output.tell("There are more: --before \(next)\n")
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check the whole log: hashes, chain, signatures, where it begins and ends.",
            discussion: """
                The exit status is 1 when something does not go together. A key and a line
                that were noted elsewhere make it a check against whoever owns the machine, too.

                EXAMPLES
                  parvis audit verify --data city
                  parvis audit verify --data city --public-key kept.pem --expect 1234:5e88...
                """)

        @OptionGroup var place: Place
        @Option(help: "The public key as PEM (default: the one beside the log).")
        var publicKey: String?
        @Option(help: "A line that must be there, as NUMBER:HASH, which an earlier check printed.")
        var expect: String?

        func run() async throws {
            try await Failure.told {
                try place.check()
                let key = try AuditPublicKey(file: publicKey ?? place.directory + "/public-key.pem")
                let report = AuditVerifier.verify(directory: place.directory, key: key, expecting: try expected())
                for problem in report.problems { print("PROBLEM: \(problem)") }
                let more = report.problemCount - report.problems.count
                if more > 0 { print("PROBLEM: and \(more) more") }
                print(
                    "\(report.lines) lines, \(report.first) to \(report.last), \(report.signatures) signatures, "
                        + "\(report.lost) records that the log says were lost")
                print("last line \(report.last):\(report.lastHash)")
                guard report.problemCount == 0 else { throw Refusal(description: "The audit log does not go together") }
                print("The audit log goes together.")
            }
        }

        private func expected() throws -> (number: Int, hash: String)? {
            guard let expect else { return nil }
            let parts = expect.split(separator: ":")
            guard parts.count == 2, let number = Int(parts[0]), parts[1].utf8.count == 64 else {
                throw Refusal(description: "--expect is \"\(expect)\"; it is a line's number and hash, as 12:5e88...")
            }
            return (number, String(parts[1]))
        }
    }

    struct PublicKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the key that checkpoints are checked with, to be kept elsewhere.",
            discussion: """
                EXAMPLES
                  parvis audit public-key --data city > kept-elsewhere.pem
                """)

        @OptionGroup var place: Place

        func run() async throws {
            try await Failure.told {
                try place.check()
                let key = try AuditPublicKey(file: place.directory + "/public-key.pem")
                print(key.pem, terminator: "")
            }
        }
    }
}
