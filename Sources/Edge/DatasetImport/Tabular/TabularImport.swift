/// Turns tables into entities, or into the history of entities, as a mapping says.
///
/// Every file is read twice: first to check all of them, then to hand out what they hold. When the check throws,
/// nothing has been handed out.
public struct TabularImport: Sendable {
    /// The sizes of the batches and chunks handed out.
    public struct Options: Sendable {
        /// Entities in a batch, at most; default 1,000, the most that a broker takes.
        public var batchSize = 1_000
        /// Values in a chunk of history, at most, give or take a row; default 10,000, which makes about 1 MiB of JSON.
        public var chunkInstances = 10_000
        /// Values of all entities that may wait for their chunk to fill; default 500,000, about 16 MiB.
        public var bufferedInstances = 500_000
        public var limits = ImportLimits()

        public init() {}
    }

    /// What an import hands out.
    public enum Output: Sendable, Equatable {
        /// Entities in normalized form: the rows in mode `entities`, the newest states at the end in mode `history`.
        case entities(EntityBatch)
        /// A part of the history of one entity; only in mode `history`.
        case history(HistoryChunk)
    }

    public let files: [String]
    public let mapping: TabularMapping
    public let options: Options

    /// - Parameter files: Tables as text or gzip, all with the columns that the mapping names, read in this order.
    public init(files: [String], mapping: TabularMapping, options: Options = Options()) {
        self.files = files
        self.mapping = mapping
        self.options = options
    }

    /// Checks the files, then hands out what they hold.
    ///
    /// - Parameters:
    ///   - progress: Called at most every 200 ms.
    ///   - sink: Takes one batch or chunk; the next is made when it returns. What it throws ends the import.
    /// - Returns: What was read, handed out, and left out and why.
    /// - Throws: `ImportError` before anything is handed out, or the sink's error.
    public nonisolated(nonsending) func run(
        clock: some Clock<Duration> = ContinuousClock(), progress: ImportProgress.Handler? = nil,
        sink: (Output) async throws -> Void
    ) async throws -> ImportSummary {
        let meter = try ProgressMeter(files: files, clock: clock, handler: progress)
        _ = try TabularCheck(files: files, mapping: mapping, limits: options.limits).run(meter)
        let stage: any TabularStage
        switch mapping.mode {
        case .entities: stage = EntityStage(files: files, mapping: mapping, options: options, meter: meter)
        case .history: stage = HistoryStage(files: files, mapping: mapping, options: options, meter: meter)
        }
        meter.begin(.importing)
        while let output = try stage.next() { try await sink(output) }
        meter.finishPhase()
        return stage.summary
    }
}

/// The second reading of the files.
protocol TabularStage: AnyObject {
    var summary: ImportSummary { get }
    /// The next batch or chunk, or `nil` at the end.
    func next() throws(ImportError) -> TabularImport.Output?
}

/// The first reading of the files: headers, structure, ids and times of every row.
struct TabularCheck {
    let files: [String]
    let mapping: TabularMapping
    let limits: ImportLimits
    /// Refuses files whose rows go back in time by more than this; `nil` takes any order.
    var timeSlack: Duration?

    func run(_ meter: ProgressMeter) throws(ImportError) -> ImportSummary {
        meter.begin(.checking)
        for file in files { _ = try TabularRows(path: file, mapping: mapping, limits: limits) }
        var summary = ImportSummary()
        for file in files { try read(file, meter, &summary) }
        meter.finishPhase()
        if summary.totalRows == 0, let file = files.first {
            throw .noUsableRow(file: file, example: "there is only a header")
        }
        return summary
    }

    private func read(_ file: String, _ meter: ProgressMeter, _ summary: inout ImportSummary) throws(ImportError) {
        let rows = try TabularRows(path: file, mapping: mapping, limits: limits)
        var usable = 0
        var newest: Timestamp?
        while try rows.next(&summary) {
            usable += 1
            meter.row(tableBytes: rows.consumedBytes)
            guard let timeSlack, let time = rows.observedAt else { continue }
            if let newest, time.millisecondsSinceEpoch + timeSlack.milliseconds < newest.millisecondsSinceEpoch {
                throw .outOfTimeOrder(file: file, line: rows.line)
            }
            newest = max(newest ?? time, time)
        }
        summary.read(rows.rowsRead, from: file)
        meter.finishTable(bytes: rows.consumedBytes)
        guard usable > 0 || rows.rowsRead == 0 else {
            let first = summary.skips.first { $0.file == file && $0.unit == .row }
            let example = first.map { skip in
                let value = skip.example.isEmpty ? "" : ": \(skip.example.debugDescription)"
                return "line \(skip.lines.first ?? 0): \(skip.reason)\(value)"
            }
            throw .noUsableRow(file: file, example: example ?? "no row can be read")
        }
    }
}

extension Duration {
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
