import Testing

@testable import AirQuality

/// A table as its document prints it, written down a second time and apart from the sources, and what follows from it
/// by whole-number arithmetic.
struct PublishedTable: Sendable, CustomTestStringConvertible {
    let edition: AirQualityIndexEdition
    let pollutant: Pollutant
    let averaging: AveragingPeriod
    let report: IndexReport
    let unit: ConcentrationUnit

    init(
        _ edition: AirQualityIndexEdition, _ pollutant: Pollutant, _ averaging: AveragingPeriod,
        _ unit: ConcentrationUnit = .microgramsPerCubicMetre, _ report: IndexReport = .current
    ) {
        self.edition = edition
        self.pollutant = pollutant
        self.averaging = averaging
        self.report = report
        self.unit = unit
    }

    var testDescription: String { "\(edition.id) \(pollutant.name) \(averaging) \(report)" }

    func index(at concentration: Double) -> Int? {
        edition.subIndex(
            of: pollutant, at: concentration, on: ConcentrationScale(unit, at: edition.conditions),
            averaging: averaging, report: report)?.value
    }
}
