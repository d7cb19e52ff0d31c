import Foundation

/// Writes what a source gives, piece by piece.
struct CityExport {
    let source: any ExportSource
    let query: ExportQuery
    let file: OutputFile
    let report: ExportReport

    /// The current state.
    ///
    /// - Returns: the number of entities; of a table, of its rows.
    func writeEntities() async throws -> Int {
        var count = 0
        var place: ExportPlace?
        switch query.format {
        case .json: try file.write("[")
        case .geojson: try file.write("{\"type\":\"FeatureCollection\",\"features\":[")
        case .ndjson, .csv: break
        }
        repeat {
            let piece = try await source.entities(query, after: place)
            if place == nil { try file.write(piece.header) }
            if count > 0, piece.count > 0, query.format == .json || query.format == .geojson { try file.write(",\n") }
            try file.write(piece.body)
            count += piece.count
            report.show("\(count) \(query.format == .csv ? "rows" : "entities")")
            place = piece.next
        } while place != nil
        switch query.format {
        case .json: try file.write("]\n")
        case .geojson: try file.write("]}\n")
        case .ndjson, .csv: break
        }
        return count
    }

    /// The history. Memory: the ids of the entities, and one answer's worth of instances.
    ///
    /// - Returns: the number of entities that have one, and of instances; of a table, of its rows.
    func writeHistory() async throws -> (entities: Int, instances: Int) {
        var (seen, instances, entities): (Set<String>, Int, Int) = ([], 0, 0)
        var hasHeader = false
        func write(_ piece: ExportPiece) throws {
            if !hasHeader { try file.write(piece.header) }
            hasHeader = hasHeader || !piece.header.isEmpty
            try file.write(piece.body)
            instances += piece.count
            report.show("\(entities) entities, \(instances) instances")
        }
        var place: ExportPlace?
        repeat {
            let page = try await source.historyIDs(query, after: place)
            // Of a running city, entities come and go while the pages are asked, so one may be on two of them.
            for id in page.ids where seen.insert(id).inserted {
                let before = instances
                let first = try await source.history(of: id, query.attributes, query, after: nil)
                if first.next == nil || query.isWide {
                    try write(first)
                    try await follow(first.next, id, query.attributes, write)
                } else {
                    // Attribute by attribute, so that each part comes from one series.
                    for name in try await source.historyAttributes(of: id, query) {
                        let part = try await source.history(of: id, [name], query, after: nil)
                        try write(part)
                        try await follow(part.next, id, [name], write)
                    }
                }
                if instances > before { entities += 1 }
            }
            place = page.next
        } while place != nil
        return (entities, instances)
    }

    private func follow(
        _ place: ExportPlace?, _ id: String, _ attributes: [String], _ write: (ExportPiece) throws -> Void
    ) async throws {
        var place = place
        while place != nil {
            let piece = try await source.history(of: id, attributes, query, after: place)
            try write(piece)
            place = piece.next
        }
    }
}

/// Shows how far an export is, on standard error: a line that is rewritten on a terminal, now and then a line elsewhere.
final class ExportReport {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var last: ContinuousClock.Instant
    private var width = 0

    init() {
        start = clock.now
        last = start
    }

    func show(_ text: String) {
        let now = clock.now
        guard now - last >= (isTerminal ? .milliseconds(200) : .seconds(5)) else { return }
        last = now
        if isTerminal {
            write("\r" + text + String(repeating: " ", count: max(0, width - text.count)))
            width = text.count
        } else {
            write(text + "\n")
        }
    }

    func finish(_ text: String) {
        let seconds = (clock.now - start) / .seconds(1)
        write((width > 0 ? "\r" + String(repeating: " ", count: width) + "\r" : "") + text)
        write(" exported in \(String(format: "%.1f", seconds)) s\n")
    }

    private func write(_ text: String) { Output.tell(text) }
}
