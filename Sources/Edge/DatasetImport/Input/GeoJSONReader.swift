import JSONTree

/// The features of a GeoJSON file as rows of a table: a column for each property, `geometry` with the geometry as JSON,
/// and `id` with the feature's own id, or else the property of that name.
///
/// A text is its cell as it is, null and what is not there an empty cell, everything else its JSON.
final class GeoJSONReader: TableReader {
    let file: String
    private(set) var line = 0
    let columns: [String]
    private let splitter: FeatureSplitter
    private var row: [UInt8] = []
    /// The bytes of `row`, where they stay until the next row is read.
    private var memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 10)
    private var ends: [Int] = []
    private var isChecked = false

    /// - Parameter columns: The columns that are wanted.
    init(source: any ByteSource, file: String, columns: [String], limits: ImportLimits) {
        self.file = file
        self.columns = columns
        splitter = FeatureSplitter(source: source, file: file, limits: limits)
    }

    deinit { memory.deallocate() }

    var consumedBytes: Int { splitter.consumedBytes }
    var fieldCount: Int { ends.count }

    func field(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        guard index >= 0, index < ends.count else { return UnsafeBufferPointer(start: nil, count: 0) }
        let start = index == 0 ? 0 : ends[index - 1]
        return UnsafeBufferPointer(rebasing: memory[start..<ends[index]])
    }

    func readRow() throws(ImportError) -> Bool {
        guard let (document, properties) = try nextFeature() else { return false }
        row.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        for column in columns {
            let value: JSONNode?
            switch column {
            case "geometry": value = document.member(document.root, "geometry")
            case "id": value = document.member(document.root, "id") ?? properties.flatMap { document.member($0, "id") }
            default: value = properties.flatMap { document.member($0, named: column) }
            }
            if let value { append(document, value) }
            ends.append(row.count)
        }
        if row.count > memory.count {
            memory.deallocate()
            memory = .allocate(capacity: row.count * 2)
        }
        _ = memory.update(fromContentsOf: row)
        return true
    }

    /// The names of all properties of the next feature, in their order; `nil` at the end.
    func nextNames() throws(ImportError) -> (names: [String], hasID: Bool)? {
        guard let (document, properties) = try nextFeature() else { return nil }
        let names = properties.map { document.members($0).compactMap { document.string($0.key) } } ?? []
        return (names, document.member(document.root, "id") != nil)
    }

    private func nextFeature() throws(ImportError) -> (JSONDocument, JSONNode?)? {
        guard try splitter.next() else { return nil }
        line = splitter.featureLine
        if !isChecked { try checkReferenceSystem() }
        let document: JSONDocument
        do throws(JSONParseError) { document = try JSONDocument(parsing: splitter.feature) } catch {
            throw .malformedRow(
                file: file, line: line, reason: "the feature that starts here is no JSON: \(error)",
                remedy: "correct it, or export the file again")
        }
        let root = document.root
        guard document.isObject(root), let type = document.member(root, "type"), document.string(type) == "Feature"
        else {
            throw .malformedRow(
                file: file, line: line, reason: "what starts here is no GeoJSON Feature",
                remedy: "give a FeatureCollection, or features one behind the other")
        }
        let properties = document.member(root, "properties").flatMap { document.isObject($0) ? $0 : nil }
        return (document, properties)
    }

    /// Older files name their reference system; RFC 7946 knows WGS 84 alone.
    private func checkReferenceSystem() throws(ImportError) {
        isChecked = true
        guard !splitter.head.isEmpty,
            let head = try? JSONDocument(parsing: [UInt8(ascii: "{")] + splitter.head.dropLast() + [UInt8(ascii: "}")]),
            let system = head.member(head.root, "crs"), head.isObject(system),
            let properties = head.member(system, "properties"), head.isObject(properties),
            let name = head.member(properties, "name").flatMap({ head.string($0) })
        else { return }
        guard ["CRS84", "4326", "4979"].contains(where: name.contains) else {
            throw .unsupportedFormat(
                file: file, found: "in the coordinates of \(name.prefix(80))",
                remedy: "convert it to WGS 84, such as with: ogr2ogr -t_srs EPSG:4326 OUT.geojson IN.geojson")
        }
    }

    private func append(_ document: JSONDocument, _ value: JSONNode) {
        switch document.kind(value) {
        case .null: break
        case .string: document.withStringBytes(value) { row.append(contentsOf: $0) }
        default: row.append(contentsOf: document.bytes[document.range(value)])
        }
    }
}
