/// How hourly values become the concentration that an index looks up.
///
/// Every period ends with the hour that is evaluated. `minimum` is the number of valid hours (for `maximumMean8`: of
/// valid 8-hour means) that must be there.
public enum AveragingPeriod: Sendable, Hashable {
    /// The hour's own value.
    case hour
    /// The mean of 8 or of 24 hours.
    case mean8(minimum: Int)
    case mean24(minimum: Int)
    /// The greatest hourly value of 24 hours.
    case maximumHour(minimum: Int)
    /// The greatest of the 24 running 8-hour means that end within 24 hours.
    case maximumMean8(minimum: Int)
    /// EPA's NowCast of 12 hours for particles.
    case nowCast
    /// EPA's NowCast for ozone (see `OzoneNowCast`).
    case ozoneNowCast
}

/// Which of an index's reports is asked for.
public enum IndexReport: Sendable, Hashable, CaseIterable {
    /// How the air is now: running periods that end with the hour.
    case current
    /// How the day was: the hour evaluated is the last of the day.
    case daily
}
