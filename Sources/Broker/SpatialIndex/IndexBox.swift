import GeoJSON

/// A bounding box in single precision, never smaller than the one it was made from.
///
/// A step of single precision is at most 1.7 m on the ground, so a search may offer what is just outside.
struct IndexBox: Hashable {
    var minLongitude: Float
    var minLatitude: Float
    var maxLongitude: Float
    var maxLatitude: Float

    init(minLongitude: Float, minLatitude: Float, maxLongitude: Float, maxLatitude: Float) {
        self.minLongitude = minLongitude
        self.minLatitude = minLatitude
        self.maxLongitude = maxLongitude
        self.maxLatitude = maxLatitude
    }

    init(_ box: BoundingBox) {
        minLongitude = IndexBox.down(box.minLongitude)
        minLatitude = IndexBox.down(box.minLatitude)
        maxLongitude = max(minLongitude, IndexBox.up(box.maxLongitude))
        maxLatitude = max(minLatitude, IndexBox.up(box.maxLatitude))
    }

    /// Keeps areas finite. Both sides of a comparison are limited, so no meeting of boxes is lost.
    private static let limit = 1e9

    private static func down(_ value: Double) -> Float {
        guard value > -limit else { return Float(-limit) }  // NaN too: open to that side.
        let rounded = Float(min(value, limit))
        return Double(rounded) > value ? rounded.nextDown : rounded
    }

    private static func up(_ value: Double) -> Float {
        guard value < limit else { return Float(limit) }
        let rounded = Float(max(value, -limit))
        return Double(rounded) < value ? rounded.nextUp : rounded
    }

    var area: Float { (maxLongitude - minLongitude) * (maxLatitude - minLatitude) }
    var margin: Float { (maxLongitude - minLongitude) + (maxLatitude - minLatitude) }

    mutating func formUnion(_ other: IndexBox) {
        minLongitude = min(minLongitude, other.minLongitude)
        minLatitude = min(minLatitude, other.minLatitude)
        maxLongitude = max(maxLongitude, other.maxLongitude)
        maxLatitude = max(maxLatitude, other.maxLatitude)
    }

    func contains(_ other: IndexBox) -> Bool {
        other.minLongitude >= minLongitude && other.maxLongitude <= maxLongitude && other.minLatitude >= minLatitude
            && other.maxLatitude <= maxLatitude
    }

    /// The area that both boxes cover.
    func overlap(_ other: IndexBox) -> Float {
        let width = min(maxLongitude, other.maxLongitude) - max(minLongitude, other.minLongitude)
        let height = min(maxLatitude, other.maxLatitude) - max(minLatitude, other.minLatitude)
        return width > 0 && height > 0 ? width * height : 0
    }
}

extension BoundingBox {
    init(_ box: IndexBox) {
        self.init(
            minLongitude: Double(box.minLongitude), minLatitude: Double(box.minLatitude),
            maxLongitude: Double(box.maxLongitude), maxLatitude: Double(box.maxLatitude))
    }
}

/// What stands in a slot of a node: a box, and the key of an entry or the number of the node below.
struct IndexSlot {
    var box: IndexBox
    var child: UInt32
}
