/// What a weather forecast says of one hour.
public struct ForetoldHour: Sendable, Equatable {
    /// The hour at whose end it was known, and the hour that it is about, in hours since 1970.
    public let known: Int32
    public let hour: Int32
    /// `nan` where it says nothing.
    private var values = SIMD8<Float>(repeating: .nan)

    public init(known: Int, hour: Int) {
        self.known = Int32(clamping: known)
        self.hour = Int32(clamping: hour)
    }

    public subscript(quantity: WeatherQuantity) -> Double {
        get { Double(values[quantity.rawValue]) }
        set { values[quantity.rawValue] = Float(newValue) }
    }

    public var isEmpty: Bool { WeatherQuantity.allCases.allSatisfy { !self[$0].isFinite } }

    /// This with what a newer one says over it.
    public func replaced(by newer: ForetoldHour) -> ForetoldHour {
        var joined = newer
        joined.values.replace(with: values, where: newer.values .!= newer.values)
        return joined
    }

    /// The same, known at the end of an hour at the latest: what is at hand when a forecast is made from that hour.
    public func known(by hour: Int) -> ForetoldHour {
        guard Int(known) > hour else { return self }
        var earlier = ForetoldHour(known: hour, hour: Int(self.hour))
        earlier.values = values
        return earlier
    }

    public static func == (left: ForetoldHour, right: ForetoldHour) -> Bool {
        left.known == right.known && left.hour == right.hour
            && WeatherQuantity.allCases.allSatisfy {
                left[$0] == right[$0] || left[$0].isNaN && right[$0].isNaN
            }
    }
}

/// Weather forecasts of one place as they were issued, one after the other.
///
/// Invariants:
/// 1. `hours` rises by `known`, and has at most `mostHours` elements of 64 bytes; the oldest are dropped.
public struct ForetoldWeather: Sendable {
    /// Forecasts of 48 hours each hour for 14 months, or every six hours for seven years: 32 MB.
    public static let mostHours = 500_000
    /// One that became known more hours ago is too old to be used.
    public static let oldest = 24

    public private(set) var hours: [ForetoldHour]

    /// - Parameter hours: In any order.
    public init(_ hours: [ForetoldHour] = []) {
        self.hours = Array(hours.sorted { ($0.known, $0.hour) < ($1.known, $1.hour) }.suffix(Self.mostHours))
    }

    public var isEmpty: Bool { hours.isEmpty }

    /// What was known at the end of an hour.
    public func known(through hour: Int) -> ForetoldWeather {
        var part = ForetoldWeather()
        part.hours = Array(hours.prefix { $0.known <= hour })
        return part
    }
}
