import ArgumentParser
import Foundation
import SQLiteStorage
import TemporalEvolution

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look through a city's database, or a backup, for damage; also while Parvis is running.",
        discussion: """
            Reads every page, entity, change, document and chunk of history, and changes
            nothing. The exit status is 0 when all is in order, 1 when something is damaged,
            2 when it could not be looked at. What to do about damage: docs/storage.md.

            EXAMPLES
              parvis check --data city
              parvis check backups/city-2026-11-24.db
              parvis check --data city || echo "the city's database needs someone"
            """)

    @Argument(help: "A backup to look at, instead of a data directory.")
    var file: String?
    @Option(help: "The data directory, in use or not.")
    var data = "data"

    func run() async throws {
        let path = file ?? data + "/" + SQLiteStorage.fileName
        let isTerminal = isatty(STDERR_FILENO) == 1
        let check: StoreCheck
        do {
            check = try StoreCheck(file: path, readsChunk: StoredHistory.isReadable) { part in
                if isTerminal { Output.tell("\rchecking \(part)    \r") }
            }
        } catch {
            Output.tell("parvis check: \(error)\n")
            throw ExitCode(2)
        }
        print(
            "\(path): version \(check.version), \((check.bytes + 1023) / 1024) KiB; \(check.entities) entities, "
                + "\(check.changes) changes, \(check.documents) documents, \(check.outboxRows) outbox rows, "
                + "\(check.chunks) chunks of history")
        if check.findings.isEmpty {
            print("all in order")
            return
        }
        for finding in check.findings { print("damaged: \(finding)") }
        print(
            """
            What is named above is lost or not to be trusted, the rest can be read. Keep the directory as it is, then
              parvis restore BACKUP --data NEW      go on from the newest backup that parvis check finds in order
              parvis export --data \(file == nil ? data : "DIRECTORY") > intact.ndjson   take along what is newer and intact
            """)
        throw ExitCode(1)
    }
}
