import JSONTree

/// What the cells of a column have been so far.
struct ColumnProfile {
    static let sampleLimit = 5
    static let sampleCharacters = 80
    private static let distinctLimit = 5_000

    private(set) var samples: [String] = []
    private(set) var values = 0
    private(set) var distinct: Set<[UInt8]> = []
    private(set) var hasRepeats = false
    private(set) var pointNumbers = 0
    private(set) var commaNumbers = 0
    private(set) var fractionsWithPoint = 0
    private(set) var fractionsWithComma = 0
    private(set) var booleans = 0
    private(set) var geometries = 0
    private(set) var uris = 0
    private(set) var formulas = 0
    private(set) var marks: Set<String> = []
    private(set) var least = Double.infinity
    private(set) var most = -Double.infinity
    private(set) var times: [Int]

    static let formats = [
        "iso8601", "dd/MM/yyyy HH:mm:ss", "dd/MM/yyyy HH:mm", "dd/MM/yyyy", "MM/dd/yyyy HH:mm:ss", "MM/dd/yyyy HH:mm",
        "MM/dd/yyyy", "dd.MM.yyyy HH:mm:ss", "dd.MM.yyyy HH:mm", "dd.MM.yyyy", "yyyy/MM/dd HH:mm:ss",
        "yyyy/MM/dd HH:mm",
        "yyyy/MM/dd", "dd-MM-yyyy HH:mm", "dd-MM-yyyy", "yyyyMMddHHmm", "yyyyMMdd",
    ]
    private static let readers = formats.compactMap { TimeFormat($0) }
    /// Marks for "no value" that tables have.
    static let missing: Set = ["NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "-", "-999", "-9999", "-99"]

    init() { times = Array(repeating: 0, count: Self.formats.count) }

    mutating func take(_ cell: UnsafeBufferPointer<UInt8>) {
        let cell = cell.trimmed
        guard let first = cell.first else { return }
        let short = cell.count <= 16 ? String(decoding: cell, as: UTF8.self) : ""
        if Self.missing.contains(short) {
            marks.insert(short)
            return
        }
        values += 1
        if samples.count < Self.sampleLimit {
            let text = String(
                String(decoding: cell.prefix(4 * Self.sampleCharacters), as: UTF8.self).prefix(Self.sampleCharacters))
            if !samples.contains(text) { samples.append(text) }
        }
        if distinct.count < Self.distinctLimit, cell.count <= 200 {
            if !distinct.insert(Array(cell)).inserted { hasRepeats = true }
        }
        takeNumber(cell)
        if ["true", "false", "yes", "no", "t", "f", "y", "n"].contains(short.lowercased()) { booleans += 1 }
        if "=+@".utf8.contains(first), CellNumber.double(cell) == nil { formulas += 1 }
        if cell.count <= 64 {
            for (index, reader) in Self.readers.enumerated() where reader.read(cell) != nil { times[index] += 1 }
        }
        if cell.count <= 2_000, EntityID.isURI(cell), cell.contains(UInt8(ascii: ":")) { uris += 1 }
        var scratch = ByteWriter()
        if cell.count > 4, GeometryCell.append(cell, to: &scratch) == nil { geometries += 1 }
    }

    private mutating func takeNumber(_ cell: UnsafeBufferPointer<UInt8>) {
        if let number = CellNumber.double(cell) {
            pointNumbers += 1
            if cell.contains(UInt8(ascii: ".")) { fractionsWithPoint += 1 }
            least = min(least, number)
            most = max(most, number)
        }
        if let number = CellNumber.double(cell, decimalComma: true) {
            commaNumbers += 1
            guard cell.contains(UInt8(ascii: ",")) else { return }
            fractionsWithComma += 1
            least = min(least, number)
            most = max(most, number)
        }
    }

    var isUnique: Bool { values > 0 && !hasRepeats }

    /// Whether nearly all values are so many.
    func isMostly(_ count: Int) -> Bool { values > 0 && count * 10 >= values * 9 }

    /// The format that all its cells follow; the first one that fits.
    var timeFormat: String? {
        for (index, count) in times.enumerated() where values > 0 && count == values { return Self.formats[index] }
        return nil
    }

    /// Whether another order of day and month fits as well.
    var isAmbiguousDate: Bool {
        guard let format = timeFormat, format.hasPrefix("dd/MM"),
            let other = Self.formats.firstIndex(of: format.replacing("dd/MM", with: "MM/dd"))
        else { return false }
        return times[other] == values
    }
}
