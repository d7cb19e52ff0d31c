import ArgumentParser
import Foundation
import SQLiteStorage

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a consistent copy of a city's database, also while Parvis is running.",
        discussion: """
            The copy is one file. To restore it, put it into an empty directory under the
            name parvis.db and start Parvis with --data on that directory.

            EXAMPLES
              parvis backup --data city backups/city-2026-11-24.db
              mkdir restored && cp backups/city-2026-11-24.db restored/parvis.db \\
                  && parvis serve --data restored
            """)

    @Argument(help: "The file to write; it must not exist yet.")
    var file: String
    @Option(help: "The data directory, in use or not.")
    var data = "data"

    func run() async throws {
        try await Failure.told {
            let isTerminal = isatty(STDERR_FILENO) == 1
            try SQLiteStorage.backUp(directory: data, to: file) { part in
                if isTerminal { FileHandle.standardError.write(Data("\rbackup \(Int(part * 100)) %".utf8)) }
            }
            let size = (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
            print("\(isTerminal ? "\r" : "")\(file): \((size + 1023) / 1024) KiB")
        }
    }
}
