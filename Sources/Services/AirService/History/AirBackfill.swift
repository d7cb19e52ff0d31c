public import AirQuality
public import NGSILDModel

/// Computes indices of all that the history has, in bulk.
///
/// Stations are read a span of time at a time, so that memory stays bounded (about 60 bytes for each hour of a station in
/// the span, 250 MB at most); quality control and running means go on from span to span. The same history always gives
/// the same results, so doing it again changes nothing.
public struct AirBackfill: Sendable {
    /// What is computed.
    public struct Options: Sendable {
        public var indices: [AirQualityIndex] = [.european]
        /// The first and the last instant of the results; `nil`: all there is.
        public var from: Timestamp?
        public var to: Timestamp?
        public init() {}
    }

    /// What was done.
    public struct Summary: Sendable, Equatable {
        public var stations = 0
        public var hours = 0
        public var results = 0
        /// Results that an index withholds for want of data.
        public var withheld = 0
    }

    private let source: any BackfillSource
    private let options: Options

    /// Hours of stations in memory at once.
    private static let cellLimit = 4_000_000
    /// Stations whose results are computed at the same time.
    private static let width = 2

    /// Computes the indices of the stations that a source has.
    public init(_ source: any BackfillSource, options: Options) {
        self.source = source
        self.options = options
    }

    /// - Parameters:
    ///   - progress: gets how far it is, 0 to 1, whenever another hundredth is done.
    ///   - write: makes columns durable.
    public func run(
        progress: (Double) -> Void = { _ in },
        write: @escaping @Sendable ([IndexColumns]) async throws -> Void
    ) async throws -> Summary {
        var summary = Summary()
        let found = try await source.stations().sorted { $0.id < $1.id }
        guard let first = found.map({ ClockHour.holding($0.first) }).min(),
            let last = found.map({ ClockHour.holding($0.last) }).max()
        else { return summary }
        summary.stations = found.count
        let editions = options.indices.map { AirQualityIndexEdition.inForce($0) }
        var stations = found.map { BackfillStation($0, editions) }
        BackfillStation.findNeighbours(&stations)
        let wanted = (options.from.map(ClockHour.holding) ?? .min)...(options.to.map(ClockHour.holding) ?? .max)
        // Quality control learns from what came before the first result wanted: four weeks of it.
        let start = max(first, wanted.lowerBound == .min ? first : wanted.lowerBound - 672)
        let end = min(last, wanted.upperBound)
        let span = max(24, Self.cellLimit / max(1, stations.count))
        var hour = start
        var told = 0
        while hour <= end {
            let hours = hour...min(end, hour + span - 1)
            let before = hour - start
            try await read(&stations, hours)
            let block = stations.map(\.block)
            var next: [Int: BackfillStation] = [:]
            try await withThrowingTaskGroup(of: (Int, BackfillStation).self) { group in
                var waiting = Array(stations.enumerated())[...]
                func add() {
                    guard let (place, station) = waiting.popFirst() else { return }
                    group.addTask {
                        var station = station
                        station.compute(hours, wanted, block)
                        try await write(station.takeResults())
                        return (place, station)
                    }
                }
                for _ in 0..<Self.width { add() }
                while let (place, station) = try await group.next() {
                    next[place] = station
                    let done = Double(before) + Double(hours.count) * Double(next.count) / Double(stations.count)
                    let share = done / Double(end - start + 1)
                    if Int(share * 100) > told {
                        told = Int(share * 100)
                        progress(share)
                    }
                    add()
                }
            }
            for (place, station) in next { stations[place] = station }
            hour = hours.upperBound + 1
        }
        for station in stations {
            summary.hours += station.hours
            summary.results += station.results
            summary.withheld += station.withheld
        }
        return summary
    }

    // MARK: - Values

    private func read(_ stations: inout [BackfillStation], _ hours: ClosedRange<Int>) async throws {
        let (from, to) = (ClockHour.start(hours.lowerBound), ClockHour.end(hours.upperBound))
        var blocks: [Int: HourBlock] = [:]
        try await withThrowingTaskGroup(of: (Int, HourBlock).self) { group in
            var waiting = Array(stations.enumerated())[...]
            func add() {
                guard let (place, station) = waiting.popFirst() else { return }
                group.addTask { [source] in
                    var block = HourBlock(hours)
                    for reading in try await source.readings(of: station.found, from: from, to: to) {
                        block.add(reading)
                    }
                    return (place, block)
                }
            }
            for _ in 0..<Self.width { add() }
            while let (place, block) = try await group.next() {
                blocks[place] = block
                add()
            }
        }
        for (place, block) in blocks { stations[place].block = block }
    }
}
