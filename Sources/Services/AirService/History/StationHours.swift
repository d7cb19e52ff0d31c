import AirQuality
import JSONTree
import NGSILDModel
import ServiceRuntime

/// Hourly means of one station over a span of hours, NaN where there is none.
///
/// Of pollutants there are the means that quality control lets pass, of hours that are complete enough.
struct StationHours: Sendable {
    let hours: ClosedRange<Int>
    /// One column for each pollutant, in their order.
    fileprivate var columns: [[Double]]
    /// Means of other numbers, such as the weather, by the last part of their names.
    fileprivate(set) var others: [String: [Double]] = [:]

    init(_ hours: ClosedRange<Int>) {
        self.hours = hours
        columns = Pollutant.allCases.map { _ in [Double](repeating: .nan, count: hours.count) }
    }

    /// All hours of a pollutant.
    func values(_ pollutant: Pollutant) -> [Double] { columns[Int(pollutant.rawValue)] }

    subscript(pollutant: Pollutant, hour: Int) -> Double {
        get { hours.contains(hour) ? columns[Int(pollutant.rawValue)][hour - hours.lowerBound] : .nan }
        set { if hours.contains(hour) { columns[Int(pollutant.rawValue)][hour - hours.lowerBound] = newValue } }
    }

    /// These hours with newer ones over and behind them, cut to a span.
    func joined(_ news: StationHours, keeping span: ClosedRange<Int>) -> StationHours {
        var joined = StationHours(span)
        func fill(_ values: inout [Double], _ source: [Double], _ from: ClosedRange<Int>) {
            let (first, last) = (max(from.lowerBound, span.lowerBound), min(from.upperBound, span.upperBound))
            guard first <= last else { return }
            for hour in first...last {
                values[hour - span.lowerBound] = source[hour - from.lowerBound]
            }
        }
        for place in columns.indices {
            fill(&joined.columns[place], columns[place], hours)
            fill(&joined.columns[place], news.columns[place], news.hours)
        }
        for name in Set(others.keys).union(news.others.keys) {
            var values = [Double](repeating: .nan, count: span.count)
            if let former = others[name] { fill(&values, former, hours) }
            if let newer = news.others[name] { fill(&values, newer, news.hours) }
            joined.others[name] = values
        }
        return joined
    }

    /// Takes other numbers from elsewhere, over what is here.
    mutating func take(_ names: Set<String>, from other: StationHours) {
        for name in names {
            guard let values = other.others[name] else { continue }
            others[name] = hours.map { hour in
                other.hours.contains(hour) ? values[hour - other.hours.lowerBound] : .nan
            }
        }
    }

    /// The hours from the first that has a value of a pollutant on.
    var fromFirstValue: StationHours {
        let first = (0..<hours.count).first { place in
            columns.contains { $0[place].isFinite }
        }
        guard let first, first > 0 else { return self }
        return joined(self, keeping: hours.lowerBound + first...hours.upperBound)
    }
}

extension EntityHistory {
    /// Which attributes of a station are read.
    struct Terms: Sendable {
        var pollutants: [TermID: Pollutant] = [:]
        var others: [TermID: String] = [:]
        /// The quality marks of results; `nil` where no entity has any.
        var marks: TermID?

        init(_ context: TermContext) { marks = context.knownTerm("qualityMarks") }

        var all: Set<TermID> { Set(pollutants.keys).union(others.keys) }
    }

    /// Hours read at once, so that memory stays bounded also where stations measure every minute.
    private static let span = 744

    /// The hourly means of a station.
    ///
    /// - Parameter result: The result entity of the station, whose quality marks say what is left out.
    /// - Cost: each value in the span is read once.
    func hours(
        of station: StationKey, _ hours: ClosedRange<Int>, _ terms: Terms, result: String?
    ) async throws(NGSILDError) -> StationHours {
        var found = StationHours(hours)
        var first = hours.lowerBound
        while first <= hours.upperBound, !Task.isCancelled {
            let part = first...min(hours.upperBound, first + Self.span - 1)
            try await read(part, of: station, terms, into: &found)
            if let result { try await leaveOutMarked(part, terms.marks, result, station.tenant, &found) }
            first = part.upperBound + 1
        }
        return found
    }

    private func read(
        _ part: ClosedRange<Int>, of station: StationKey, _ terms: Terms, into found: inout StationHours
    ) async throws(NGSILDError) {
        // How complete an hour is, the day before it says.
        let lead = part.lowerBound - 23
        var block = HourBlock(lead...part.upperBound)
        var sums: [TermID: [(sum: Double, count: Int)]] = [:]
        let instances = try await instances(
            of: station.id, terms.all, tenant: station.tenant, from: ClockHour.start(lead),
            to: ClockHour.end(part.upperBound))
        for attribute in instances {
            for root in attribute.instances.roots {
                if let pollutant = terms.pollutants[attribute.name] {
                    if let reading = AirReading(pollutant, attribute.instances, root) { block.add(reading) }
                } else {
                    let node = attribute.instances.nodes[root]
                    let hour = ClockHour.holding(node.historyTime)
                    guard node.datasetLength == 0, node.flags.contains(.isNumber), node.number.isFinite,
                        part.contains(hour)
                    else { continue }
                    let place = hour - part.lowerBound
                    sums[attribute.name, default: Array(repeating: (0, 0), count: part.count)][place].sum += node.number
                    sums[attribute.name]?[place].count += 1
                }
            }
        }
        let offset = part.lowerBound - found.hours.lowerBound
        for pollutant in Set(terms.pollutants.values) {
            for hour in part {
                found[pollutant, hour] = block.completeMean(pollutant, hour)
            }
        }
        for (term, sums) in sums {
            guard let name = terms.others[term] else { continue }
            var values = found.others[name] ?? [Double](repeating: .nan, count: found.hours.count)
            for (place, one) in sums.enumerated() where one.count > 0 {
                values[offset + place] = one.sum / Double(one.count)
            }
            found.others[name] = values
        }
    }

    /// Takes out what quality control marked; a drift alone makes no value unusable.
    private func leaveOutMarked(
        _ part: ClosedRange<Int>, _ marks: TermID?, _ result: String, _ tenant: String, _ found: inout StationHours
    ) async throws(NGSILDError) {
        guard let term = marks else { return }
        let instances = try await instances(
            of: result, [term], tenant: tenant, from: ClockHour.start(part.lowerBound),
            to: ClockHour.end(part.upperBound))
        for attribute in instances {
            for root in attribute.instances.roots {
                let hour = ClockHour.holding(attribute.instances.nodes[root].historyTime)
                guard part.contains(hour),
                    let document = try? JSONDocument(parsing: attribute.instances.valueText(of: root)),
                    document.isArray(document.root)
                else { continue }
                for mark in document.elements(document.root) {
                    guard let text = document.string(mark), let marked = IndexEntity.marked(text) else { continue }
                    found[marked, hour] = .nan
                }
            }
        }
    }
}

extension IndexEntity {
    /// The pollutant that a quality mark makes unusable; `nil` for a drift, and for what is no mark.
    static func marked(_ text: String) -> Pollutant? {
        let parts = text.split(separator: ": ", maxSplits: 2)
        guard parts.count >= 2, let check = QualityMark.Check(rawValue: String(parts[0])), check != .drift else {
            return nil
        }
        return Pollutant(name: parts[1])
    }
}
