import DatasetImport
import Foundation
import JSONTree
import NGSILDModel

/// Brings a file in, batch by batch.
struct FileRun {
    let state: ImportState
    let folder: ImportFolder
    let writer: EntityWriter
    /// The batches that an earlier run has done: the same file makes the same ones.
    let done: Int

    private var path: String { folder.file(state.name) }
    private var control: RunControl { writer.control }

    nonisolated(nonsending) func run() async throws -> [ImportState.Failure] {
        switch state.format {
        case .gtfs: try await runFeed()
        default: try await runTable()
        }
    }

    private nonisolated(nonsending) func runTable() async throws -> [ImportState.Failure] {
        let mapping = try TabularMapping(yaml: state.mapping ?? "", file: "the mapping")
        var options = TabularImport.Options()
        options.chunkInstances = 1_000
        options.batchSize = 500
        let importer = TabularImport(files: [path], mapping: mapping, options: options)
        var outputs = 0
        let summary = try await importer.run(progress: { [control] in Self.show($0, control) }) { output in
            outputs += 1
            guard outputs > done else { return }
            try await control.checkpoint()
            switch output {
            case .entities(let batch): try await writer.upsert(try JSONDocument(parsing: batch.bytes))
            case .history(let chunk):
                try await writer.addHistory(chunk.entityTemporal(), instances: chunk.instanceCount)
            }
        }
        writer.finish(rows: summary.totalRows)
        return failures(summary)
    }

    private nonisolated(nonsending) func runFeed() async throws -> [ImportState.Failure] {
        var options = GTFSImport.Options()
        options.feed = state.feed
        options.includesStopTimes = state.stopTimes ?? true
        options.batchSize = 500
        let importer = GTFSImport(path: path, options: options)
        var outputs = 0
        let summary = try await importer.run(progress: { [control] in Self.show($0, control) }) { batch in
            outputs += 1
            guard outputs > done else { return }
            try await control.checkpoint()
            try await writer.upsert(try JSONDocument(parsing: batch.bytes))
        }
        writer.finish(rows: summary.totalRows)
        return failures(summary)
    }

    private func failures(_ summary: ImportSummary) -> [ImportState.Failure] {
        summary.skips.map { ImportState.Failure($0, folder) }
    }

    private static func show(_ progress: ImportProgress, _ control: RunControl) {
        control.update {
            $0.phase = progress.phase == .checking ? "checking" : "importing"
            $0.rows = progress.rows
            $0.fraction = progress.fraction
        }
    }
}

extension ImportState.Failure {
    init(_ skip: ImportSummary.Skip, _ folder: ImportFolder) {
        self.init(
            reason: folder.hidingPath(skip.reason), count: skip.count, unit: skip.unit.rawValue, lines: skip.lines,
            example: skip.example)
    }
}
