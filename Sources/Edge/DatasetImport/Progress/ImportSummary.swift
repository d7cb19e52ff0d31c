/// What an import read, handed out and left out, and why. Prints as a table.
public struct ImportSummary: Sendable, Equatable {
    /// Why something was left out, with the first places where it happened.
    public struct Skip: Sendable, Equatable {
        /// What the figures of the summary count.
        public enum Unit: String, Sendable, Comparable {
            case row, value
            public static func < (left: Unit, right: Unit) -> Bool { left == .row && right == .value }
        }

        public var unit: Unit
        public var file: String
        public var reason: String
        public var count: Int
        /// The lines of the first cases, in order; at most `exampleLimit`.
        public var lines: [Int]
        /// What stood there in the first case, shortened; empty when nothing did.
        public var example: String
    }

    public static let exampleLimit = 5
    /// Reasons are few by nature; a file that invents more is counted under one last reason.
    static let reasonLimit = 1_000

    /// Rows read from each table, in the order of reading.
    public private(set) var rowsRead: [(file: String, rows: Int)] = []
    /// Entities handed out by type, in the order of first appearance.
    public private(set) var entities: [(type: String, count: Int)] = []
    /// Values with a time handed out as history.
    public internal(set) var instances = 0
    /// Cells that hold a mark for a missing value, such as `NA`; they are expected and not skips.
    public internal(set) var missingValues = 0
    /// What was left out, by file, then reason, in the order of first appearance.
    public private(set) var skips: [Skip] = []
    /// Whether what was handed out was kept nowhere, so that it is told as what would be imported.
    public var isTrial = false
    private var places: [Key: Int] = [:]

    private struct Key: Hashable {
        let unit: Skip.Unit
        let file: String
        let reason: String
    }

    public init() {}

    public var totalRows: Int { rowsRead.reduce(0) { $0 + $1.rows } }
    public var totalEntities: Int { entities.reduce(0) { $0 + $1.count } }
    public var skippedRows: Int { skips.reduce(0) { $0 + ($1.unit == .row ? $1.count : 0) } }
    public var skippedValues: Int { skips.reduce(0) { $0 + ($1.unit == .value ? $1.count : 0) } }

    public static func == (left: ImportSummary, right: ImportSummary) -> Bool {
        left.rowsRead.elementsEqual(right.rowsRead, by: ==) && left.entities.elementsEqual(right.entities, by: ==)
            && left.instances == right.instances && left.missingValues == right.missingValues
            && left.skips == right.skips
    }

    mutating func read(_ rows: Int, from file: String) { rowsRead.append((file, rows)) }

    mutating func emitted(_ count: Int, type: String) {
        guard count > 0 else { return }
        if let place = entities.firstIndex(where: { $0.type == type }) {
            entities[place].count += count
        } else {
            entities.append((type, count))
        }
    }

    /// Counts something left out. The reason is a fixed phrase; what varies belongs into `example`.
    mutating func skip(_ unit: Skip.Unit, file: String, line: Int, reason: String, example: String = "") {
        let isKnown = places[Key(unit: unit, file: file, reason: reason)] != nil
        let reason = isKnown || places.count < Self.reasonLimit ? reason : "other reasons"
        let key = Key(unit: unit, file: file, reason: reason)
        if let place = places[key] {
            skips[place].count += 1
            if skips[place].lines.count < Self.exampleLimit, skips[place].lines.last != line {
                skips[place].lines.append(line)
            }
        } else {
            places[key] = skips.count
            let short = example.count > 40 ? example.prefix(37) + "..." : example[...]
            skips.append(
                Skip(unit: unit, file: file, reason: reason, count: 1, lines: [line], example: String(short)))
        }
    }
}

extension ImportSummary: CustomStringConvertible {
    public var description: String {
        var rows: [TextTable.Row] = rowsRead.map { .cells(["read", $0.rows.grouped, $0.file, ""]) }
        if rowsRead.count > 1 { rows.append(.cells(["", totalRows.grouped, "rows in all", ""])) }
        rows.append(.gap)
        let imported = isTrial ? "would import" : "imported"
        rows += entities.map { .cells([imported, $0.count.grouped, $0.type, ""]) }
        if entities.count > 1 { rows.append(.cells(["", totalEntities.grouped, "entities in all", ""])) }
        if entities.isEmpty { rows.append(.cells([imported, "0", "entities", ""])) }
        if instances > 0 { rows.append(.cells(["history", instances.grouped, "values with their times", ""])) }
        if missingValues > 0 { rows.append(.cells(["missing", missingValues.grouped, "cells marked as missing", ""])) }
        rows.append(.gap)
        let skipped = isTrial ? "would skip" : "skipped"
        if skips.isEmpty { rows.append(.cells([skipped, "0", "nothing", ""])) }
        for skip in skips {
            let lines = skip.lines.map(String.init).joined(separator: ", ")
            let more = skip.count > skip.lines.count ? ", ..." : ""
            let example = skip.example.isEmpty ? "" : " (\(skip.example.debugDescription))"
            rows.append(
                .cells([
                    skipped, skip.count.grouped, "\(skip.unit.rawValue)s of \(skip.file): \(skip.reason)\(example)",
                    "\(skip.lines.count == 1 ? "line" : "lines") \(lines)\(more)",
                ]))
        }
        return TextTable(rows: rows, rightAligned: [1]).description
    }
}
