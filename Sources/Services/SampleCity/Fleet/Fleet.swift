/// Entities of one kind that report at their own pace: each at the same phase of every period, spread evenly.
///
/// What an entity says at a moment follows from the moment alone, so that a report is the same whoever asks and when.
protocol Fleet: Sendable {
    var count: Int { get }
    /// Milliseconds between two reports of an entity.
    var period: Int64 { get }
    /// The past that a new town begins with.
    var recentPast: PastSpan { get }
    /// What comes before it, more coarsely; `nil` for nothing.
    var earlierPast: PastSpan? { get }

    /// Writes an entity with all its attributes.
    func writeEntity(_ index: Int, at time: CityTime, to writer: inout EntityWriter)

    /// Writes what an entity reports at a moment, with `observedAt`; nothing when nothing changed since `previous`.
    func writeReport(_ index: Int, at time: CityTime, previous: CityTime, to writer: inout EntityWriter)
}

extension Fleet {
    var recentPast: PastSpan { .week }
    var earlierPast: PastSpan? { nil }

    /// Milliseconds by which an entity's reports come after the start of a period.
    func phase(_ index: Int) -> Int64 { Int64(index) * 997 % max(1, period / 50) * 50 }

    /// The last moment at or before `time` at which an entity reports.
    func lastReport(_ index: Int, at time: CityTime) -> CityTime {
        let phase = phase(index)
        let (periods, _) = (time.milliseconds - phase).floorDivided(by: period)
        return CityTime(milliseconds: periods * period + phase)
    }
}
