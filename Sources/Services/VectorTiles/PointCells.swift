import NGSILDModel
import NGSILDOperations

/// Gathers points in the cells of a grid over a tile.
struct PointCells {
    /// What stands in one cell.
    struct Cell {
        var count = 0
        /// Sums, for the middle of all points.
        var x = 0.0
        var y = 0.0
        /// The first points, which are drawn one by one where there are no more.
        var members: [UInt32] = []
        var numbers = NumberSums()
    }

    /// Count, sum and range of up to four attributes.
    struct NumberSums {
        var count = SIMD4<Int32>(repeating: 0)
        var sum = SIMD4<Double>(repeating: 0)
        var least = SIMD4<Float>(repeating: .infinity)
        var most = SIMD4<Float>(repeating: -.infinity)

        @inline(__always)
        mutating func add(_ numbers: SIMD4<Float>) {
            let isNumber = numbers .== numbers
            if !any(isNumber) { return }
            let known = numbers.replacing(with: 0, where: .!isNumber)
            count = count.replacing(with: count &+ 1, where: isNumber)
            sum += SIMD4<Double>(known)
            least = least.replacing(with: pointwiseMin(least, numbers), where: isNumber)
            most = most.replacing(with: pointwiseMax(most, numbers), where: isNumber)
        }
    }

    /// A cell with fewer points shows them.
    static let leastCluster = 3

    let side: Int
    private(set) var cells: [Cell]
    private let unitsPerCell: Double
    /// The types met, and where each stands among them by its number.
    private var types: [TermID] = []
    private var places: [UInt8] = []
    /// How many of each type, cell by cell.
    private var typeCounts: [UInt32]

    /// Further types than these are not told apart.
    private static let typeLimit = 64

    /// - Parameter side: cells along an edge, from 1 up.
    init(side: Int) {
        self.side = side
        cells = Array(repeating: Cell(), count: side * side)
        unitsPerCell = Double(TileSpace.extent) / Double(side)
        typeCounts = Array(repeating: 0, count: side * side * Self.typeLimit)
    }

    mutating func add(_ point: TilePoint, _ place: PlacedEntity) {
        let column = min(side - 1, max(0, Int(point.x / unitsPerCell)))
        let row = min(side - 1, max(0, Int(point.y / unitsPerCell)))
        let index = row * side + column
        cells[index].count += 1
        cells[index].x += point.x
        cells[index].y += point.y
        if let type = self.place(of: place.type) { typeCounts[index * Self.typeLimit + type] += 1 }
        cells[index].numbers.add(place.numbers)
        if cells[index].count < Self.leastCluster { cells[index].members.append(place.slot) }
    }

    private mutating func place(of type: TermID) -> Int? {
        let number = Int(type.number)
        if number < places.count, places[number] > 0 { return Int(places[number]) - 1 }
        guard type != .none, types.count < Self.typeLimit, number < 1 << 20 else { return nil }
        if number >= places.count {
            places.append(contentsOf: repeatElement(0, count: number + 1 - places.count))
        }
        types.append(type)
        places[number] = UInt8(types.count)
        return types.count - 1
    }

    /// The most frequent type in a cell, of equals the one that was defined first; `.none` where none is known.
    func type(of cell: Int) -> TermID {
        let counts = typeCounts[cell * Self.typeLimit..<(cell + 1) * Self.typeLimit]
        let most = zip(types, counts).max { ($0.1, $1.0) < ($1.1, $0.0) }
        return most.map { $0.1 > 0 ? $0.0 : .none } ?? .none
    }
}
