public import GeoJSON
import JSONTree
public import NGSILDModel

/// The geometry of a GeoProperty, read from where it stands in an entity.
public enum GeoValue {
    /// The geometry of the attribute instance at `index`, or `nil` if that is no GeoProperty.
    ///
    /// - Cost: well under 0.1 us for a Point; others are parsed, which takes about 0.1 us a position.
    public static func geometry(of forest: AttributeForest, _ index: Int) -> Geometry? {
        guard forest.nodes.indices.contains(index), forest.nodes[index].kind == .geoProperty else { return nil }
        let range = forest.nodes[index].value
        return forest.bytes.withUnsafeBufferPointer { bytes in
            if let position = point(bytes, range) { return .point(position) }
            return parsed(bytes, range)
        }
    }

    /// The box around the geometry of the attribute instance at `index`, or `nil` if that is no GeoProperty.
    ///
    /// - Cost: as `geometry(of:_:)`.
    public static func boundingBox(of forest: AttributeForest, _ index: Int) -> BoundingBox? {
        guard forest.nodes.indices.contains(index), forest.nodes[index].kind == .geoProperty else { return nil }
        let range = forest.nodes[index].value
        return forest.bytes.withUnsafeBufferPointer { bytes in
            if let position = point(bytes, range) { return BoundingBox(position) }
            return parsed(bytes, range)?.boundingBox
        }
    }

    @inline(never)
    static func parsed(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Geometry? {
        guard range.upperBound <= bytes.count, let document = try? JSONDocument(parsing: Array(bytes[range])) else {
            return nil
        }
        return try? Geometry(parsing: document, node: document.root)
    }

    private static let beforeCoordinates: StaticString = "{\"type\":\"Point\",\"coordinates\":["
    private static let afterCoordinates: StaticString = "]}"
    private static let beforeCoordinatesFirst: StaticString = "{\"coordinates\":["
    private static let afterCoordinatesFirst: StaticString = "],\"type\":\"Point\"}"

    /// A Point in one of the two usual spellings; `nil` for anything else, which then needs a parser.
    ///
    /// The text was checked when the entity was read, so ranges are not checked again.
    static func point(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Position? {
        guard range.upperBound <= bytes.count else { return nil }
        if starts(bytes, range.lowerBound, range.upperBound, beforeCoordinates) {
            return position(
                bytes, range.lowerBound + beforeCoordinates.utf8CodeUnitCount, range.upperBound, afterCoordinates)
        }
        if starts(bytes, range.lowerBound, range.upperBound, beforeCoordinatesFirst) {
            return position(
                bytes, range.lowerBound + beforeCoordinatesFirst.utf8CodeUnitCount, range.upperBound,
                afterCoordinatesFirst)
        }
        return nil
    }

    private static func position(
        _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, _ rest: StaticString
    ) -> Position? {
        var index = start
        guard let longitude = NumberText.scan(bytes, &index, end), longitude.isExact, index < end,
            bytes[index] == UInt8(ascii: ",")
        else { return nil }
        index += 1
        guard let latitude = NumberText.scan(bytes, &index, end), latitude.isExact, index < end else { return nil }
        var altitude: Double?
        if bytes[index] == UInt8(ascii: ",") {
            index += 1
            guard let third = NumberText.scan(bytes, &index, end), third.isExact else { return nil }
            altitude = third.value
        }
        guard end - index == rest.utf8CodeUnitCount, starts(bytes, index, end, rest) else { return nil }
        return Position(longitude: longitude.value, latitude: latitude.value, altitude: altitude)
    }

    @inline(__always)
    private static func starts(
        _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, _ text: StaticString
    ) -> Bool {
        let count = text.utf8CodeUnitCount
        guard end - start >= count else { return false }
        var offset = 0
        while offset < count {
            if bytes[start + offset] != text.utf8Start[offset] { return false }
            offset += 1
        }
        return true
    }
}
