import JSONTree
import Testing

@testable import DatasetImport

/// The feed of Cairns, 2014, as a real operator published it.
@Suite(.enabled(if: SharedData.hasCairns, Comment(rawValue: SharedData.absent)))
struct CairnsFeedTests {
    @Test func `every row of the feed becomes an entity, and every reference has its target`() async throws {
        var ids: Set<String> = []
        var targets: Set<String> = []
        var reports: [ImportProgress] = []
        let summary = try await GTFSImport(path: SharedData.cairns).run(progress: { reports.append($0) }) { batch in
            for entity in batch.entities {
                let document = try JSONDocument(parsing: Array(entity))
                let id = try #require(document.member(document.root, "id").flatMap { document.string($0) })
                try #require(ids.insert(id).inserted, "\(id) comes twice")
                for (_, attribute) in document.members(document.root) {
                    guard let object = document.member(attribute, "object") else { continue }
                    if let target = document.string(object) { targets.insert(target) }
                    for element in document.elements(object) { targets.insert(document.string(element) ?? "") }
                }
            }
        }
        #expect(targets.subtracting(ids).isEmpty)
        #expect(
            Dictionary(uniqueKeysWithValues: summary.entities.map { ($0.type, $0.count) }) == [
                "GtfsAgency": 1, "GtfsStop": 416, "GtfsService": 4, "GtfsCalendarRule": 4, "GtfsCalendarDateRule": 9,
                "GtfsShape": 54, "GtfsRoute": 22, "GtfsTrip": 1_339, "GtfsStopTime": 37_790,
            ])
        #expect(summary.skips.isEmpty)
        #expect(summary.totalRows == 62_365)
        #expect(reports.contains { $0.phase == .checking && $0.isFinished && $0.bytes == $0.totalBytes })
        #expect(reports.last?.isFinished == true && reports.last?.bytes == reports.last?.totalBytes)
    }
}
