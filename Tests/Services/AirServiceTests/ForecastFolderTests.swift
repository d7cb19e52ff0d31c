import Foundation
import NGSILDModel
import Testing

@testable import AirService

struct ForecastFolderTests {
    private let folder = ForecastFolder(
        path: FileManager.default.temporaryDirectory.appendingPathComponent("forecasts-\(UUID().uuidString)").path)
    private let key = StationKey(tenant: "town", id: stationID(1))

    private func hours(_ count: Int, later: Int = 0) -> StationHours {
        var hours = StationHours(1...count)
        for hour in 1...count { hours[.pm25, hour] = rhythm(hour + later) }
        return hours
    }

    private func learnt() throws -> ForecastModel {
        let now = try #require(Timestamp("2026-03-01T00:00:00Z"))
        let model = ForecastModel(
            learning: .pm25, from: hours(1_000),
            around: [HoursAround(quarter: .northEast, hours: hours(1_000, later: 2))], fewest: 800, trees: 6,
            at: now, isCancelled: { false })
        return try #require(model)
    }

    private func end() { try? FileManager.default.removeItem(atPath: folder.path) }

    private var files: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).map { "\(folder.path)/\($0)" }
    }

    @Test func `what was kept is what was learnt`() throws {
        defer { end() }
        #expect(folder.models(of: key).isEmpty)
        var model = try learnt()
        try folder.keep([model], of: key)
        var again = try #require(folder.models(of: key).first)
        #expect(again.kept().summary == model.kept().summary)
        #expect(again.trainedAt == model.trainedAt)
        let around = [HoursAround(quarter: .northEast, hours: hours(1_000, later: 2))]
        let (before, after) = (
            model.issue(at: 1_000, hours(1_000), around: around), again.issue(at: 1_000, hours(1_000), around: around)
        )
        #expect(before != nil && before == after)
        // Written again, it takes the place of what was there.
        try folder.keep([model], of: key)
        #expect(files.count == 1)
    }

    @Test func `a file that is cut, changed, empty or of another station is passed over`() throws {
        defer { end() }
        try folder.keep([try learnt()], of: key)
        let file = try #require(files.first)
        let whole = try Data(contentsOf: URL(fileURLWithPath: file))
        func put(_ data: Data) throws -> [ForecastModel] {
            try data.write(to: URL(fileURLWithPath: file))
            return folder.models(of: key)
        }
        for count in [0, 1, 100, whole.count / 2, whole.count - 1] { #expect(try put(whole.prefix(count)).isEmpty) }
        var changed = whole
        changed[whole.count - 9] ^= 1
        #expect(try put(changed).isEmpty)
        let header = String(decoding: whole.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        let rest = whole.dropFirst(header.utf8.count)
        for (from, to) in [
            ("\"form\":2", "\"form\":3"), ("\"town\"", "\"city\""), ("\"PM2.5\"", "\"PM3\""),
            ("\"trainedThrough\":1000", "\"trainedThrough\":\(Int.max)"), ("\"bytes\":", "\"bytes\":9"),
            ("\"bytes\":", "\"bytes\":-"),
        ] {
            #expect(header.contains(from))
            #expect(try put(Data(header.replacingOccurrences(of: from, with: to).utf8) + rest).isEmpty)
        }
        #expect(try put(whole).count == 1)
    }

    @Test func `files of stations that are gone are removed, others stay`() throws {
        defer { end() }
        let other = StationKey(tenant: "", id: stationID(1))
        try folder.keep([try learnt()], of: key)
        try folder.keep([try learnt()], of: other)
        let note = "\(folder.path)/README"
        try Data("mine".utf8).write(to: URL(fileURLWithPath: note))
        folder.removeAll(but: [other])
        #expect(folder.models(of: key).isEmpty)
        #expect(folder.models(of: other).count == 1)
        #expect(files.count == 2 && files.contains(note))
    }

    @Test func `a folder that cannot be written is said so, not passed over`() throws {
        defer { end() }
        try Data().write(to: URL(fileURLWithPath: folder.path))
        #expect(throws: (any Error).self) { try folder.keep([try learnt()], of: key) }
        #expect(folder.models(of: key).isEmpty)
    }
}
