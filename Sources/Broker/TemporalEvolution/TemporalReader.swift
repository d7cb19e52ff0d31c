import BrokerStorage
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// Collects the instances that one request selects, as many as fit in an answer.
///
/// Invariants:
/// 1. `collected` holds at most about twice `instanceLimit` instances: when there are more, those beyond the time at
///    which the limit is reached go, in the direction of pagination (clause 6.3.10), for all series alike. A series
///    that has none left stays, empty.
struct TemporalReader {
    private let history: HistoryStore
    private let selection: TemporalSelection
    private let scope: TermID?
    private let effort: TemporalEffort
    /// The last time, in the direction of pagination, that the answer reaches; `nil` while everything fits.
    private(set) var cut: Int64?
    private(set) var collected: [(entity: TemporalHead, series: [(SeriesKey, SampleColumns)])] = []
    private var count = 0
    /// The attributes of the entity under way that the caller reaches; `nil`: all.
    var reached: Set<TermID>?

    init(_ history: HistoryStore, _ selection: TemporalSelection, _ effort: TemporalEffort) {
        self.history = history
        self.selection = selection
        self.effort = effort
        scope = history.scopeTerm
    }

    private var newestFirst: Bool { selection.times.lastN != nil }

    /// The series of an entity that the selection shows; that of its scope as well.
    func series(of entity: KnownEntity) -> [SeriesKey] {
        entity.series.filter { key in
            if key.attribute == scope { return selection.showsScope }
            guard selection.shows(key.attribute), reached?.contains(key.attribute) ?? true else { return false }
            return selection.datasets?.contains(key.dataset.isEmpty ? "@none" : key.dataset) ?? true
        }
    }

    func isScope(_ series: SeriesKey) -> Bool { series.attribute == scope }

    /// The selected instances of a series, in the order of the answer.
    ///
    /// - Parameter periods: where given, only instances within one of them.
    mutating func samples(
        of series: SeriesKey, _ entity: KnownEntity, within periods: [Range<Int64>]? = nil
    ) throws -> SampleColumns {
        let most = min(selection.times.lastN ?? .max, history.configuration.instanceLimit + 1)
        var found = GatheredSamples()
        let holder = isScope(series) && !selection.after.isSet ? try scopeAtStart(series, entity) : nil
        if let holder, !newestFirst { found.take(holder, 0) }
        try visit(series, of: entity, within: isScope(series) ? nil : periods) { samples, index in
            found.take(samples, index)
            return found.columns.count < most
        }
        if let holder, newestFirst, found.columns.count < most { found.take(holder, 0) }
        return found.columns
    }

    /// Visits all selected instances of a series, however many there are, some at a time.
    ///
    /// - Parameters:
    ///   - count: how many at most are in memory at once.
    ///   - body: answers whether to go on.
    mutating func visitParts(
        of series: SeriesKey, _ entity: KnownEntity, within periods: [Range<Int64>]?, count: Int,
        _ body: (SampleColumns) throws -> Bool
    ) throws {
        var found = GatheredSamples()
        try visit(series, of: entity, within: periods) { samples, index in
            found.take(samples, index)
            guard found.columns.count == count else { return true }
            defer { found = GatheredSamples() }
            return try body(found.columns)
        }
        if !found.columns.isEmpty { _ = try body(found.columns) }
    }

    /// The scope that was set before the time asked for and holds at its start (C.5.16).
    private func scopeAtStart(_ series: SeriesKey, _ entity: KnownEntity) throws -> SampleColumns? {
        let bounds = selection.times.bounds
        guard selection.times.property == .observedAt, bounds.from.isSet else { return nil }
        let before = Timestamp(microseconds: bounds.from.microseconds - 1)
        guard let last = try history.lastSample(of: series, in: entity, before: before) else { return nil }
        return last.flags(0).contains(.isDeletion) ? nil : last
    }

    /// Visits the selected instances of a series.
    mutating func visit(
        _ series: SeriesKey, of entity: KnownEntity, within periods: [Range<Int64>]? = nil,
        _ body: (SampleColumns, Int) throws -> Bool
    ) throws {
        let times = selection.times
        var (from, to) = times.property == .observedAt ? times.bounds : (.none, .none)
        if let span = selection.span {
            from = from.isSet ? max(from, span.lowerBound) : span.lowerBound
            to = to.isSet ? min(to, span.upperBound) : span.upperBound
        }
        if selection.after.isSet, !newestFirst {
            let next = Timestamp(microseconds: selection.after.microseconds + 1)
            from = from.isSet ? max(from, next) : next
        }
        if let cut {
            if newestFirst {
                from = from.isSet ? max(from, Timestamp(microseconds: cut)) : Timestamp(microseconds: cut)
            } else {
                to = to.isSet ? min(to, Timestamp(microseconds: cut)) : Timestamp(microseconds: cut)
            }
        }
        // Samples stand in the order of another time than that asked for, so that all have to be looked at.
        func isPassedOver(_ chunk: ChunkTimes) -> Bool {
            if times.property == .observedAt || chunk.hasAny(of: times) { return false }
            // The first instance of what is not passed over ends a request that goes too far.
            return effort.canPassOver(chunk.count)
        }
        try history.visit(
            series, of: entity, from: from, to: to, newestFirst: newestFirst, unless: isPassedOver
        ) { samples, index in
            try effort.lookAtInstance()
            if let periods, !periods.contains(where: { $0.contains(samples.times[index]) }) { return true }
            return times.contains(samples.times(of: index)[times.property]) ? try body(samples, index) : true
        }
    }

    mutating func add(_ entity: TemporalHead, _ series: [(SeriesKey, SampleColumns)]) {
        collected.append((entity, series))
        count += series.reduce(0) { $0 + $1.1.count }
        if count > history.configuration.instanceLimit { shorten() }
    }

    private mutating func shorten() {
        var times = collected.flatMap { $0.series.flatMap(\.1.times) }
        if newestFirst { times.sort(by: >) } else { times.sort() }
        let limit = max(1, history.configuration.instanceLimit)
        guard times.count > limit else { return }
        let last = times[limit - 1]
        cut = last
        count = 0
        for entity in collected.indices {
            for series in collected[entity].series.indices {
                let samples = collected[entity].series[series].1
                let kept = samples.times.firstIndex { newestFirst ? $0 < last : $0 > last } ?? samples.count
                collected[entity].series[series].1 = kept == 0 ? samples.withoutSamples() : samples.slice(0..<kept)
                count += kept
            }
        }
    }

    /// The part of the time that a shortened answer covers, in the direction of pagination.
    var partialRange: (start: Timestamp, end: Timestamp)? {
        guard let cut else { return nil }
        let end = Timestamp(microseconds: cut)
        let times = collected.flatMap { $0.series.flatMap(\.1.times) }
        let query = selection.times
        if newestFirst {
            let newest = Timestamp(microseconds: times.max() ?? cut)
            switch query.relation {
            case .before: return (query.timeAt, end)
            case .between: return (query.endTimeAt, end)
            default: return (newest, end)
            }
        }
        let oldest = Timestamp(microseconds: times.min() ?? cut)
        let startsAtQuery = (query.relation == .after || query.relation == .between) && !selection.after.isSet
        return (startsAtQuery ? query.timeAt : oldest, end)
    }
}

/// Samples picked from the columns of several chunks, put into columns of their own.
private struct GatheredSamples {
    private(set) var columns = SampleColumns()
    private var map: [Int: Int] = [:]
    private var source: [[UInt8]] = []

    mutating func take(_ samples: SampleColumns, _ index: Int) {
        if source != samples.templates {
            source = samples.templates
            map = [:]
        }
        if columns.isEmpty { columns.types = samples.types }
        columns.append(index, of: samples, map: &map)
    }
}

/// What is known of an entity beside its instances.
struct TemporalHead {
    let id: String
    let types: [TermID]
    var scopes: [String]
    var createdAt = Timestamp.none
    var modifiedAt = Timestamp.none
}

extension InstanceTimes {
    subscript(property: TemporalQuery.TimeProperty) -> Timestamp {
        switch property {
        case .observedAt: observedAt
        case .createdAt: createdAt
        case .modifiedAt: modifiedAt
        case .deletedAt: deletedAt
        }
    }
}
