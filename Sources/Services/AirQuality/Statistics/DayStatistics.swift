/// What one day came to, for one pollutant.
public struct DayStatistics: Sendable, Hashable {
    public let day: CivilDay
    /// How many of the 24 hourly values are valid.
    public let validHours: Int
    /// The mean of 24 hours; `nil` with fewer than 18 valid ones.
    public let mean: Double?
    /// The greatest hourly value; `nil` without any.
    public let maximumHour: Double?
    /// The greatest of the day's 24 running 8-hour means, each of at least 6 hours and belonging to the day it ends on;
    /// `nil` with fewer than 18 of them.
    public let maximumMean8: Double?
}
