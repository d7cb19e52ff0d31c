import AirEvaluation
import DatasetImport
import Foundation
import JSONTree

/// Gathers the stations of imported tables, hour by hour, for the evaluation.
///
/// Invariants:
/// 1. `values` counts the numbers of all columns; it never passes `mostValues`.
struct AirTables {
    /// Most numbers that are kept: 100 million, 1.6 GiB.
    static let mostValues = 100_000_000
    /// Most hours between the first and the last value of a station, about 22 years.
    static let mostHours = 200_000

    private struct Column {
        var hours: [Int32] = []
        var numbers: [Double] = []
    }

    private var stations: [String: [String: Column]] = [:]
    private(set) var positions: Positions = [:]

    /// Longitude and latitude in degrees by the name of the station.
    typealias Positions = [String: (longitude: Double, latitude: Double)]

    private var values = 0

    /// Takes in a part of a station's history, or the states that end an import.
    mutating func add(_ output: TabularImport.Output) throws {
        switch output {
        case .history(let chunk):
            let name = Self.name(of: chunk.entityID)
            for series in chunk.series {
                if series.attribute == "location", let last = (0..<series.count).last {
                    let json = try JSONDocument(parsing: Array(series.value(last)))
                    positions[name] = Self.point(json, json.root)
                    continue
                }
                try take(series, of: name)
            }
        case .entities(let batch):
            for entity in batch.entities {
                let json = try JSONDocument(parsing: Array(entity))
                guard let id = json.member(json.root, "id").flatMap({ json.string($0) }),
                    let location = json.member(json.root, "location"), let value = json.member(location, "value")
                else { continue }
                positions[Self.name(of: id)] = Self.point(json, value)
            }
        }
    }

    private mutating func take(_ series: HistorySeries, of name: String) throws {
        var column = stations[name]?[series.attribute] ?? Column()
        stations[name]?[series.attribute] = nil
        for index in 0..<series.count {
            guard let number = series.number(index) else { continue }
            let hour = (Double(series.observedAt[index].millisecondsSinceEpoch) / 3_600_000).rounded(.down)
            guard abs(hour) < Double(Int32.max) else { continue }
            column.hours.append(Int32(hour))
            column.numbers.append(number)
            values += 1
        }
        guard values <= Self.mostValues else {
            throw Refusal(
                description:
                    "the tables hold more than \(Self.mostValues) numbers; evaluate fewer stations at a time, or "
                    + "leave columns out with a mapping")
        }
        if !column.hours.isEmpty { stations[name, default: [:]][series.attribute] = column }
    }

    /// The last part of an entity's id, which tells stations apart.
    private static func name(of id: String) -> String {
        let part = id.split(separator: ":").last.map(String.init) ?? id
        return part.removingPercentEncoding ?? part
    }

    private static func point(_ json: JSONDocument, _ value: JSONNode) -> (longitude: Double, latitude: Double)? {
        guard let place = json.member(value, "coordinates"), json.isArray(place) else { return nil }
        let numbers = json.elements(place).compactMap { json.double($0) }
        return numbers.count >= 2 ? (numbers[0], numbers[1]) : nil
    }

    /// The stations in the order of their names, with their values for each hour; several in one hour become their mean.
    ///
    /// - Parameter pollutant: A column's name; case, spaces and signs do not matter.
    mutating func records(
        of pollutant: String, positions given: Positions
    ) throws -> [StationRecord] {
        let wanted = ColumnName.plain(pollutant)
        var records: [StationRecord] = []
        var seen: Set<String> = []
        for name in stations.keys.sorted() {
            guard let columns = stations.removeValue(forKey: name) else { continue }
            seen.formUnion(columns.keys)
            guard let attribute = columns.keys.sorted().first(where: { ColumnName.plain($0) == wanted }),
                let own = columns[attribute], let first = own.hours.min(), let last = own.hours.max()
            else { continue }
            let count = Int(last) - Int(first) + 1
            guard count <= Self.mostHours else {
                throw Refusal(
                    description: "the values of station \(name) span \(count) hours, and at most \(Self.mostHours) can "
                        + "be evaluated; check the times of its first and last row")
            }
            records.append(
                StationRecord(
                    name: name, position: given[name] ?? positions[name], firstHour: Int(first),
                    values: Self.dense(own, first: first, count: count),
                    columns: columns.keys.sorted().filter { $0 != attribute }.compactMap { key in
                        columns[key].map {
                            StationRecord.Column(name: key, values: Self.dense($0, first: first, count: count))
                        }
                    }))
        }
        guard !records.isEmpty else {
            throw Refusal(
                description: "no station has a column \(pollutant); the columns of numbers are "
                    + "\(seen.sorted().joined(separator: ", ")); name one with --pollutant")
        }
        return records
    }

    private static func dense(_ column: Column, first: Int32, count: Int) -> [Double] {
        var sums = Array(repeating: 0.0, count: count)
        var counts = Array(repeating: 0.0, count: count)
        for (hour, number) in zip(column.hours, column.numbers) {
            let place = Int(hour) - Int(first)
            guard sums.indices.contains(place) else { continue }
            sums[place] += number
            counts[place] += 1
        }
        return zip(sums, counts).map { $1 > 0 ? $0 / $1 : .nan }
    }
}
