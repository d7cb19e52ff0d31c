public import GeoJSON
public import NGSILDModel

/// The value of an attribute as tests see it.
public enum RuleValue: Hashable, Sendable {
    case number(Double)
    case text(String)
    case boolean(Bool)
    /// Where a GeoProperty is, or a point of it where it is larger.
    case position(Position)
    /// There, but nothing that a test compares with.
    case other
    /// Deleted.
    case none
}

/// What was said of an entity at one instant.
public struct RuleObservation: Hashable, Sendable {
    public var time: Timestamp
    /// Values by the place of their attribute in `RuleCondition.attributes`, in that order.
    public var values: [(place: Int, value: RuleValue)]

    public init(time: Timestamp, values: [(place: Int, value: RuleValue)] = []) {
        self.time = time
        self.values = values
    }

    public static func == (left: RuleObservation, right: RuleObservation) -> Bool {
        left.time == right.time
            && left.values.elementsEqual(right.values) { $0.place == $1.place && $0.value == $1.value }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(time)
        for (place, value) in values {
            hasher.combine(place)
            hasher.combine(value)
        }
    }
}
