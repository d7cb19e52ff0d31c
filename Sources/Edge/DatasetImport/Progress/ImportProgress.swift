/// How far an import is. Reported at most every 200 ms, and once at the end of each phase.
public struct ImportProgress: Sendable, Equatable {
    /// Every input is read twice: checked whole, then imported.
    public enum Phase: Sendable, Equatable {
        /// The input is read whole and checked; nothing is handed out yet.
        case checking
        /// Entities are handed out.
        case importing
    }

    public var phase: Phase
    /// Rows of all tables read in this phase, headers left out.
    public var rows: Int
    /// Bytes of the input used up in this phase: of the stored files, or of the unpacked members of an archive.
    public var bytes: Int
    /// All bytes of the input.
    public var totalBytes: Int
    /// Time since the phase began.
    public var elapsed: Duration
    public var isFinished: Bool

    /// From 0 to 1.
    public var fraction: Double {
        if isFinished { return 1 }
        return totalBytes > 0 ? min(1, Double(bytes) / Double(totalBytes)) : 0
    }

    /// Mean rate since the phase began; 0 before any time has passed.
    public var rowsPerSecond: Double {
        let seconds = elapsed / .seconds(1)
        return seconds > 0 ? Double(rows) / seconds : 0
    }

    /// The time still needed at the mean rate so far; `nil` before anything is read.
    public var remaining: Duration? {
        let done = fraction
        guard done > 0 else { return nil }
        return elapsed * ((1 - done) / done)
    }

    public typealias Handler = (ImportProgress) -> Void
}

/// Measures an import and calls its handler not too often.
///
/// Invariants:
/// 1. The clock is asked once in 256 rows at most, since asking costs more than reading a row.
final class ProgressMeter {
    private static let interval = Duration.milliseconds(200)
    private let handler: ImportProgress.Handler?
    private let now: () -> Duration
    private var progress: ImportProgress
    private var phaseStart: Duration
    private var lastReport: Duration
    private var finishedBytes = 0

    init(totalBytes: Int, clock: some Clock<Duration>, handler: ImportProgress.Handler?) {
        let start = clock.now
        now = { start.duration(to: clock.now) }
        self.handler = handler
        progress = ImportProgress(
            phase: .checking, rows: 0, bytes: 0, totalBytes: totalBytes, elapsed: .zero, isFinished: false)
        phaseStart = .zero
        lastReport = .zero
    }

    /// For files that are each read from one end to the other.
    convenience init(
        files: [String], clock: some Clock<Duration>, handler: ImportProgress.Handler?
    ) throws(ImportError) {
        var bytes = 0
        for file in files { bytes += try FileSource(path: file).size }
        self.init(totalBytes: bytes, clock: clock, handler: handler)
    }

    func begin(_ phase: ImportProgress.Phase) {
        progress.phase = phase
        progress.rows = 0
        progress.bytes = 0
        progress.isFinished = false
        finishedBytes = 0
        phaseStart = now()
        lastReport = phaseStart
    }

    /// One more row of the table that is being read; `tableBytes` is asked only when it is needed.
    @inline(__always)
    func row(tableBytes: @autoclosure () -> Int) {
        progress.rows += 1
        if progress.rows & 255 == 0 { report(tableBytes: tableBytes(), force: false) }
    }

    /// The table is read to its end.
    func finishTable(bytes: Int) {
        finishedBytes += bytes
        report(tableBytes: 0, force: false)
    }

    func finishPhase() {
        progress.isFinished = true
        report(tableBytes: 0, force: true)
    }

    private func report(tableBytes: Int, force: Bool) {
        guard let handler else { return }
        let time = now()
        guard force || time - lastReport >= Self.interval else { return }
        lastReport = time
        progress.bytes = finishedBytes + tableBytes
        progress.elapsed = time - phaseStart
        handler(progress)
    }
}
