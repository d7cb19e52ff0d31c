import BrokerStorage
import Dispatch
import NGSILDModel
import NGSILDOperations

/// Where the going through of all series is.
struct RetentionSweep {
    var position: UInt64 = 0
    var isRunning = false
}

extension HistoryStore {
    /// Series taken from the store at once.
    private static let page = 200
    /// Nanoseconds of work after which other work gets its turn: temporal writes and long tails wait for it.
    private static let slice: UInt64 = 30_000_000
    /// Chunks of a series that are rolled up in one commit.
    private static let rolledChunks = 16

    /// Whether it is time to go through all series again: as often as `sweepSeconds` says, or twice within the shortest
    /// time that a policy keeps anything.
    func isSweepDue(at now: Timestamp) -> Bool {
        let shortest = tails.withLock { $0.rules.shortestKeep }
        let interval = shortest.map { min(configuration.sweepSeconds, Double($0) / 2) } ?? configuration.sweepSeconds
        return progress.withLock { progress in
            // A clock that was set back must not put it off.
            let latest = now.adding(seconds: interval)
            guard now >= progress.nextSweep || progress.nextSweep > latest else { return false }
            progress.nextSweep = latest
            return true
        }
    }

    /// Begins to go through all series, if a policy limits how long they are kept and nobody is at it. On `queue`.
    func beginSweep() {
        guard tails.withLock({ $0.rules.hasRetention }), !sweep.withLock({ $0.isRunning }) else { return }
        sweep.withLock { $0 = RetentionSweep(isRunning: true) }
        queue.async { [weak self] in self?.sweepSlice() }
    }

    /// Looks at series for a while, then lets others work ten times as long. On `queue`.
    private func sweepSlice() {
        let start = DispatchTime.now().uptimeNanoseconds
        let goesOn = isFollowing && sweepOnce()
        let nanoseconds = DispatchTime.now().uptimeNanoseconds - start
        if goesOn {
            queue.asyncAfter(deadline: .now() + .nanoseconds(Int(10 * nanoseconds))) { [weak self] in
                self?.sweepSlice()
            }
        } else {
            sweep.withLock { $0.isRunning = false }
        }
    }

    /// - Returns: whether there are series left.
    func sweepOnce() -> Bool {
        let end = DispatchTime.now().uptimeNanoseconds + Self.slice
        let rules = tails.withLock { $0.rules }
        do {
            let found = try keeping.storage.historySeries(
                after: sweep.withLock { $0.position }, limit: Self.page)
            let tenants = Set(keeping.tenantNames)
            for (position, key) in found {
                if tenants.contains(key.tenant), !key.isRolled { try retain(key, rules) }
                sweep.withLock { $0.position = position }
                if DispatchTime.now().uptimeNanoseconds > end { break }
            }
            if settled.withLock({ $0.count }) > SettledEntities.limit {
                writeTails(.everything)
                storeCursor()
            }
            guard let last = found.last else { return false }
            return found.count == Self.page || sweep.withLock { $0.position } != last.position
        } catch {
            configuration.onFailure("Old history could not be rolled up and will be tried again: \(error)")
            return false
        }
    }

    /// Rolls up and deletes what of a series is too old for its policy.
    private func retain(_ key: SeriesKey, _ rules: RecordingRules) throws {
        let types = try types(of: key)
        guard let policy = rules.policy(types: types, attribute: key.attribute), !policy.retention.isEmpty else {
            return
        }
        let now = configuration.clock()
        for (index, tier) in policy.retention.enumerated() {
            guard let keep = tier.keep else { break }
            let next = index + 1 < policy.retention.count ? policy.retention[index + 1].every : nil
            var limit = now.adding(seconds: -Double(keep)).microseconds
            // Whole periods only.
            if let next { limit -= (limit % Self.length(next) + Self.length(next)) % Self.length(next) }
            let source = tier.every.map(key.rolled) ?? key
            while try roll(source, before: limit, to: next.map { (key.rolled(every: $0), Self.length($0)) }) {}
        }
    }

    private static func length(_ seconds: Int) -> Int64 { Int64(seconds) * 1_000_000 }

    private func types(of key: SeriesKey) throws -> [TermID] {
        let present = keeping.presentTypes(id: key.entity, tenant: key.tenant)
        if !present.isEmpty { return present }
        if let entry = try directory.entry(tenant: key.tenant, id: key.entity) { return entry.types }
        let newest = try keeping.storage.historyChunks(key, from: .none, to: .none, newestFirst: true, limit: 1).first
        return newest.flatMap { decode($0) }?.types ?? []
    }

    /// Takes the oldest samples before a time out of a series, in one commit with the periods that they become.
    ///
    /// - Returns: whether there may be more.
    private func roll(
        _ source: SeriesKey, before limit: Int64, to target: (key: SeriesKey, length: Int64)?
    ) throws -> Bool {
        let page = try keeping.storage.historyChunks(
            source, from: .none, to: Timestamp(microseconds: limit - 1), newestFirst: false, limit: Self.rolledChunks)
        guard !page.isEmpty else { return false }
        // The replay after a crash must not bring back what is rolled up here.
        guard writeTails(.entity(tenant: source.tenant, id: source.entity)) else { return false }
        var chunks: [HistoryChunk] = []
        var old = SampleColumns()
        for chunk in try keeping.storage.historyChunks(
            source, from: .none, to: Timestamp(microseconds: limit - 1), newestFirst: false, limit: Self.rolledChunks)
        {
            guard let samples = decode(chunk) else {
                // An empty or damaged one.
                chunks.append(Self.emptied(chunk))
                continue
            }
            let end = samples.index(from: limit)
            old = old.merged(with: samples.slice(0..<end))
            chunks.append(Self.emptied(chunk))
            if end < samples.count { chunks += split(samples.slice(end..<samples.count), source) }
        }
        let through = tails.withLock { $0.absorbed }
        let settles = settled.withLock { $0.settle(tenant: source.tenant, entity: source.entity, through: through) }
        if let target, !old.isEmpty {
            let newest = try keeping.storage.newestHistoryChunks([target.key]).first ?? nil
            chunks += try self.chunks(
                for: target.key, adding: try periods(of: old, source, target), after: newest, replaces: false)
        }
        try commit(chunks, [settles])
        progress.withLock { $0.rolledSamples += old.count }
        return page.count == Self.rolledChunks
    }

    /// The periods that samples become, put together with those that are there.
    private func periods(
        of old: SampleColumns, _ source: SeriesKey, _ target: (key: SeriesKey, length: Int64)
    ) throws -> SampleColumns {
        var periods = old.rolled(every: target.length, isRolled: source.isRolled)
        guard let first = periods.first, let last = periods.last else { return SampleColumns() }
        var known: [Int64: RolledPeriod] = [:]
        var page = Timestamp(microseconds: first.start)
        while true {
            let chunks = try keeping.storage.historyChunks(
                target.key, from: page, to: Timestamp(microseconds: last.start), newestFirst: false, limit: 16)
            for chunk in chunks {
                for period in decode(chunk)?.rolled(every: target.length, isRolled: true) ?? [] {
                    known[period.start] = period
                }
            }
            guard chunks.count == 16, let end = chunks.last?.end else { break }
            page = Timestamp(microseconds: end.microseconds + 1)
        }
        for index in periods.indices {
            guard var whole = known[periods[index].start] else { continue }
            whole.add(periods[index])
            periods[index] = whole
        }
        return SampleColumns(periods, like: old)
    }
}
