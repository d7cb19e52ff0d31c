/// Reads entities, or parts of their histories, of which a file has one on each line (NDJSON), as an export writes them.
///
/// Every file is read twice: first to check all of them, then to hand out what they hold. When the check throws,
/// nothing has been handed out. One line is in memory at a time.
public struct LineImport: Sendable {
    /// What the lines are.
    public enum Content: Sendable { case entities, history }

    /// What an import hands out.
    public enum Output: Sendable, Equatable {
        /// Entities as they stand on their lines.
        case entities(EntityBatch)
        /// A part of an EntityTemporal (CIM 009 clause 5.2.20), as JSON, with the number of its instances.
        case history(entityTemporal: [UInt8], instances: Int)
    }

    /// The longest line, in bytes; default 64 MiB.
    public static let lineLimit = 64 << 20
    /// Instances of one part of a history, at most; a broker takes 5,000 attributes and sub-attributes at once.
    public static let partInstances = 1_000
    private static let batchSize = 1_000
    private static let batchBytes = 2 << 20

    public let files: [String]
    public let content: Content
    private let limits: ImportLimits

    /// - Parameter files: texts, plain or gzip, read in this order.
    public init(files: [String], content: Content, limits: ImportLimits = ImportLimits()) {
        self.files = files
        self.content = content
        self.limits = limits
    }

    /// Reads and checks all files and hands out nothing.
    ///
    /// - Returns: the number of lines.
    public func check(
        clock: some Clock<Duration> = ContinuousClock(), progress: ImportProgress.Handler? = nil
    ) throws(ImportError) -> Int {
        try check(try ProgressMeter(files: files, clock: clock, handler: progress))
    }

    /// Checks the files, then hands out what they hold.
    ///
    /// - Parameters:
    ///   - progress: called at most every 200 ms.
    ///   - sink: takes one batch or part; the next is made when it returns. What it throws ends the import.
    /// - Returns: the number of lines.
    /// - Throws: `ImportError` before anything is handed out, or the sink's error.
    public nonisolated(nonsending) func run(
        clock: some Clock<Duration> = ContinuousClock(), progress: ImportProgress.Handler? = nil,
        sink: (Output) async throws -> Void
    ) async throws -> Int {
        let meter = try ProgressMeter(files: files, clock: clock, handler: progress)
        let count = try check(meter)
        meter.begin(.importing)
        for file in files {
            let reader = try LineReader(path: file, limits: limits, lineLimit: Self.lineLimit)
            var batch = LineBatch()
            while let line = try reader.next() {
                meter.row(tableBytes: reader.consumedBytes)
                switch content {
                case .entities:
                    batch.append(line)
                    if batch.count >= Self.batchSize || batch.byteCount >= Self.batchBytes {
                        try await sink(.entities(batch.take()))
                    }
                case .history:
                    for part in try HistoryLine(line, file: file, number: reader.line).parts(of: Self.partInstances) {
                        try await sink(.history(entityTemporal: part.text, instances: part.instances))
                    }
                }
            }
            if batch.count > 0 { try await sink(.entities(batch.take())) }
            meter.finishTable(bytes: reader.consumedBytes)
        }
        meter.finishPhase()
        return count
    }

    private func check(_ meter: ProgressMeter) throws(ImportError) -> Int {
        meter.begin(.checking)
        var count = 0
        for file in files {
            let reader = try LineReader(path: file, limits: limits, lineLimit: Self.lineLimit)
            while let line = try reader.next() {
                _ = try HistoryLine(line, file: file, number: reader.line)
                count += 1
                meter.row(tableBytes: reader.consumedBytes)
            }
            meter.finishTable(bytes: reader.consumedBytes)
        }
        meter.finishPhase()
        if count == 0, let file = files.first { throw .noUsableRow(file: file, example: "there is no line in it") }
        return count
    }
}

/// Lines that are put together into an array.
private struct LineBatch {
    private var bytes: [UInt8] = [UInt8(ascii: "[")]
    private var ranges: [Range<Int>] = []

    var count: Int { ranges.count }
    var byteCount: Int { bytes.count }

    mutating func append(_ line: [UInt8]) {
        if !ranges.isEmpty { bytes.append(UInt8(ascii: ",")) }
        ranges.append(bytes.count..<bytes.count + line.count)
        bytes.append(contentsOf: line)
    }

    mutating func take() -> EntityBatch {
        bytes.append(UInt8(ascii: "]"))
        let batch = EntityBatch(bytes: bytes, ranges: ranges)
        self = LineBatch()
        return batch
    }
}
