import Foundation
import Testing

@testable import DatasetImport

struct ReplayScheduleTests {
    private let folder: TemporaryFolder
    private let start = Date(timeIntervalSince1970: 1_700_000_000)
    init() throws { folder = try TemporaryFolder() }

    private static let mapping = """
        type: Air
        id: urn:x:{s}
        time: {column: t}
        static: {city: Parvis}
        attributes: {pm: pm}
        """

    private func schedule(
        _ tables: [String], mapping: String = mapping, change: (inout ReplaySchedule.Options) -> Void = { _ in }
    ) throws -> ReplaySchedule {
        var options = ReplaySchedule.Options()
        change(&options)
        let files = try tables.enumerated().map { try folder.write("\($0.offset).csv", "s,t,pm\n" + $0.element) }
        return try ReplaySchedule(
            files: files, mapping: TabularMapping(yaml: mapping), startingAt: start, options: options)
    }

    private func all(_ schedule: ReplaySchedule) throws -> [ReplaySchedule.Update] {
        var updates: [ReplaySchedule.Update] = []
        while let update = try schedule.next() { updates.append(update) }
        return updates
    }

    @Test func `files are merged by time and rows of one moment come together`() throws {
        let updates = try all(
            schedule([
                "A,2024-01-01T00:00:00Z,1\nA,2024-01-01T02:00:00Z,2\n",
                "B,2024-01-01T00:00:00Z,3\nB,2024-01-01T01:00:00Z,4\nB,2024-01-01T03:30:00Z,5\n",
            ]) { $0.speed = 3_600 })
        #expect(updates.map(\.due) == [.zero, .seconds(1), .seconds(2), .milliseconds(3_500)])
        #expect(updates.map(\.batch.count) == [2, 1, 1, 1])
        #expect(
            updates.map(\.recordedAt.description) == [
                "2024-01-01T00:00:00Z", "2024-01-01T01:00:00Z", "2024-01-01T02:00:00Z", "2024-01-01T03:30:00Z",
            ])
    }

    @Test func `the first fragment of an entity is whole, and times are those of now`() throws {
        let updates = try all(schedule(["A,2024-01-01T00:00:00Z,1\nA,2024-01-01T01:00:00Z,2\n"]) { $0.speed = 3_600 })
        #expect(
            updates.map { String(decoding: $0.batch.bytes, as: UTF8.self) } == [
                #"[{"id":"urn:x:A","type":"Air","city":{"type":"Property","value":"Parvis"},"#
                    + #""pm":{"type":"Property","value":1,"observedAt":"2023-11-14T22:13:20Z"}}]"#,
                #"[{"id":"urn:x:A","type":"Air","pm":{"type":"Property","value":2,"observedAt":"2023-11-14T22:13:21Z"}}]"#,
            ])
    }

    @Test func `times can stay as they were recorded`() throws {
        let updates = try all(schedule(["A,2024-01-01T00:00:00Z,1\n"]) { $0.times = .recorded })
        #expect(
            String(decoding: updates[0].batch.bytes, as: UTF8.self).contains(#""observedAt":"2024-01-01T00:00:00Z""#))
    }

    @Test func `an entity that comes twice in a moment comes in two updates`() throws {
        let updates = try all(schedule(["A,2024-01-01T00:00:00Z,1\nA,2024-01-01T00:00:00Z,2\n"]))
        #expect(updates.map(\.due) == [.zero, .zero])
        #expect(updates.map(\.batch.count) == [1, 1])
    }

    @Test func `a file out of the order of time is refused with its line`() throws {
        let error = #expect(throws: ImportError.self) {
            try schedule(["A,2024-01-01T00:00:00Z,1\nA,2024-01-02T00:00:00Z,1\nB,2024-01-01T00:00:00Z,1\n"])
        }
        #expect(
            error?.description.hasSuffix(
                "0.csv, line 4: the row is older than the one before it; "
                    + "sort the file by its time column to replay it") == true)
    }

    @Test func `the hour that summer time repeats is played without going back`() throws {
        let updates = try all(
            schedule([
                "A,2024-01-01T02:00:00Z,1\nA,2024-01-01T02:30:00Z,2\nA,2024-01-01T02:00:00Z,3\nA,2024-01-01T03:00:00Z,4\n"
            ]))
        #expect(updates.map(\.due) == [.zero, .seconds(1_800), .seconds(1_800), .seconds(3_600)])
    }

    @Test(arguments: [0, -1, .nan, .infinity, 1e10])
    func `a speed that is none is refused`(speed: Double) {
        #expect(throws: ImportError.self) { try schedule(["A,2024-01-01T00:00:00Z,1\n"]) { $0.speed = speed } }
    }

    @Test func `a mapping without a time cannot be replayed`() {
        let error = #expect(throws: ImportError.self) {
            try schedule(["A,2024-01-01T00:00:00Z,1\n"], mapping: "type: T\nid: urn:x:{s}\nattributes: {pm: pm}")
        }
        #expect(error?.description.contains("time: the key is missing; a replay needs the time of each row") == true)
    }

    @Test func `playing waits on the clock until each update is due`() async throws {
        let clock = ManualClock()
        let schedule = try schedule(["A,2024-01-01T00:00:00Z,1\nA,2024-01-01T01:00:00Z,x\nA,2024-01-01T03:00:00Z,3\n"])
        {
            $0.speed = 60
        }
        var arrivals: [Duration] = []
        let summary = try await schedule.play(on: clock) { _ in arrivals.append(clock.now.offset) }
        #expect(arrivals == [.zero, .seconds(60), .seconds(180)])
        #expect(summary.totalRows == 3 && summary.skippedValues == 1 && summary.instances == 2)
    }

    @Test(.enabled(if: SharedData.hasAir, Comment(rawValue: SharedData.absent)))
    func `the ten stations of Beijing play hour by hour`() throws {
        var options = ReplaySchedule.Options()
        options.speed = 3_600
        let schedule = try ReplaySchedule(
            files: SharedData.air, mapping: TabularMapping(path: SharedData.beijingMapping), startingAt: start,
            options: options)
        for hour in 0..<100 {
            let update = try #require(try schedule.next())
            #expect(update.due == .seconds(hour) && update.batch.count == 10)
        }
    }
}
