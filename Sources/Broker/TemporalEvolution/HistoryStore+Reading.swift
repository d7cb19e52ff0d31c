import BrokerStorage
import NGSILDModel
import NGSILDQuery

extension HistoryStore {
    private static let chunkPage = 16

    /// The series of an entity that have or had samples.
    func series(tenant: String, entity: String) throws -> [SeriesKey] {
        let waiting = tails.withLock { $0.series(tenant: tenant, entity: entity) }
        let stored = try keeping.storage.historySeries(tenant: tenant, entity: entity)
        return waiting.union(stored).sorted { ($0.attribute, $0.dataset) < ($1.attribute, $1.dataset) }
    }

    /// Visits the samples of a series between two times, both inclusive and `.none` for an open end, in order.
    ///
    /// - Parameter visit: gets columns and an index in them; answers whether to go on.
    func visit(
        _ series: SeriesKey, from: Timestamp = .none, to: Timestamp = .none, newestFirst: Bool,
        _ visit: (SampleColumns, Int) throws -> Bool
    ) throws {
        // Tails before chunks: what moves from one to the other in between is seen twice, not missed.
        let tail = tails.withLock { $0.samples(of: series) }
        let low = from.isSet ? from.microseconds : .min
        let high = to.isSet ? to.microseconds : .max
        var waiting = tail.times.indices.filter { tail.times[$0] >= low && tail.times[$0] <= high }[...]
        /// Visits the tail's samples that come before a stored one; those at its time take its place.
        func visitTail(before time: Int64?) throws -> (goesOn: Bool, replaced: Bool) {
            while let index = newestFirst ? waiting.last : waiting.first {
                let own = tail.times[index]
                if let time, newestFirst ? own < time : own > time { break }
                if newestFirst { waiting.removeLast() } else { waiting.removeFirst() }
                if try !visit(tail, index) { return (false, true) }
                if own == time { return (true, true) }
            }
            return (true, false)
        }
        var (pageFrom, pageTo) = (from, to)
        while true {
            let page = try keeping.storage.historyChunks(
                series, from: pageFrom, to: pageTo, newestFirst: newestFirst, limit: Self.chunkPage)
            for chunk in page {
                guard let samples = decode(chunk) else { continue }
                for index in newestFirst ? Array(samples.times.indices.reversed()) : Array(samples.times.indices) {
                    let time = samples.times[index]
                    if time < low || time > high { continue }
                    let (goesOn, replaced) = try visitTail(before: time)
                    if !goesOn { return }
                    if !replaced, try !visit(samples, index) { return }
                }
            }
            guard page.count == Self.chunkPage, let last = page.last else { break }
            if newestFirst {
                pageTo = Timestamp(microseconds: last.start.microseconds - 1)
            } else {
                pageFrom = Timestamp(microseconds: max(last.end, last.start).microseconds + 1)
            }
        }
        _ = try visitTail(before: nil)
    }

    /// The newest sample of a series up to a time, alone; `nil` when there is none.
    func lastSamples(of series: SeriesKey, before time: Timestamp) throws -> SampleColumns? {
        var found: SampleColumns?
        try visit(series, to: time, newestFirst: true) { samples, index in
            found = samples.slice(index..<index + 1)
            return false
        }
        return found
    }

    /// Whether a history of the entity is known.
    func knows(tenant: String, entity: String) throws -> Bool {
        if directory.entry(tenant: tenant, id: entity) != nil { return true }
        for key in try series(tenant: tenant, entity: entity) {
            if tails.withLock({ !$0.samples(of: key).isEmpty }) { return true }
            let chunks = try keeping.storage.historyChunks(key, from: .none, to: .none, newestFirst: true, limit: 8)
            if chunks.contains(where: { $0.count > 0 }) { return true }
            if chunks.count == 8, try lastSamples(of: key, before: .none) != nil { return true }
        }
        return false
    }
}
