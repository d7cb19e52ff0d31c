import Foundation
public import NGSILDModel

/// The times of the week at which a rule watches, by the clock on the wall of its time zone.
///
/// A time that comes twice when clocks go back counts both times; one that never comes when they go forward, not at all.
public struct RuleSchedule: Hashable, Sendable {
    /// From one minute of a day to another; over midnight where the end is not after the beginning.
    public struct Window: Hashable, Sendable {
        /// Of the day that it begins on: 0 is Monday.
        public var days: Set<Int>
        public var fromMinute: Int
        /// Does not belong to it; up to 1,440.
        public var toMinute: Int

        public init(days: Set<Int>, fromMinute: Int, toMinute: Int) {
            self.days = days
            self.fromMinute = fromMinute
            self.toMinute = toMinute
        }
    }

    /// None means always.
    public var windows: [Window]
    /// An IANA name that the system knows.
    public let zoneName: String
    private let zone: TimeZone

    public static let always = RuleSchedule(windows: [], zoneName: "UTC", zone: .gmt)

    private init(windows: [Window], zoneName: String, zone: TimeZone) {
        self.windows = windows
        self.zoneName = zoneName
        self.zone = zone
    }

    /// - Parameter zoneName: `Europe/Paris`, `UTC`.
    /// - Returns: `nil` where the time zone is not known.
    public init?(windows: [Window], zoneName: String) {
        guard zoneName == "UTC" || zoneName.contains("/"), zoneName.utf8.count <= 64,
            let zone = TimeZone(identifier: zoneName)
        else { return nil }
        self.init(windows: windows, zoneName: zoneName, zone: zone)
    }

    private static let day = 86_400

    /// Whether the rule watches at an instant.
    public func isActive(at time: Timestamp) -> Bool {
        if windows.isEmpty { return true }
        let seconds = Self.seconds(time)
        let local = seconds + offset(seconds)
        let (day, second) = Self.split(local)
        // 1970-01-01 was a Thursday.
        let weekday = ((day + 3) % 7 + 7) % 7
        return windows.contains { window in
            let (from, to) = (window.fromMinute * 60, window.toMinute * 60)
            if from < to { return window.days.contains(weekday) && second >= from && second < to }
            return (window.days.contains(weekday) && second >= from)
                || (window.days.contains((weekday + 6) % 7) && second < to)
        }
    }

    /// When that changes next; `nil`: it does not.
    public func nextChange(after time: Timestamp) -> Timestamp? {
        if windows.isEmpty { return nil }
        let seconds = Self.seconds(time)
        let isActive = isActive(at: time)
        let today = Self.split(seconds + offset(seconds)).day
        var candidates: Set<Int> = []
        for day in today - 1...today + 9 {
            // Clocks may be changed on the day: both readings are tried.
            let offsets = Set([offset((day - 1) * Self.day), offset((day + 2) * Self.day)])
            for window in windows {
                for minute in [window.fromMinute, window.toMinute] {
                    for offset in offsets { candidates.insert(day * Self.day + minute * 60 - offset) }
                }
            }
            candidates.formUnion(changeOfClocks(onOrAfter: (day - 1) * Self.day).map { [$0] } ?? [])
        }
        let ordered = candidates.filter { $0 > seconds || ($0 == seconds && Self.instant($0) > time) }.sorted()
        return ordered.lazy.map(Self.instant).first { self.isActive(at: $0) != isActive }
    }

    private func changeOfClocks(onOrAfter seconds: Int) -> Int? {
        let start = Date(timeIntervalSince1970: Double(seconds))
        guard let change = zone.nextDaylightSavingTimeTransition(after: start) else { return nil }
        return Int(change.timeIntervalSince1970)
    }

    private func offset(_ seconds: Int) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
    }

    private static func split(_ seconds: Int) -> (day: Int, second: Int) {
        let day = seconds >= 0 ? seconds / Self.day : (seconds - Self.day + 1) / Self.day
        return (day, seconds - day * Self.day)
    }

    /// Whole seconds, rounded down.
    private static func seconds(_ time: Timestamp) -> Int {
        let (whole, rest) = time.microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return Int(rest < 0 ? whole - 1 : whole)
    }

    private static func instant(_ seconds: Int) -> Timestamp { Timestamp(microseconds: Int64(seconds) * 1_000_000) }
}
