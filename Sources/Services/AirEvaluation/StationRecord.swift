public import Forecasting

/// The names of columns, compared as people mean them.
public typealias ColumnName = Forecasting.ColumnName

/// What one station measured, hour by hour.
///
/// Invariants:
/// 1. Every column of `covariates` has as many numbers as `values`; `nan` stands where there is none.
public struct StationRecord: Sendable {
    /// A measurement beside the pollutant.
    public typealias Column = MeasuredColumn

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
