import ArgumentParser
import Foundation
import SQLiteStorage

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a backup into a data directory, where no Parvis runs on it.",
        discussion: """
            The backup is checked first; a damaged one is refused. A store that is in the
            directory stays, unless --replace puts it aside as parvis.db.before-restore.

            EXAMPLES
              parvis restore backups/city-2026-11-24.db --data restored
              parvis serve --data restored
              parvis restore backups/city-2026-11-24.db --data city --replace
            """)

    @Argument(help: "A file that parvis backup wrote.")
    var file: String
    @Option(help: "The data directory; made when missing.")
    var data = "data"
    @Flag(help: "Put a store that is in the directory aside.")
    var replace = false

    func run() async throws {
        try await Failure.told {
            let isTerminal = isatty(STDERR_FILENO) == 1
            let check = try SQLiteStorage.restore(file, into: data, replaces: replace) { part in
                if isTerminal { Output.tell("\rrestore \(Int(part * 100)) %") }
            }
            print(
                "\(isTerminal ? "\r" : "")\(data): \(check.entities) entities, \(check.chunks) chunks of history, "
                    + "from \(file)")
        }
    }
}
