/// The columns of a wide table that hold values, such as one for each detector, and the one that is being read.
final class WideColumns {
    private let places: [Int]
    /// The names of the columns, one behind the other.
    private let names: UnsafeMutableBufferPointer<UInt8>
    private let ends: [Int]
    private var current: Int

    /// - Parameter named: Columns that the mapping names: they belong to every cell of their row.
    init(_ rule: TabularMapping.Wide, _ header: TableHeader, named: Set<String>) throws(ImportError) {
        for column in rule.except {
            _ = try header.index(required: column, remedy: "correct the name under wide.except in the mapping")
        }
        for column in [rule.name, rule.value] where header.index(of: column) != nil {
            throw .malformedRow(
                file: header.file, line: header.line,
                reason: "column \(column) has the name that wide gives to another",
                remedy: "choose another name under wide in the mapping")
        }
        var places: [Int] = []
        var ends: [Int] = []
        var bytes: [UInt8] = []
        for (place, name) in header.columns.enumerated()
        where !name.isEmpty && !named.contains(name) && !rule.except.contains(name) {
            places.append(place)
            bytes += Array(name.utf8)
            ends.append(bytes.count)
        }
        guard !places.isEmpty else {
            throw .malformedRow(
                file: header.file, line: header.line,
                reason: "the table has no column beside those that the mapping names",
                remedy: "leave out wide in the mapping, or check wide.except")
        }
        self.places = places
        self.ends = ends
        current = places.count
        names = .allocate(capacity: bytes.count)
        _ = names.initialize(from: bytes)
    }

    deinit { names.deallocate() }

    /// A new row of the table was read.
    func restart() { current = -1 }

    /// Moves to the next cell of the row.
    func advance() -> Bool {
        guard current < places.count else { return false }
        current += 1
        return current < places.count
    }

    /// Where the cell stands.
    var column: Int { places[current] }

    var name: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: names[(current == 0 ? 0 : ends[current - 1])..<ends[current]])
    }
}
