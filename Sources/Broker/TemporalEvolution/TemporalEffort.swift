import NGSILDModel

/// What one request may do on its way through the history, whatever it looks for and finds, and only until the store is
/// stopped. Counted in instances, so that a request is refused at the same point however busy the machine is.
final class TemporalEffort {
    /// How many instances are passed over in the time that a look at one takes, 0.2 us.
    private static let passedOverPerInstance = 4
    /// How many instances count as much as to find out what is known of an entity. That takes some 100 us, more than these;
    /// but a city of 100,000 entities has to be within what one request may do.
    private static let instancesPerEntity = 300

    private let history: HistoryStore
    private let limit: Int
    private var left: Int
    private var entities = 0

    /// - Parameter history: where the limit, in instances, is configured.
    init(in history: HistoryStore) {
        self.history = history
        limit = history.configuration.scanLimit
        left = limit
    }

    /// - Throws: `tooComplexQuery` where that is one too many; `unavailable` once the store is stopped.
    func lookAtInstance() throws(NGSILDError) { try spend(1) }

    /// - Throws: as `lookAtInstance`.
    func lookAtEntity() throws(NGSILDError) {
        entities += 1
        try spend(Self.instancesPerEntity)
    }

    /// Whether so many instances may be passed over by their times.
    func canPassOver(_ count: Int) -> Bool {
        left -= max(1, count / Self.passedOverPerInstance)
        return left >= 0
    }

    private func spend(_ cost: Int) throws(NGSILDError) {
        try history.refuseWhileStopping()
        left -= cost
        if left >= 0 { return }
        let among = entities > 1 ? " among \(entities) entities that had to be looked at" : ""
        throw .tooComplexQuery(
            "The request goes through more of the history than \(limit) instances take\(among); ask for fewer entities (by type, id or idPattern), fewer attributes or a shorter time"
        )
    }
}
