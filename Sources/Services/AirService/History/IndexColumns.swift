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
    private var colour = Column("colour")
    private var fitness = Column("sensorFitness")
    private var completeness = Column("completeness")
    private var provisional = Column("isProvisional")
    private var subIndices = Pollutant.allCases.map { Column(IndexEntity.subIndexName($0)) }
    private let editionText: [UInt8]
    private let levels: [[UInt8]]
    private let colours: [[UInt8]]
    /// What was told last.
    private var last = Told()

    private struct Told {
        var isTold = false
        var level: Int?
        var completeness = 1.0
        var fitness: [(pollutant: Pollutant, fitness: SensorFitness)] = []
    }

    /// - Returns: `nil` where the id would be longer than an id may be.
    init?(_ edition: AirQualityIndexEdition, station: String) {
        guard let id = IndexEntity.id(edition.index, of: station) else { return nil }
        entityID = id
        self.edition = edition
        editionText = Self.quoted(edition.id)
        levels = edition.categories.map { Self.quoted($0.name) }
        colours = edition.categories.map { Self.quoted($0.colour) }
    }

    /// The columns that have values.
    public var columns: [Column] {
        ([index, level, dominant, editions, withheld, marks, colour, fitness, completeness, provisional] + subIndices)
            .filter { !$0.ends.isEmpty }
    }

    /// The results as temporal representations of the entity (CIM 009 clause 5.6.11), of some hours each.
    public func parts(ofHours hours: Int = 500) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        let times = editions.observedAt
        var places = columns.map { _ in 0 }
        for start in stride(from: 0, to: times.count, by: max(1, hours)) {
            let end = times[min(times.count, start + max(1, hours)) - 1]
            var writer = ByteWriter(capacity: hours * 1_200)
            writer.append("{\"id\":")
            writer.append(jsonString: entityID)
            writer.append(",\"type\":")
            writer.append(jsonString: Self.typeName)
            for (index, column) in columns.enumerated() {
                let first = places[index]
                while places[index] < column.ends.count, column.observedAt[places[index]] <= end { places[index] += 1 }
                guard first < places[index] else { continue }
                writer.append(",")
                writer.append(jsonString: column.attribute)
                writer.append(":[")
                for place in first..<places[index] {
                    writer.append(
                        place > first ? ",{\"type\":\"Property\",\"value\":" : "{\"type\":\"Property\",\"value\":")
                    writer.append(Array(column.values[(place > 0 ? column.ends[place - 1] : 0)..<column.ends[place]]))
                    writer.append(",\"observedAt\":")
                    column.observedAt[place].append(quotedTo: &writer)
                    writer.append("}")
                }
                writer.append("]")
            }
            writer.append("}")
            parts.append(writer.array())
        }
        return parts
    }

    /// Adds a result of an hour that is over, as the live service writes it.
    mutating func append(_ result: IndexResult, _ circumstances: IndexEntity.Circumstances) {
        count += 1
        let time = ClockHour.end(result.hour)
        editions.append(editionText, at: time)
        if let value = result.value {
            index.append("\(value)".utf8, at: time)
            if let place = edition.categories.firstIndex(where: { value <= $0.upTo }) ?? levels.indices.last {
                level.append(levels[place], at: time)
                if last.level != place { colour.append(colours[place], at: time) }
                last.level = place
            }
            let names = result.dominantPollutants
            if !names.isEmpty { dominant.append(Self.list(names.map(\.name)), at: time) }
        }
        if let reason = result.withheld { withheld.append(Self.quoted(IndexEntity.text(reason)), at: time) }
        for pollutant in Pollutant.allCases {
            guard let subIndex = result.subIndices[pollutant] else { continue }
            subIndices[Int(pollutant.rawValue)].append("\(subIndex.value)".utf8, at: time)
        }
        let marks = circumstances.marks
        if !marks.isEmpty {
            self.marks.append(Self.list(marks.map { "\($0.check.rawValue): \($0.reason)" }), at: time)
        }
        append(circumstances, at: time)
    }

    /// What is the same for weeks is told when it changes, and holds until it is told again.
    private mutating func append(_ circumstances: IndexEntity.Circumstances, at time: Timestamp) {
        let isKnown = last.isTold
        if !isKnown
            || !last.fitness.elementsEqual(
                circumstances.fitness, by: { $0.pollutant == $1.pollutant && $0.fitness == $1.fitness })
        {
            var writer = ByteWriter(capacity: 64)
            IndexEntity.append(circumstances.fitness, to: &writer)
            fitness.append(writer.array(), at: time)
            last.fitness = circumstances.fitness
        }
        if !isKnown || last.completeness != circumstances.completeness {
            completeness.append(Self.share(circumstances.completeness), at: time)
            last.completeness = circumstances.completeness
        }
        if !isKnown { provisional.append("false".utf8, at: time) }
        last.isTold = true
    }

    private static func share(_ share: Double) -> [UInt8] {
        if share >= 1 { return [UInt8(ascii: "1")] }
        var writer = ByteWriter(capacity: 8)
        writer.append(number: (share * 100).rounded() / 100)
        return writer.array()
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
