import DatasetImport
import Foundation
import JSONTree
import NGSILDModel
import NGSILDOperations

/// How a mapping is given: as choices of a form, or as the text of a mapping file.
struct MappingRequest: Decodable {
    var choices: TableChoices?
    var mapping: String?
    var feed: String?
    var stopTimes: Bool?
}

struct UndoRequest: Decodable {
    var force: Bool?

    static func read(_ body: [UInt8]) throws(NGSILDError) -> UndoRequest {
        body.isEmpty ? UndoRequest() : try decoded(UndoRequest.self, body)
    }
}

struct EditPreview: Encodable {
    let differences: [EditRun.Difference]
    /// Entities that would change.
    let changed: Int
    /// Entities that are not there any more.
    let missing: Int
    let chosen: Int
}

extension EntityEdit {
    /// An edit as it is asked for.
    struct Body: Decodable {
        var action: Action
        var attribute: String?
        var instance: String?
        var unitCode: String?

        var edit: EntityEdit {
            EntityEdit(action: action, attribute: attribute ?? "", instance: instance, unitCode: unitCode)
        }
    }
}

/// Reads a body; what is wrong in it is named.
func decoded<T: Decodable>(_ type: T.Type, _ body: [UInt8]) throws(NGSILDError) -> T {
    // The project's own parser bounds the depth and refuses names that stand twice.
    do throws(JSONParseError) { _ = try JSONDocument(parsing: body) } catch {
        throw .invalidRequest("The body is no JSON: \(error)")
    }
    do { return try JSONDecoder().decode(type, from: Data(body)) } catch let error as DecodingError {
        switch error {
        case .keyNotFound(let key, _): throw .badRequestData("\"\(key.stringValue)\" is missing in the body")
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
            throw .badRequestData("\"\(path)\" in the body has not the value that is expected there")
        @unknown default: throw .badRequestData("The body is not as expected")
        }
    } catch { throw .badRequestData("The body is not as expected") }
}

func encoded(_ value: some Encodable, status: Int = 200) throws(NGSILDError) -> ImportAnswer {
    do { return ImportAnswer(status: status, body: Array(try JSONEncoder().encode(value))) } catch {
        throw .internalError("The answer cannot be written")
    }
}

extension ImportService {
    /// What is told of an import.
    private struct Report: Encodable {
        let id: String
        let kind: ImportState.Kind
        let name: String
        let size: Int
        let pieceBytes: Int
        let pieces: Int
        let received: [Int]
        let createdAt: String
        let status: ImportState.Status
        let format: ImportState.Format?
        let hasFile: Bool
        let edit: EntityEdit?
        let counts: ImportState.Counts
        let seconds: Double
        let message: String?
        let undo: ImportState.Undo?
        let progress: RunControl.Progress?
        var failures: [ImportState.Failure]?
        var guess: Guess?
        /// Why the file cannot be read.
        var problem: String?
        var mapping: String?
    }

    private struct Guess: Encodable {
        let columns: [TableGuess.Column]
        let choices: TableChoices
        let warnings: [String]
        let rows: Int
    }

    private func report(_ state: ImportState) -> Report {
        let progress = progress(of: state.id)
        let time = Date(timeIntervalSince1970: state.createdAt).formatted(.iso8601)
        return Report(
            id: state.id, kind: state.kind, name: state.name, size: state.size, pieceBytes: state.pieceBytes,
            pieces: state.pieces, received: state.received, createdAt: time, status: state.status, format: state.format,
            hasFile: state.kind == .file && folder(state.id).hasFile(state.name), edit: state.edit,
            counts: progress?.counts ?? state.counts, seconds: progress?.seconds ?? state.seconds,
            message: state.message,
            undo: state.undo, progress: progress)
    }

    func listAnswer(_ tenant: String) throws(NGSILDError) -> ImportAnswer {
        let own = states.values.filter { $0.tenant == tenant }.sorted { $0.createdAt > $1.createdAt }
        return try encoded(own.map(report))
    }

    func show(_ state: ImportState, status: Int = 200) throws(NGSILDError) -> ImportAnswer {
        var state = state
        let guess = state.status == .ready ? guess(&state) : nil
        var report = report(state)
        report.failures = state.failures
        report.mapping = state.mapping
        switch guess {
        case .success(let guess)?:
            report.guess = Guess(
                columns: guess.columns, choices: guess.choices, warnings: guess.warnings, rows: guess.rows)
        case .failure(let error)?: report.problem = sentence(error, state.id)
        case nil: break
        }
        return try encoded(report, status: status)
    }

    /// - Parameter entities: Each as JSON.
    func encodedPreview(
        _ entities: [[UInt8]], yaml: String?, rows: Int, isWhole: Bool, failures: [ImportState.Failure]
    ) throws(NGSILDError) -> ImportAnswer {
        struct Rest: Encodable {
            let mapping: String?
            let rows: Int
            let isWhole: Bool
            let failedRows: Int
            let failedValues: Int
            let failures: [ImportState.Failure]
        }
        func count(_ unit: String) -> Int { failures.filter { $0.unit == unit }.reduce(0) { $0 + $1.count } }
        let rest = try encoded(
            Rest(
                mapping: yaml, rows: rows, isWhole: isWhole, failedRows: count("row"), failedValues: count("value"),
                failures: failures))
        let list = Array(entities.joined(separator: [UInt8(ascii: ",")]))
        return ImportAnswer(
            status: 200, body: rest.body.dropLast() + Array(",\"entities\":[".utf8) + list + Array("]}".utf8))
    }
}
