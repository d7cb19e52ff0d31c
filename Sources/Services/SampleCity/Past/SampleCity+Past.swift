public import struct Foundation.Date

/// The town before anybody looked: what its entities would have reported. As they say at any moment what follows from it,
/// the past and the present are one course.
extension SampleCity {
    /// The entities that report, which are those that have a past: numbers from 0 to `reporterCount - 1`.
    public var reporterCount: Int { fleets.reduce(0) { $0 + $1.count } }

    /// Those of them that have an `earlierPast`.
    public var earlierReporters: [Range<Int>] {
        var first = 0
        return fleets.compactMap { fleet in
            defer { first += fleet.count }
            return fleet.earlierPast == nil ? nil : first..<first + fleet.count
        }
    }

    /// The last week of what measures, every five minutes, and the last day of what moves, every minute; without the report
    /// that `initialEntities` has at the same moment.
    ///
    /// - Cost: about 1 us for each value: a second for a town of scale 1.
    public func recentPast(of reporters: Range<Int>, before date: Date) -> [EntityPast] {
        let end = CityTime(date)
        return past(of: reporters) { fleet, index in
            let span = fleet.recentPast
            return Self.reports(of: fleet, index, span, from: span.start(before: end), to: end)
        }
    }

    /// A year of the air and the weather by the hour, up to where `recentPast` begins.
    public func earlierPast(of reporters: Range<Int>, before date: Date) -> [EntityPast] {
        let end = CityTime(date)
        return past(of: reporters) { fleet, index in
            guard let span = fleet.earlierPast else { return [] }
            let recent = CityTime(milliseconds: fleet.recentPast.start(before: end))
            let first = Self.report(of: fleet, index, at: recent.milliseconds)
            return Self.reports(of: fleet, index, span, from: span.start(before: end), to: recent).filter { $0 < first }
        }
    }

    private func past(of reporters: Range<Int>, _ reports: (any Fleet, Int) -> [Int64]) -> [EntityPast] {
        var pasts: [EntityPast] = []
        var first = 0
        for fleet in fleets {
            for index in reporters.clamped(to: first..<first + fleet.count) {
                let index = index - first
                var writer = EntityWriter(gathersPast: true)
                var previous: CityTime?
                for report in reports(fleet, index) {
                    let time = CityTime(milliseconds: report)
                    if let previous {
                        fleet.writeReport(index, at: time, previous: previous, to: &writer)
                    } else {
                        fleet.writeEntity(index, at: time, to: &writer)
                    }
                    previous = time
                }
                if let past = writer.finishPast() { pasts.append(past) }
            }
            first += fleet.count
        }
        return pasts
    }

    /// The times of an entity's reports, a step apart, each before the one that is its newest at `to`.
    private static func reports(of fleet: any Fleet, _ index: Int, _ span: PastSpan, from: Int64, to: CityTime)
        -> [Int64]
    {
        let newest = fleet.lastReport(index, at: to).milliseconds
        return stride(from: from, through: to.milliseconds, by: Int64.Stride(span.step))
            .map { report(of: fleet, index, at: $0) }.filter { $0 >= 0 && $0 < newest }
    }

    private static func report(of fleet: any Fleet, _ index: Int, at milliseconds: Int64) -> Int64 {
        fleet.lastReport(index, at: CityTime(milliseconds: milliseconds)).milliseconds
    }
}
