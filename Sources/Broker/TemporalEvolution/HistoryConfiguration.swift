public import NGSILDModel
public import NGSILDOperations

/// How history is kept.
public struct HistoryConfiguration: Sendable {
    /// Whether changes of entities are recorded.
    public var isRecording = true
    /// Seconds between two looks after the tails that are not long.
    public var careSeconds = 30.0
    /// Seconds between two looks for what is older than policies keep it; less where a policy keeps something for less
    /// than twice that.
    public var sweepSeconds = 600.0
    /// Samples of one series that make its tail go into a chunk. The more, the less a sample costs; the change record
    /// holds them until then.
    public var tailLength = 64
    /// Bytes of memory for all tails; beyond it the longer ones go into chunks.
    public var tailMemory = 64 << 20
    /// Changes that a start may have to read again: tails with older ones go into chunks. At 3 us each, 20 us
    /// where memory has no room for them.
    public var replayLimit: UInt64 = 500_000
    /// Instances in temporal operations that may wait before further ones are refused with `overloaded`.
    public var writeLimit = 4_000_000
    /// Changes kept in the store behind the recorder, for others that resume.
    public var keptChanges: UInt64 = 100_000
    /// Instances in one answer; more are answered in parts (206, Content-Range).
    public var instanceLimit = 10_000
    /// Instances that one request may go through, 0.2 us each; four that are passed over by their times count as one, an
    /// entity that is looked at as 300.
    public var scanLimit = 50_000_000
    /// Periods in one aggregated attribute.
    public var periodLimit = 10_000
    /// Policies that are in effect without being stored: a stored one of the same name, or for the same type and attribute,
    /// counts instead.
    public var defaultPolicies: [HistoryPolicy] = []
    /// Where time comes from.
    public var clock: @Sendable () -> Timestamp = { Timestamp.now() }
    /// Told when samples could not be written; they are kept and tried again.
    public var onFailure: @Sendable (String) -> Void = { _ in }
    public init() {}
}
