public import NGSILDModel

/// Which instances of attributes a temporal query selects, by one of their times.
///
/// - Source: CIM 009 clause 4.11; `lastN` from 5.7.3.
public struct TemporalQuery: Hashable, Sendable {
    /// How instances lie in time to the instants given: the values of `timerel`.
    public enum Relation: String, Sendable, CaseIterable { case before, after, between }
    /// Which time of an instance is meant: the values of `timeproperty`.
    public enum TimeProperty: String, Sendable, CaseIterable { case observedAt, createdAt, modifiedAt, deletedAt }

    /// `nil`: all times.
    public private(set) var relation: Relation?
    public private(set) var timeAt = Timestamp.none
    public private(set) var endTimeAt = Timestamp.none
    public private(set) var property = TimeProperty.observedAt
    /// Only this many of the newest instances of each attribute.
    public private(set) var lastN: Int?

    /// Selects every instance.
    public init() {}

    /// The same of all instances.
    public var withoutLastN: TemporalQuery {
        var query = self
        query.lastN = nil
        return query
    }

    /// Reads the parameters of the same names; `nil` where one is not given.
    ///
    /// - Throws: `badRequestData` naming the parameter that is missing, wrong or without effect.
    public init(
        timerel: String?, timeAt: String?, endTimeAt: String?, timeproperty: String?, lastN: String?
    ) throws(NGSILDError) {
        if let timerel {
            guard let relation = Relation(rawValue: timerel) else {
                throw .badRequestData("timerel is \"\(timerel)\"; it is before, after or between")
            }
            guard let timeAt else {
                throw .badRequestData("timerel=\(timerel) needs timeAt, such as 2026-01-31T12:00:00Z")
            }
            self.relation = relation
            self.timeAt = try Self.time("timeAt", timeAt)
        } else if timeAt != nil {
            throw .badRequestData("timeAt needs timerel: before, after or between")
        }
        if relation == .between {
            guard let endTimeAt else { throw .badRequestData("timerel=between needs endTimeAt") }
            self.endTimeAt = try Self.time("endTimeAt", endTimeAt)
            guard self.endTimeAt > self.timeAt else {
                throw .badRequestData("endTimeAt \(endTimeAt) is not after timeAt; exchange them")
            }
        } else if endTimeAt != nil {
            throw .badRequestData("endTimeAt goes with timerel=between only")
        }
        if let timeproperty {
            guard let property = TimeProperty(rawValue: timeproperty) else {
                throw .badRequestData(
                    "timeproperty is \"\(timeproperty)\"; it is observedAt, createdAt, modifiedAt or deletedAt")
            }
            self.property = property
        }
        if let lastN {
            guard let count = Int(lastN), count > 0 else {
                throw .badRequestData("lastN is \"\(lastN)\"; it is a number from 1 up")
            }
            self.lastN = count
        }
    }

    private static func time(_ name: String, _ text: String) throws(NGSILDError) -> Timestamp {
        guard let time = Timestamp(text) else {
            throw .badRequestData("\(name) is \"\(text)\"; write it as 2026-01-31T12:00:00Z")
        }
        return time
    }

    /// Whether a time is selected; an instance that does not have the time is not, unless neither `timerel` nor
    /// `timeproperty` was given.
    public func contains(_ time: Timestamp) -> Bool {
        guard let relation else { return property == .observedAt || time.isSet }
        guard time.isSet else { return false }
        switch relation {
        case .before: return time < timeAt
        case .after: return time >= timeAt
        case .between: return time >= timeAt && time < endTimeAt
        }
    }

    /// The range of times that can be selected, both ends inclusive; `.none` for an open end.
    public var bounds: (from: Timestamp, to: Timestamp) {
        switch relation {
        case nil: (.none, .none)
        case .before: (.none, Timestamp(microseconds: timeAt.microseconds - 1))
        case .after: (timeAt, .none)
        case .between: (timeAt, Timestamp(microseconds: endTimeAt.microseconds - 1))
        }
    }
}
