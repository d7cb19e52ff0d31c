import JSONTree

/// Reads a geometry out of one cell: WKT (OGC 06-103), a GeoJSON geometry, or `latitude, longitude`.
enum GeometryCell {
    /// Most positions of one geometry.
    static let positionLimit = 200_000

    /// Appends the geometry as GeoJSON.
    ///
    /// - Returns: `nil`, or why the cell holds no geometry.
    static func append(_ cell: UnsafeBufferPointer<UInt8>, to writer: inout ByteWriter) -> String? {
        guard let first = cell.first else { return "it is empty" }
        if first == UInt8(ascii: "{") { return appendGeoJSON(cell, to: &writer) }
        if isLetter(first) {
            var reader = WKTReader(cell)
            return reader.append(to: &writer)
        }
        return appendPair(cell, to: &writer)
    }

    static let outside = "its coordinates are no longitude and latitude (convert the file to WGS 84)"

    private static func appendGeoJSON(_ cell: UnsafeBufferPointer<UInt8>, to writer: inout ByteWriter) -> String? {
        guard let document = try? JSONDocument(parsing: Array(cell)), document.isObject(document.root),
            let type = document.member(document.root, "type").flatMap({ document.string($0) }),
            let coordinates = document.member(document.root, "coordinates")
        else { return "it is no GeoJSON geometry" }
        guard let depth = depths[type] else { return "its type \(type.prefix(20)) is no geometry of NGSI-LD" }
        var positions = 0
        guard isFine(document, coordinates, depth, &positions) else { return outside }
        writer.append("{\"type\":")
        writer.append(jsonString: type)
        writer.append(",\"coordinates\":")
        writer.append(Array(document.bytes[document.range(coordinates)]))
        writer.append("}")
        return nil
    }

    fileprivate static let depths = [
        "Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3,
    ]

    /// `depth` levels of arrays around positions on Earth.
    private static func isFine(
        _ document: JSONDocument, _ node: JSONNode, _ depth: Int, _ positions: inout Int
    ) -> Bool {
        guard document.isArray(node) else { return false }
        if depth > 0 {
            var isEmpty = true
            for element in document.elements(node) {
                isEmpty = false
                guard isFine(document, element, depth - 1, &positions) else { return false }
            }
            return !isEmpty
        }
        positions += 1
        var numbers: [Double] = []
        for element in document.elements(node) {
            guard numbers.count < 4, let number = document.double(element) else { return false }
            numbers.append(number)
        }
        return positions <= positionLimit && numbers.count >= 2 && abs(numbers[0]) <= 180 && abs(numbers[1]) <= 90
    }

    private static func appendPair(_ cell: UnsafeBufferPointer<UInt8>, to writer: inout ByteWriter) -> String? {
        let separators = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: " ")]
        for separator in separators {
            let parts = cell.split(separator: separator).map { UnsafeBufferPointer(rebasing: $0).trimmed }
                .filter { !$0.isEmpty }
            guard parts.count == 2, let latitude = CellNumber.double(parts[0]),
                let longitude = CellNumber.double(parts[1])
            else { continue }
            guard abs(latitude) <= 90, abs(longitude) <= 180 else { return outside }
            AttributeWriter.appendPoint(longitude: longitude, latitude: latitude, to: &writer)
            return nil
        }
        return "it is neither WKT, GeoJSON nor \"latitude, longitude\""
    }

    fileprivate static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

/// Walks over well-known text.
private struct WKTReader {
    private let text: UnsafeBufferPointer<UInt8>
    private var index = 0
    private var positions = 0

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    mutating func append(to writer: inout ByteWriter) -> String? {
        var word = self.word()
        if word == "SRID" {
            guard take("="), let number = number(), number == 4326, take(";") else {
                return "its SRID is not 4326 (convert the file to WGS 84)"
            }
            word = self.word()
        }
        let types = ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]
        guard let type = types.first(where: { $0.uppercased() == word }), let depth = GeometryCell.depths[type] else {
            return "\(word.prefix(20)) is no geometry of NGSI-LD"
        }
        skipSpace()
        if index < text.count, GeometryCell.isLetter(text[index]) {
            let more = self.word()
            guard ["Z", "M", "ZM"].contains(more) else { return more == "EMPTY" ? "it is empty" : "it is no WKT" }
        }
        writer.append("{\"type\":")
        writer.append(jsonString: type)
        writer.append(",\"coordinates\":")
        var scratch = ByteWriter()
        guard list(depth, to: &scratch) else {
            return positions > GeometryCell.positionLimit
                ? "it has too many positions" : "it is no WKT, or not on Earth"
        }
        skipSpace()
        guard index == text.count else { return "text follows the geometry" }
        scratch.withBytes { writer.append($0) }
        writer.append("}")
        return nil
    }

    private mutating func list(_ depth: Int, to writer: inout ByteWriter) -> Bool {
        guard take("(") else { return false }
        if depth == 0 { return position(to: &writer) && take(")") }
        writer.append("[")
        repeat {
            // Positions of a MultiPoint may stand in brackets of their own.
            if depth > 1 {
                guard list(depth - 1, to: &writer) else { return false }
            } else if peek() == UInt8(ascii: "(") {
                guard list(0, to: &writer) else { return false }
            } else {
                guard position(to: &writer) else { return false }
            }
            writer.append(",")
        } while take(",")
        writer.truncate(to: writer.count - 1)
        writer.append("]")
        return take(")")
    }

    private mutating func position(to writer: inout ByteWriter) -> Bool {
        positions += 1
        guard positions <= GeometryCell.positionLimit, let x = number(), let y = number(), abs(x) <= 180, abs(y) <= 90
        else { return false }
        // Heights and measures are left out.
        if let next = peek(), next != UInt8(ascii: ","), next != UInt8(ascii: ")") {
            guard number() != nil else { return false }
            if let next = peek(), next != UInt8(ascii: ","), next != UInt8(ascii: ")") {
                guard number() != nil else { return false }
            }
        }
        writer.append("[")
        writer.append(number: x)
        writer.append(",")
        writer.append(number: y)
        writer.append("]")
        return true
    }

    private mutating func word() -> String {
        skipSpace()
        let start = index
        while index < text.count, GeometryCell.isLetter(text[index]) { index += 1 }
        return String(decoding: text[start..<index], as: UTF8.self).uppercased()
    }

    private mutating func number() -> Double? {
        skipSpace()
        let start = index
        while index < text.count, CellNumber.isDigit(text[index]) || "+-.eE".utf8.contains(text[index]) { index += 1 }
        return CellNumber.double(UnsafeBufferPointer(rebasing: text[start..<index]))
    }

    private mutating func skipSpace() { while index < text.count, text[index] <= 0x20 { index += 1 } }

    private mutating func peek() -> UInt8? {
        skipSpace()
        return index < text.count ? text[index] : nil
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }
}
