/// Turns a GTFS Schedule feed into entities of the Smart Data Models (dataModel.UrbanMobility).
///
/// The feed is read twice: the first time to check all of it, the second time to hand out entities. When the check
/// throws, nothing has been handed out.
public struct GTFSImport: Sendable {
    /// How entities are named, and which tables are left out.
    public struct Options: Sendable {
        /// The part of each entity id that tells feeds apart; `nil` takes the file's name without its ending.
        public var feed: String?
        /// Whether each row of stop_times.txt becomes a GtfsStopTime; it is most of a feed. Default true.
        public var includesStopTimes = true
        /// Entities in a batch, at most; default 1,000, the most that a broker takes.
        public var batchSize = 1_000
        /// URLs for the `@context` of each entity; none leaves the names to the default @context.
        public var context: [String] = []
        public var limits = ImportLimits()

        public init() {}
    }

    public let path: String
    public let options: Options

    /// - Parameter path: A zip file, or the directory it unpacks to.
    public init(path: String, options: Options = Options()) {
        self.path = path
        self.options = options
    }

    /// The part of the entity ids that names the feed.
    public var feedName: String {
        if let feed = options.feed { return feed }
        let file = path.split(separator: "/").last.map(String.init) ?? path
        return file.lowercased().hasSuffix(".zip") ? String(file.dropLast(4)) : file
    }

    /// Reads and checks the whole feed and hands out nothing.
    ///
    /// - Returns: What an import would read and leave out; its entity counts are empty.
    public func check(
        clock: some Clock<Duration> = ContinuousClock(), progress: ImportProgress.Handler? = nil
    ) throws(ImportError) -> ImportSummary {
        let feed = try GTFSFeed(path: path, limits: options.limits)
        let meter = self.meter(for: feed, clock: clock, handler: progress)
        return try checked(feed, meter).summary
    }

    /// Checks the feed, then hands out its entities batch by batch, in an order in which references point back.
    ///
    /// - Parameters:
    ///   - progress: Called at most every 200 ms.
    ///   - sink: Takes a batch; the next one is made when it returns. What it throws ends the import.
    /// - Returns: What was read, handed out, and left out and why.
    /// - Throws: `ImportError` before the first batch, or the sink's error.
    public nonisolated(nonsending) func run(
        clock: some Clock<Duration> = ContinuousClock(), progress: ImportProgress.Handler? = nil,
        sink: (EntityBatch) async throws -> Void
    ) async throws -> ImportSummary {
        let feed = try GTFSFeed(path: path, limits: options.limits)
        let meter = self.meter(for: feed, clock: clock, handler: progress)
        let check = try checked(feed, meter)
        var summary = check.summary
        let entities = GTFSEntities(feed: feed, index: check.index, options: options, meter: meter)
        meter.begin(.importing)
        while let batch = try entities.next() { try await sink(batch) }
        meter.finishPhase()
        for (type, count) in entities.counts { summary.emitted(count, type: type) }
        return summary
    }

    private func checked(_ feed: GTFSFeed, _ meter: ProgressMeter) throws(ImportError) -> GTFSCheck {
        meter.begin(.checking)
        var check = GTFSCheck(feed: feed, name: feedName, limits: options.limits, meter: meter)
        try check.run()
        meter.finishPhase()
        return check
    }

    private func meter(
        for feed: GTFSFeed, clock: some Clock<Duration>, handler: ImportProgress.Handler?
    ) -> ProgressMeter {
        let bytes = GTFSTable.allCases.reduce(0) { $0 + feed.bytes(of: $1) }
        return ProgressMeter(totalBytes: bytes, clock: clock, handler: handler)
    }
}
