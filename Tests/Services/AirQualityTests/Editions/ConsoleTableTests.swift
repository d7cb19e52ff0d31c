import Foundation
import Testing

@testable import AirQuality

/// The console's page of the air has tables of its own (Sources/Web/CityConsole/Site/js); they must be these.
struct ConsoleTableTests {
    private static func script(_ name: String) throws -> String {
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        let path = "../../../../Sources/Web/CityConsole/Site/js/\(name)"
        return try String(contentsOf: here.appending(path: path).standardizedFileURL, encoding: .utf8)
    }

    @Test(arguments: [
        (AirQualityIndex.european, "european"), (.unitedStates, "american"), (.china, "chinese"),
        (.unitedKingdom, "british"), (.india, "indian"),
    ])
    func `the console's categories are those of the edition in force`(index: AirQualityIndex, table: String) throws {
        let script = try Self.script("airindex.js")
        let start = try #require(script.range(of: "const \(table) = ["))
        let end = try #require(script.range(of: "];", range: start.upperBound..<script.endIndex))
        // A remark behind ¦ tells translators which meaning it has.
        let row = /\[(\d+|Infinity), t`([^`¦]+)(?:¦[^`]*)?`, "(#[0-9A-F]{6})"\]/
        let seen = script[start.upperBound..<end.lowerBound].matches(of: row).map {
            [$0.1 == "Infinity" ? String(Int.max) : String($0.1), String($0.2), String($0.3)]
        }
        let wanted = AirQualityIndexEdition.inForce(index).categories.map { [String($0.upTo), $0.name, $0.colour] }
        #expect(seen == wanted)
        #expect(script.contains("[\"\(index.rawValue)\", {"))
    }

    @Test func `the console's limits of a day are among the standards`() throws {
        let rows = try Self.script("airlimits.js").matches(
            of: /\["(EU [\d\/]+|WHO 2021)", "([a-z0-9]+)", (\d+), (\d+), "(mean|hour)"\]/)
        #expect(rows.count > 15)
        for row in rows {
            let metric: AirQualityStandard.Metric = row.5 == "mean" ? .dailyMean : .hour
            let limit = try #require(Double(row.3))
            let allowed = try #require(Int(row.4))
            #expect(
                AirQualityStandard.all.contains {
                    $0.body.rawValue == row.1 && "\($0.pollutant)" == row.2 && $0.limit == limit
                        && $0.allowed == allowed && $0.metric == metric
                }, "\(row.0)")
        }
    }
}
