import AirQuality
import NGSILDModel
import Testing

@testable import AirService

struct ForecastAlertTests {
    /// Issued at hour 100: 20, but 60 in hours 110 to 112 and 120; 10 around it.
    private let forecast: IssuedForecast = {
        let values = (101...148).map { (110...112).contains($0) || $0 == 120 ? 60.0 : 20 }
        return IssuedForecast(
            hour: 100, values: values, lower: values.map { $0 - 10 }, upper: values.map { $0 + 10 }, persistence: 20)
    }()

    private func judge(
        above limit: Double, within: Int = 48, _ bound: AlertRule.ForecastBound = .forecast, hours: Int = 1,
        now: Int = 100
    ) -> AlertJudge.Finding? {
        var rule = AlertRule(
            "urn:ngsi-ld:AirQualityAlertRule:1", .forecast(.pm25, above: limit, withinHours: within, bound: bound),
            clearBelow: limit, event: .init(english: "High", french: "Haut"))
        rule.raiseHours = hours
        return AlertJudge(rule: rule, indices: []).judge(forecast, now: ClockHour.end(now))
    }

    @Test func `hours above the threshold raise it, from the first to the last`() {
        #expect(judge(above: 50) == AlertJudge.Finding(onset: 110, last: 120, value: 60, peak: 60))
        #expect(judge(above: 60) == nil)
    }

    @Test func `only the hours within its reach and still to come count`() {
        #expect(judge(above: 50, within: 9) == nil)
        #expect(judge(above: 50, within: 10)?.last == 110)
        #expect(judge(above: 50, now: 111)?.onset == 112)
        #expect(judge(above: 50, now: 120) == nil)
    }

    @Test func `the ends of the interval can be looked at instead`() {
        #expect(judge(above: 55, .lower) == nil)
        #expect(judge(above: 65, .upper)?.peak == 70)
    }

    @Test func `so many hours in a row are needed as the rule says`() {
        #expect(judge(above: 50, hours: 3)?.onset == 110)
        #expect(judge(above: 50, hours: 3)?.last == 112)
        #expect(judge(above: 50, hours: 4) == nil)
    }
}
