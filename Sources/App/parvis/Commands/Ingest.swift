import ArgumentParser
import DeviceIngest
import Foundation
import NGSILDModel

struct Ingest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Try out what messages of devices become.",
        discussion: """
            EXAMPLES
              parvis ingest check detectors.yaml
              parvis ingest check detectors.yaml --topic city/traffic/A1/state \\
                  --payload message.json
              mosquitto_sub -h broker -t 'city/#' -C 1 \\
                  | parvis ingest check detectors.yaml --topic city/traffic/A1/state \\
                  --payload -

            docs/mqtt.md tells what a mapping holds.
            """,
        subcommands: [Check.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a mapping, and print the entities that a message would become.",
            discussion: """
                Without a message it says in words what the messages of each topic become.

                EXAMPLES
                  parvis ingest check detectors.yaml
                  parvis ingest check detectors.yaml --topic city/traffic/A1/state \\
                      --payload message.json
                """)

        @Argument(help: "The mapping.")
        var mapping: String
        @Option(help: "The topic of the message.")
        var topic: String?
        @Option(help: "The file with the payload of the message; - reads it from the standard input.")
        var payload: String?

        func validate() throws {
            guard (topic == nil) == (payload == nil) else {
                throw ValidationError("Give --topic and --payload together")
            }
        }

        func run() async throws {
            try await Failure.told { try check() }
        }

        private func check() throws {
            let read = try IngestMapping(path: mapping)
            guard let topic, let payload else {
                for line in read.summary { print(line) }
                print("\(mapping) is fine; try a message with --topic and --payload")
                return
            }
            let bytes = try GivenFile.bytes(payload)
            let trial = read.trial(topic: topic, payload: bytes, arrival: .now())
            guard let rule = trial.rule else {
                throw IngestSettingsError(
                    description: "No topic of \(mapping) fits \(topic); it has:\n  "
                        + read.summary.joined(separator: "\n  "))
            }
            for entity in trial.entities { print(String(decoding: entity, as: UTF8.self)) }
            var faults = trial.refusals.map { "refused: \($0)" }
            faults += trial.attributesLeftOut.map { "left out: \($0)" }
            for fault in faults { Output.tell("\(rule): \(fault)\n") }
            if trial.entities.isEmpty { throw ExitCode.failure }
        }
    }
}
