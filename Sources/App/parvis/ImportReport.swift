import ArgumentParser
import DatasetImport
import Foundation

/// Shows how far an import is, on standard error: a line that is rewritten on a terminal, now and then a line elsewhere.
final class ImportReport {
    private let name: String
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var lastLine = 0
    private var lastPlain = Duration.zero

    init(name: String) { self.name = name }

    func show(_ progress: ImportProgress) {
        let phase = progress.phase == .checking ? "checking" : "importing"
        let percent = Int(progress.fraction * 100)
        var line = "\(name): \(phase) \(percent) %, \(progress.rows) rows, \(Int(progress.rowsPerSecond)) rows/s"
        if let remaining = progress.remaining, !progress.isFinished {
            line += ", \(Int(remaining / .seconds(1)) + 1) s to go"
        }
        if isTerminal {
            let padding = String(repeating: " ", count: max(0, lastLine - line.count))
            write("\r\(line)\(padding)\(progress.isFinished ? "\n" : "")")
            lastLine = progress.isFinished ? 0 : line.count
        } else if progress.isFinished || progress.elapsed - lastPlain > .seconds(5) || progress.elapsed < lastPlain {
            lastPlain = progress.elapsed
            write(line + "\n")
        }
    }

    func write(_ text: String) { Output.tell(text) }
}

/// What the broker refused of an import, kept short.
struct RefusedEntities {
    private(set) var count = 0
    private var examples: [String] = []
    private(set) var accepted = 0

    mutating func add(_ batch: DeliveredBatch) {
        accepted += batch.accepted
        count += batch.failures.count
        for failure in batch.failures where examples.count < 5 { examples.append("\(failure.id): \(failure.reason)") }
    }

    var description: String {
        var text = "\(accepted) entities accepted"
        if count > 0 {
            text += ", \(count) refused:\n" + examples.map { "  " + $0 }.joined(separator: "\n")
            if count > examples.count { text += "\n  ..." }
        }
        return text
    }

    /// Prints what became of an import.
    ///
    /// - Parameter summary: What was read.
    /// - Throws: `ExitCode` where something was refused.
    func finish(_ summary: String) throws {
        print(summary)
        print(description)
        if count > 0 { throw ExitCode(1) }
    }
}
