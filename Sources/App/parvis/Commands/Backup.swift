import ArgumentParser
import Foundation
import SQLiteStorage

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a consistent copy of a city's database, also while Parvis is running.",
        discussion: """
            The copy is one file that shows one instant. It is read back and checked before
            it gets its name, so a file with that name is a whole backup.

            EXAMPLES
              parvis backup --data city backups/city-2026-11-24.db
              parvis check backups/city-2026-11-24.db
              parvis restore backups/city-2026-11-24.db --data restored
              parvis serve --data restored
            """)

    @Argument(help: "The file to write; it must not exist yet.")
    var file: String
    @Option(help: "The data directory, in use or not.")
    var data = "data"

    func run() async throws {
        try await Failure.told {
            guard LocalCity.isThere(in: data) else { throw LocalCity.none(in: data) }
            let isTerminal = isatty(STDERR_FILENO) == 1
            try SQLiteStorage.backUp(directory: data, to: file) { part in
                // What is left at the end is reading it back.
                if isTerminal {
                    let text = part < 1 ? "\rbackup \(Int(part * 100)) %" : "\rchecked      "
                    Output.tell(text)
                }
            }
            let size = (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
            print("\(isTerminal ? "\r" : "")\(file): \((size + 1023) / 1024) KiB")
        }
    }
}
