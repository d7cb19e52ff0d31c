public import AirQuality
import JSONTree
public import NGSILDModel

/// Results of one index at one station over many hours, as columns for the history.
public struct IndexColumns: Sendable {
    /// One attribute of the result entity: value `i` is `values[ends[i - 1]..<ends[i]]`, JSON text.
    public struct Column: Sendable {
        public let attribute: String
        public var observedAt: [Timestamp] = []
        public var values: [UInt8] = []
        public var ends: [Int] = []

        init(_ attribute: String) { self.attribute = attribute }

        mutating func append(_ text: some Sequence<UInt8>, at time: Timestamp) {
            observedAt.append(time)
            values.append(contentsOf: text)
            ends.append(values.count)
        }
    }

    public static let typeName = IndexEntity.typeName
    /// The id of the result entity.
    public let entityID: String
    public let edition: AirQualityIndexEdition
    /// How many hours have a result.
    public private(set) var count = 0

    private var index = Column("airQualityIndex")
    private var level = Column("airQualityLevel")
    private var dominant = Column("dominantPollutant")
    private var editions = Column("indexEdition")
    private var withheld = Column("withheldReason")
    private var marks = Column("qualityMarks")
    private var subIndices = Pollutant.allCases.map { Column(IndexEntity.subIndexName($0)) }
    private let editionText: [UInt8]
    private let levels: [[UInt8]]

    /// - Returns: `nil` where the id would be longer than an id may be.
    init?(_ edition: AirQualityIndexEdition, station: String) {
        guard let id = IndexEntity.id(edition.index, of: station) else { return nil }
        entityID = id
        self.edition = edition
        editionText = Self.quoted(edition.id)
        levels = edition.categories.map { Self.quoted($0.name) }
    }

    /// The columns that have values.
    public var columns: [Column] {
        ([index, level, dominant, editions, withheld, marks] + subIndices).filter { !$0.ends.isEmpty }
    }

    /// Adds a result, as the live service writes it.
    mutating func append(_ result: IndexResult, _ marks: [QualityMark]) {
        count += 1
        let time = ClockHour.end(result.hour)
        editions.append(editionText, at: time)
        if let value = result.value {
            index.append("\(value)".utf8, at: time)
            if let place = edition.categories.firstIndex(where: { value <= $0.upTo }) ?? levels.indices.last {
                level.append(levels[place], at: time)
            }
            let names = result.dominantPollutants
            if !names.isEmpty { dominant.append(Self.list(names.map(\.name)), at: time) }
        }
        if let reason = result.withheld { withheld.append(Self.quoted(IndexEntity.text(reason)), at: time) }
        for pollutant in Pollutant.allCases {
            guard let subIndex = result.subIndices[pollutant] else { continue }
            subIndices[Int(pollutant.rawValue)].append("\(subIndex.value)".utf8, at: time)
        }
        if !marks.isEmpty {
            self.marks.append(Self.list(marks.map { "\($0.check.rawValue): \($0.reason)" }), at: time)
        }
    }

    private static func quoted(_ text: String) -> [UInt8] {
        var writer = ByteWriter(capacity: text.utf8.count + 2)
        writer.append(jsonString: text)
        return writer.array()
    }

    private static func list(_ texts: [String]) -> [UInt8] {
        var writer = ByteWriter(capacity: 32)
        writer.append("[")
        for (offset, text) in texts.enumerated() {
            if offset > 0 { writer.append(",") }
            writer.append(jsonString: text)
        }
        writer.append("]")
        return writer.array()
    }
}
