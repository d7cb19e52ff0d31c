/// A pollutant of which the air's state is told.
public enum Pollutant: UInt8, CaseIterable, Sendable, Hashable {
    case pm25, pm10, no2, o3, so2, co

    /// As the field writes it: `PM2.5`, `PM10`, `NO2`, `O3`, `SO2`, `CO`.
    public var name: String {
        switch self {
        case .pm25: "PM2.5"
        case .pm10: "PM10"
        case .no2: "NO2"
        case .o3: "O3"
        case .so2: "SO2"
        case .co: "CO"
        }
    }

    /// Reads `PM2.5`, `pm25`, `no2` and the like; upper and lower case and a point, comma or underscore make no
    /// difference.
    ///
    /// - Returns: `nil` for any other name.
    public init?(name: some StringProtocol) {
        switch name.lowercased().filter({ $0 != "." && $0 != "_" && $0 != "," }) {
        case "pm25": self = .pm25
        case "pm10": self = .pm10
        case "no2": self = .no2
        case "o3": self = .o3
        case "so2": self = .so2
        case "co": self = .co
        default: return nil
        }
    }

    public var isParticulate: Bool { self == .pm25 || self == .pm10 }

    /// Grams for each mole; `nil` for particles, which have none.
    ///
    /// - Source: IUPAC standard atomic weights (N 14.007, O 15.999, S 32.06, C 12.011).
    public var molarMass: Double? {
        switch self {
        case .pm25, .pm10: nil
        case .no2: 46.005
        case .o3: 47.997
        case .so2: 64.058
        case .co: 28.010
        }
    }
}

/// Some of the pollutants.
public struct PollutantSet: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Holds one pollutant.
    public init(_ pollutant: Pollutant) { rawValue = 1 << pollutant.rawValue }

    public static let all = PollutantSet(rawValue: 0b11_1111)
    public static let particles: PollutantSet = [PollutantSet(.pm25), PollutantSet(.pm10)]

    /// Whether the set has a pollutant.
    public func contains(_ pollutant: Pollutant) -> Bool { contains(PollutantSet(pollutant)) }

    /// In the order of `Pollutant.allCases`.
    public var pollutants: [Pollutant] { Pollutant.allCases.filter { contains($0) } }
}

/// One value for each pollutant, without an allocation.
public struct PerPollutant<Value> {
    private var values: InlineArray<6, Value>

    /// The same value for all.
    public init(repeating value: Value) { values = InlineArray(repeating: value) }

    /// The value of one pollutant.
    public subscript(pollutant: Pollutant) -> Value {
        get { values[Int(pollutant.rawValue)] }
        set { values[Int(pollutant.rawValue)] = newValue }
    }
}

extension PerPollutant: Sendable where Value: Sendable {}

extension PerPollutant: Equatable where Value: Equatable {
    public static func == (one: PerPollutant, other: PerPollutant) -> Bool {
        Pollutant.allCases.allSatisfy { one[$0] == other[$0] }
    }
}

extension PerPollutant where Value == Double {
    /// No value for any pollutant: all are NaN.
    public static var missing: PerPollutant { PerPollutant(repeating: .nan) }
}
