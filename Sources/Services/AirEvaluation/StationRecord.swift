/// What one station measured, hour by hour.
///
/// Invariants:
/// 1. Every column of `covariates` has as many numbers as `values`; `nan` stands where there is none.
public struct StationRecord: Sendable {
    /// A measurement beside the pollutant.
    public struct Column: Sendable {
        public var name: String
        public var values: [Double]

        public init(name: String, values: [Double]) {
            self.name = name
            self.values = values
        }
    }

    public var name: String
    /// Degrees, WGS 84; `nil` when the place is not known.
    public var position: (longitude: Double, latitude: Double)?
    /// The hour of the first value, in hours since 1970, UTC.
    public var firstHour: Int
    /// Concentrations in the data's unit.
    public var values: [Double]
    public var columns: [Column]

    public init(
        name: String, position: (longitude: Double, latitude: Double)? = nil, firstHour: Int, values: [Double],
        columns: [Column] = []
    ) {
        self.name = name
        self.position = position
        self.firstHour = firstHour
        self.values = values
        self.columns = columns
    }
}
