import NGSILDModel
import NGSILDOperations

/// The form of an export.
enum ExportFormat: String, CaseIterable, Sendable { case ndjson, json, geojson, csv }

/// What an export asks for.
struct ExportQuery: Sendable {
    var format = ExportFormat.ndjson
    /// A type, or a type selection such as `A,B`; `nil`: all.
    var type: String?
    /// The attributes wanted; none: all.
    var attributes: [String] = []
    /// From when on the history is wanted, inclusive, by `observedAt`.
    var from: String?
    /// Up to when, exclusive.
    var to: String?
    /// A table has a column for each attribute rather than a row for each instance.
    var isWide = false
    var showsSystemAttributes = true

    /// `timerel`, `timeAt` and `endTimeAt` for the time wanted; empty for all times.
    var times: [(name: String, value: String)] {
        switch (from, to) {
        case (let from?, let to?): [("timerel", "between"), ("timeAt", from), ("endTimeAt", to)]
        case (let from?, nil): [("timerel", "after"), ("timeAt", from)]
        case (nil, let to?): [("timerel", "before"), ("timeAt", to)]
        case (nil, nil): []
        }
    }
}

/// Where the next piece begins; only the source that said so can read it.
enum ExportPlace: Sendable {
    case stored(Int64)
    case temporal(TemporalPlace)
    case asked([(name: String, value: String)])
}

/// A part of an export.
struct ExportPiece: Sendable {
    /// Of a table, the row of the column names with its end.
    var header: [UInt8] = []
    /// Whole lines or rows with their ends, or elements with a comma and a line end between them.
    var body: [UInt8] = []
    /// The entities, or instances, in it.
    var count = 0
    /// `nil`: nothing follows.
    var next: ExportPlace?
}

/// Where an export reads: a data directory, or a running city.
protocol ExportSource: Sendable {
    /// A page of the current state.
    func entities(_ query: ExportQuery, after place: ExportPlace?) async throws -> ExportPiece
    /// Ids of entities that have a history, those without a current state included.
    func historyIDs(_ query: ExportQuery, after place: ExportPlace?) async throws -> (ids: [String], next: ExportPlace?)
    /// The attributes of an entity that have a history in the time and among those that the query wants.
    func historyAttributes(of id: String, _ query: ExportQuery) async throws -> [String]
    /// A part of the history of an entity, as long as an answer may be; empty when there is none.
    func history(
        of id: String, _ attributes: [String], _ query: ExportQuery, after place: ExportPlace?
    ) async throws -> ExportPiece
    func close() async
}
