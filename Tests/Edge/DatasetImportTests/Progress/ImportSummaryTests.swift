import Testing

@testable import DatasetImport

struct ImportSummaryTests {
    @Test func `a summary prints as a table that lines up`() {
        var summary = ImportSummary()
        summary.read(37_790, from: "stop_times.txt")
        summary.read(416, from: "stops.txt")
        summary.emitted(416, type: "GtfsStop")
        summary.emitted(37_784, type: "GtfsStopTime")
        summary.missingValues = 12
        for line in [7, 7, 9, 11, 12, 13, 14] {
            summary.skip(
                .row, file: "stop_times.txt", line: line, reason: "stop_id is unknown or was skipped",
                example: "X\(line)")
        }
        summary.skip(.value, file: "trips.txt", line: 3, reason: "shape_id is unknown or was skipped")
        #expect(
            summary.description == """
                read      37,790  stop_times.txt
                read         416  stops.txt
                          38,206  rows in all

                imported     416  GtfsStop
                imported  37,784  GtfsStopTime
                          38,200  entities in all
                missing       12  cells marked as missing

                skipped        7  rows of stop_times.txt: stop_id is unknown or was skipped ("X7")  lines 7, 9, 11, 12, 13, ...
                skipped        1  values of trips.txt: shape_id is unknown or was skipped           line 3
                """)
        #expect(summary.skippedRows == 7 && summary.skippedValues == 1)
    }

    @Test func `a trial says what would be`() {
        var summary = ImportSummary()
        summary.emitted(2, type: "Station")
        summary.skip(.value, file: "a.csv", line: 3, reason: "level: it is no number", example: "x")
        summary.isTrial = true
        #expect(
            summary.description == """

                would import  2  Station

                would skip    1  values of a.csv: level: it is no number ("x")  line 3
                """)
    }

    @Test func `an import without skips says so`() {
        #expect(ImportSummary().description.hasSuffix("skipped   0  nothing"))
    }

    @Test func `a file that invents reasons without end fills one last reason`() {
        var summary = ImportSummary()
        for number in 0..<5_000 { summary.skip(.value, file: "t", line: number, reason: "reason \(number)") }
        #expect(summary.skips.count == ImportSummary.reasonLimit + 1)
        #expect(summary.skips.last?.count == 5_000 - ImportSummary.reasonLimit)
        #expect(summary.skippedValues == 5_000)
    }
}
