/// Estimates each station from the others, for sets of values at the same positions such as those of many hours.
///
/// Weights depend only on which stations have a value, so they are kept and used again.
///
/// Invariants:
/// 1. `kept` holds weights for `model` only, and at most `mostKept` of them.
public struct LeaveOneOut: Sendable {
    public let positions: [PlanePoint]
    public let model: VariogramModel
    /// How many of the nearest other stations take part.
    public let neighbours: Int
    /// For each station the others, nearest first; those at the same place are left out.
    private let order: [[Int]]
    private var kept: [[Int32]: (weights: [Double], variance: Double)] = [:]
    private static let mostKept = 50_000

    /// - Parameter neighbours: 2 to 100; others are moved to the nearest of these. Default 24.
    public init(positions: [PlanePoint], model: VariogramModel, neighbours: Int = 24) {
        self.positions = positions
        self.model = model
        self.neighbours = min(max(neighbours, 2), 100)
        order = positions.indices.map { one in
            positions.indices.filter { positions[$0] != positions[one] }
                .map { (place: $0, distance: positions[$0].distance(to: positions[one])) }
                .sorted { ($0.distance, $0.place) < ($1.distance, $1.place) }.map(\.place)
        }
    }

    /// The kriging estimate of a station's value from the other values of the same set.
    ///
    /// - Parameters:
    ///   - station: The place of the station in `positions`.
    ///   - values: One for each position; `nan` where there is none. The station's own is not looked at.
    /// - Returns: `nil` with fewer than two other values, or equations that cannot be solved.
    public mutating func estimate(of station: Int, from values: [Double]) -> Estimate? {
        guard order.indices.contains(station), values.count == positions.count else { return nil }
        var used: [Int32] = [Int32(station)]
        var places: Set<PlanePoint> = []
        for other in order[station] where values[other].isFinite && places.insert(positions[other]).inserted {
            used.append(Int32(other))
            if used.count > neighbours { break }
        }
        guard used.count >= 3 else { return nil }
        if kept[used] == nil {
            let near = used.dropFirst().map { positions[Int($0)] }
            guard let system = KrigingSystem(positions: near, model: model) else { return nil }
            if kept.count >= Self.mostKept { kept.removeAll() }
            kept[used] = system.weights(at: positions[station])
        }
        guard let (weights, variance) = kept[used] else { return nil }
        var value = 0.0
        for (weight, other) in zip(weights, used.dropFirst()) { value += weight * values[Int(other)] }
        return Estimate(value: value, variance: variance)
    }
}
