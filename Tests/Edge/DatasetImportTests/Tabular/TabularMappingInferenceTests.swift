import Testing

@testable import DatasetImport

struct TabularMappingInferenceTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func series(_ table: String, name: String = "t.csv") async throws -> [String: [String: [Double?]]] {
        let path = try folder.write(name, table)
        let mapping = try TabularMapping.inferred(from: path)
        var found: [String: [String: [Double?]]] = [:]
        _ = try await TabularImport(files: [path], mapping: mapping).run {
            guard case .history(let chunk) = $0 else { return }
            for one in chunk.series {
                found[chunk.entityID, default: [:]][one.attribute, default: []] += (0..<one.count).map {
                    one.number($0)
                }
            }
        }
        return found
    }

    @Test func `dates in parts, a station column, numbers and compass points are found`() async throws {
        let found = try await series(
            """
            No,year,month,day,hour,PM2.5,wd,remark,station
            1,2013,3,1,0,4,NNW,clear,North
            2,2013,3,1,1,NA,E,clear,North
            3,2013,3,1,0,7.5,NA,,South
            """)
        #expect(
            found == [
                "urn:ngsi-ld:AirQualityObserved:North": ["PM2.5": [4], "wd": [337.5, 90]],
                "urn:ngsi-ld:AirQualityObserved:South": ["PM2.5": [7.5]],
            ])
    }

    @Test func `a column of ISO times, odd names, and the file's name as station`() async throws {
        let found = try await series(
            """
            Date Time,"NO2 (ug/m3)","a ""b"": c"
            2024-01-01T00:00:00Z,12,1
            2024-01-01T01:00:00Z,-999,2
            """, name: "quay.csv")
        #expect(found == ["urn:ngsi-ld:AirQualityObserved:quay": ["NO2ug/m3": [12], "ab:c": [1, 2]]])
    }

    @Test func `longitude and latitude become the location`() async throws {
        let path = try folder.write("t.csv", "site,time,lon,lat,pm10\nA,2024-01-01T00:00:00Z,2.35,48.85,9\n")
        let mapping = try TabularMapping.inferred(from: path)
        #expect(mapping.attributes.map(\.name) == ["location", "pm10"])
    }

    @Test func `a table without a time is refused with its columns`() async throws {
        let path = try folder.write("t.csv", "site,pm10\nA,9\n")
        #expect(throws: ImportError.self) { try TabularMapping.inferred(from: path) }
    }
}
