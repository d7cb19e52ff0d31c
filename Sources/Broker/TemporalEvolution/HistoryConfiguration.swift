public import NGSILDModel

/// How history is kept.
public struct HistoryConfiguration: Sendable {
    /// Whether changes of entities are recorded.
    public var isRecording = true
    /// Seconds after which a sample is in a chunk at the latest, unless the store is busy; until then the change record
    /// holds it.
    public var flushSeconds = 2.0
    /// Samples of one series that make its tail go into a chunk before the time is up.
    public var tailLength = 64
    /// Samples in all tails beyond which all go into chunks at once.
    public var tailLimit = 500_000
    /// Changes that may wait to be recorded in memory; later ones are taken from the change record.
    public var pendingLimit = 50_000
    /// Instances in temporal operations that may wait before further ones are refused with `overloaded`.
    public var writeLimit = 4_000_000
    /// Changes kept in the store behind the recorder, for others that resume.
    public var keptChanges: UInt64 = 100_000
    /// Instances in one answer; more are answered in parts (206, Content-Range).
    public var instanceLimit = 10_000
    /// Instances that one request may go through, 0.2 us each.
    public var scanLimit = 20_000_000
    /// Periods in one aggregated attribute.
    public var periodLimit = 10_000
    /// Where time comes from.
    public var clock: @Sendable () -> Timestamp = { Timestamp.now() }
    /// Told when samples could not be written; they are kept and tried again.
    public var onFailure: @Sendable (String) -> Void = { _ in }
    public init() {}
}
