/// A table of bounded size: the entry that was not used for longest goes first.
///
/// Invariants:
/// 1. It has at most `limit` entries.
public struct RecentlyUsed<Key: Hashable, Value> {
    private var entries: [Key: (value: Value, used: Int)] = [:]
    private var clock = 0
    private let limit: Int

    public init(limit: Int) { self.limit = max(1, limit) }

    /// The value of a key, which counts as used. Setting is linear in the limit when the table is full.
    public subscript(key: Key) -> Value? {
        mutating get {
            guard let entry = entries[key] else { return nil }
            clock += 1
            entries[key]?.used = clock
            return entry.value
        }
        set {
            guard let newValue else {
                entries[key] = nil
                return
            }
            if entries[key] == nil, entries.count >= limit,
                let oldest = entries.min(by: { $0.value.used < $1.value.used })?.key
            {
                entries[oldest] = nil
            }
            clock += 1
            entries[key] = (newValue, clock)
        }
    }

    public var count: Int { entries.count }
}
