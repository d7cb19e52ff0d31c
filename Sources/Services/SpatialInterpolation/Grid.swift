/// Points in rows and columns, parallel to the axes.
public struct GridGeometry: Sendable, Equatable {
    /// The point of column 0 and row 0: the west- and southernmost.
    public let origin: PlanePoint
    /// The distances between columns and between rows, above 0.
    public let stepX: Double
    public let stepY: Double
    public let columns: Int
    public let rows: Int

    /// Most points of a grid: 4 million, 32 MiB for each field of values.
    public static let maximumPoints = 4_000_000

    /// A grid of points.
    ///
    /// - Returns: `nil` when a step is not finite and above 0, there are fewer than one column or row, or more points than
    ///   `maximumPoints`.
    public init?(origin: PlanePoint, stepX: Double, stepY: Double, columns: Int, rows: Int) {
        guard stepX > 0, stepY > 0, stepX.isFinite, stepY.isFinite, origin.x.isFinite, origin.y.isFinite,
            columns > 0, rows > 0, columns <= Self.maximumPoints, rows <= Self.maximumPoints / columns
        else { return nil }
        self.origin = origin
        self.stepX = stepX
        self.stepY = stepY
        self.columns = columns
        self.rows = rows
    }

    public var count: Int { columns * rows }

    /// The place of a point of the grid.
    public func point(column: Int, row: Int) -> PlanePoint {
        PlanePoint(x: origin.x + Double(column) * stepX, y: origin.y + Double(row) * stepY)
    }
}

/// A value for each point of a grid, row by row from the south, each from the west; `nan` where there is none.
public struct GridField: Sendable, Equatable {
    public let geometry: GridGeometry
    public private(set) var values: [Double]

    /// A field of values.
    ///
    /// - Returns: `nil` when there are not as many values as points.
    public init?(geometry: GridGeometry, values: [Double]) {
        guard values.count == geometry.count else { return nil }
        self.geometry = geometry
        self.values = values
    }

    /// The value at a point of the grid; `nan` outside of it.
    public func value(column: Int, row: Int) -> Double {
        guard column >= 0, row >= 0, column < geometry.columns, row < geometry.rows else { return .nan }
        return values[row * geometry.columns + column]
    }

    /// The field with every value changed, such as back from logarithms.
    public func mapped(_ change: (Double) -> Double) -> GridField {
        var field = self
        for index in field.values.indices { field.values[index] = change(field.values[index]) }
        return field
    }
}
