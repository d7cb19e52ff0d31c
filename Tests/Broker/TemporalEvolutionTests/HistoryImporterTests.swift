import NGSILDModel
import NGSILDOperations
import Testing

@testable import TemporalEvolution

@Suite struct HistoryImporterTests {
    private static func group(_ city: TestCity, _ values: Range<Int>) throws -> HistoryGroup {
        var group = HistoryGroup(
            entityID: "urn:ngsi-ld:Station:1", types: [try city.term("Station")], attribute: try city.term("PM25"),
            unitCode: "GQ")
        for value in values {
            group.append("\(value).5".utf8, at: Timestamp(microseconds: Int64(value) * 3_600_000_000))
        }
        return group
    }

    private static func bringIn(_ groups: [HistoryGroup], _ city: TestCity) async throws {
        let result: Result<Void, NGSILDError> = await withCheckedContinuation { continuation in
            do throws(NGSILDError) {
                try HistoryImporter(city.history).bringIn(groups, tenant: "", on: ImmediateReplyScheduler()) {
                    continuation.resume(returning: $0)
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        try result.get()
    }

    @Test func `values come in as full chunks and once only`() async throws {
        let city = try TestCity()
        for _ in 0..<2 { try await Self.bringIn([try Self.group(city, 0..<2_000)], city) }
        #expect(try city.chunks("urn:ngsi-ld:Station:1", "PM25").map(\.count) == [512, 512, 512, 464])
        let values = try await city.values("urn:ngsi-ld:Station:1", "PM25")
        #expect(values == (0..<2_000).map { "\($0).5" })
        let page = try await city.retrieve("urn:ngsi-ld:Station:1").get()
        let forest = page.entities[0].attributes[0].instances
        #expect(String(decoding: forest.bytes[forest.nodes[0].head], as: UTF8.self).contains(#""unitCode":"GQ""#))
    }

    @Test(arguments: ["", "NaN", "abc", "{", "1 2"]) func `a value that is not JSON is refused whole`(value: String)
        async throws
    {
        let city = try TestCity()
        var group = try Self.group(city, 0..<3)
        group.append(value.utf8, at: Timestamp(microseconds: 0))
        await #expect(throws: NGSILDError.self) { try await Self.bringIn([group], city) }
        #expect(try city.chunks("urn:ngsi-ld:Station:1", "PM25").isEmpty)
    }
}
