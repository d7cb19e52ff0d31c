import Testing

@testable import DatasetImport

struct ImportProgressTests {
    @Test func `progress is reported at most every 200 ms and at the end of a phase`() {
        let clock = ManualClock()
        var reports: [ImportProgress] = []
        let meter = ProgressMeter(totalBytes: 10_240, clock: clock) { reports.append($0) }
        meter.begin(.importing)
        for row in 1...5_120 {
            clock.advance(by: .microseconds(250))
            meter.row(tableBytes: row)
        }
        // 5,120 rows take 1.28 s; the clock is looked at every 64 ms, so a report comes every 256 ms.
        #expect(reports.map(\.rows) == [1_024, 2_048, 3_072, 4_096, 5_120])
        meter.finishTable(bytes: 5_120)
        meter.finishPhase()
        #expect(
            reports.last
                == ImportProgress(
                    phase: .importing, rows: 5_120, bytes: 5_120, totalBytes: 10_240, elapsed: .milliseconds(1_280),
                    isFinished: true))
    }

    @Test func `rate, fraction and remaining time follow from bytes and time`() {
        var progress = ImportProgress(
            phase: .importing, rows: 500, bytes: 250, totalBytes: 1_000, elapsed: .seconds(2), isFinished: false)
        #expect(progress.rowsPerSecond == 250)
        #expect(progress.fraction == 0.25)
        #expect(progress.remaining == .seconds(6))
        progress.bytes = 0
        progress.elapsed = .zero
        #expect(progress.rowsPerSecond == 0 && progress.remaining == nil)
    }

    @Test func `bytes of finished tables add up and a phase starts from zero`() {
        let clock = ManualClock()
        var reports: [ImportProgress] = []
        let meter = ProgressMeter(totalBytes: 100, clock: clock) { reports.append($0) }
        meter.begin(.checking)
        meter.finishTable(bytes: 60)
        clock.advance(by: .seconds(1))
        meter.finishTable(bytes: 40)
        meter.finishPhase()
        meter.begin(.importing)
        meter.finishPhase()
        #expect(reports.map(\.bytes) == [100, 100, 0])
        #expect(reports.map(\.phase) == [.checking, .checking, .importing])
    }
}
