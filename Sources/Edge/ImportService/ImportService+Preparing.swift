import DatasetImport
import Foundation
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations

/// Up to the run: pieces, guesses, previews.
extension ImportService {
    private struct Creation: Decodable {
        var name: String?
        var size: Int?
        var edit: EntityEdit.Body?
        var ids: [String]?
    }

    func create(_ body: [UInt8], _ tenant: String) throws(NGSILDError) -> ImportAnswer {
        guard states.count < configuration.importLimit else {
            throw .insufficientStorage("There are \(states.count) imports; delete one of them first")
        }
        let asked = try decoded(Creation.self, body)
        let id = String(format: "%016llx", UInt64.random(in: 0...UInt64.max))
        let now = Date().timeIntervalSince1970
        if let edit = asked.edit {
            return try createEdit(edit.edit, asked.ids ?? [], id, now, tenant)
        }
        guard let name = asked.name, !name.isEmpty, name.utf8.count <= 1_000 else {
            throw .badRequestData("Give the \"name\" of the file, up to 1000 bytes")
        }
        guard let size = asked.size, size > 0 else {
            throw .badRequestData("Give the \"size\" of the file in bytes; an empty one has nothing to import")
        }
        guard size <= configuration.limit else {
            throw .badRequestData(
                "The file has \(size) bytes; at most \(configuration.limit) are taken (--import-limit). Larger ones are taken by parvis import"
            )
        }
        let used = states.values.reduce(0) {
            $0 + (folder($1.id).hasFile($1.name) || $1.status == .uploading ? $1.size : 0)
        }
        guard used + size <= configuration.limit else {
            throw .insufficientStorage(
                "Files of earlier imports take \(used) bytes of \(configuration.limit); delete one of them first")
        }
        var state = ImportState(
            id: id, kind: .file, name: name, tenant: tenant, size: size, pieceBytes: configuration.pieceBytes,
            createdAt: now, changedAt: now, status: .uploading)
        try make(&state)
        return try show(state, status: 201)
    }

    private func createEdit(
        _ edit: EntityEdit, _ ids: [String], _ id: String, _ now: Double, _ tenant: String
    ) throws(NGSILDError) -> ImportAnswer {
        guard !ids.isEmpty else { throw .badRequestData("Give the \"ids\" of the entities to change") }
        guard ids.count <= configuration.editLimit else {
            throw .badRequestData(
                "\(ids.count) entities are chosen; at most \(configuration.editLimit) are changed at a time")
        }
        var edit = edit
        var seen = Set<String>()
        let ids = ids.filter { seen.insert($0).inserted }
        edit.count = ids.count
        let words: [EntityEdit.Action: String] = [
            .set: "Set", .unit: "Unit of", .remove: "Remove", .delete: "Delete entities",
        ]
        var state = ImportState(
            id: id, kind: .edit, name: "\(words[edit.action] ?? "") \(edit.attribute)", tenant: tenant, createdAt: now,
            changedAt: now, status: .ready, format: .edit, edit: edit)
        if edit.action != .delete {
            guard !edit.attribute.isEmpty, !MemberNames.contains(edit.attribute) else {
                throw .badRequestData(
                    "Give the \"attribute\" to change; \(edit.attribute.isEmpty ? "id, type and scope are" : "\(edit.attribute) is") none"
                )
            }
            guard edit.action != .set || edit.instance != nil else {
                throw .badRequestData("Give the \"instance\" to set, as a text of JSON")
            }
            guard edit.action != .unit || !(edit.unitCode ?? "").isEmpty else {
                throw .badRequestData("Give the \"unitCode\" to set, such as CEL")
            }
        }
        let run = EditRun(edit: edit, ids: Array(ids.prefix(1)), operations: operations, tenant: tenant)
        do { _ = try run.preview(1) } catch { throw refusal(error, id) }
        try make(&state)
        do { try folder(id).saveIDs(ids) } catch { throw .insufficientStorage("The import cannot be kept on disk") }
        return try show(state, status: 201)
    }

    private func make(_ state: inout ImportState) throws(NGSILDError) {
        do {
            try folder(state.id).make()
            try folder(state.id).save(state)
        } catch {
            configuration.onProblem("An import cannot be kept: \(error)")
            folder(state.id).remove()
            throw .insufficientStorage("The import cannot be kept on disk; see the server's log")
        }
        states[state.id] = state
    }

    func take(_ bytes: [UInt8], _ number: Int, _ state: ImportState) throws(NGSILDError) -> ImportAnswer {
        var state = state
        guard state.status == .uploading else { throw .conflict("The file is here whole already") }
        guard number >= 0, number < state.pieces else {
            throw .badRequestData("Pieces are numbered from 0 to \(state.pieces - 1)")
        }
        let offset = number * state.pieceBytes
        let expected = min(state.pieceBytes, state.size - offset)
        guard bytes.count == expected else {
            throw .badRequestData("Piece \(number) has \(bytes.count) bytes; \(expected) are expected")
        }
        let isNew = !state.received.contains(number)
        do {
            try folder(state.id).write(
                bytes, at: offset, of: state.name, isLast: state.received.count + (isNew ? 1 : 0) == state.pieces)
        } catch {
            configuration.onProblem("A piece of import \(state.id) cannot be written: \(error)")
            throw .insufficientStorage("The piece cannot be written; see the server's log")
        }
        if isNew { state.received = (state.received + [number]).sorted() }
        if state.isComplete { state.status = .ready }
        save(&state)
        if state.isComplete { return try show(state) }
        return .done
    }

    /// What the file seems to be; worked out once.
    func guess(_ state: inout ImportState) -> Result<TableGuess, ImportError>? {
        guard state.kind == .file, state.isComplete, folder(state.id).hasFile(state.name) else { return nil }
        let path = folder(state.id).file(state.name)
        if state.format == nil, let handle = FileHandle(forReadingAtPath: path) {
            let front = (try? handle.read(upToCount: 4)) ?? Data()
            if front.starts(with: [0x50, 0x4B, 0x03, 0x04]) { state.format = .gtfs }
            try? handle.close()
        }
        if state.format == .gtfs { return nil }
        if let known = guesses[state.id] { return known }
        let result = Result { [state] () throws(ImportError) in
            try TableGuess.of(path: path, name: state.name, reading: state.reading ?? .init())
        }
        if case .success(let guess) = result { state.format = guess.format == .csv ? .csv : .geojson }
        if guesses.count > 20 { guesses.removeAll() }
        guesses[state.id] = result
        states[state.id] = state
        return result
    }

    /// Guesses anew, with what somebody corrected of how the table is read. A reading that makes no table changes nothing.
    func correct(_ state: ImportState, _ body: [UInt8]) throws(NGSILDError) -> ImportAnswer {
        guard state.kind == .file, state.status == .ready else {
            throw .conflict("How a file is read is chosen before it is brought in; bring it in anew")
        }
        let path = folder(state.id).file(state.name)
        guard folder(state.id).hasFile(state.name) else {
            throw .conflict("The file was removed, a day after its last use; bring it in anew")
        }
        guard state.format != .gtfs else {
            throw .badRequestData("A feed is read as GTFS says; there is nothing to correct")
        }
        var state = state
        state.reading = try decoded(TableReading.self, body)
        do throws(ImportError) {
            let guess = try TableGuess.of(path: path, name: state.name, reading: state.reading ?? .init())
            guesses[state.id] = .success(guess)
            state.format = guess.format == .csv ? .csv : .geojson
        } catch { throw refusal(error, state.id) }
        save(&state)
        return try show(state)
    }

    /// Takes the mapping of a run.
    func choose(_ state: inout ImportState, _ body: [UInt8]) throws(NGSILDError) {
        guard state.kind == .file else { return }
        let asked = try decoded(MappingRequest.self, body.isEmpty ? Array("{}".utf8) : body)
        if case .failure(let error)? = guess(&state) { throw refusal(error, state.id) }
        if state.format == .gtfs {
            state.feed = asked.feed ?? state.feed
            state.stopTimes = asked.stopTimes ?? state.stopTimes
            return
        }
        state.mapping = try mapping(asked, &state).yaml
    }

    private func mapping(
        _ asked: MappingRequest, _ state: inout ImportState
    ) throws(NGSILDError) -> (yaml: String, mapping: TabularMapping) {
        do {
            let yaml: String
            if let text = asked.mapping {
                yaml = text
            } else if let choices = asked.choices {
                yaml = try choices.yaml()
            } else if case .success(let guess)? = guess(&state) {
                yaml = try guess.choices.yaml()
            } else {
                throw NGSILDError.badRequestData("Give \"choices\" or a \"mapping\"")
            }
            return (yaml, try TabularMapping(yaml: yaml, file: "the mapping"))
        } catch { throw refusal(error, state.id) }
    }

    func preview(_ state: ImportState, _ body: [UInt8]) async throws(NGSILDError) -> ImportAnswer {
        var state = state
        if let edit = state.edit {
            let run = EditRun(edit: edit, ids: folder(state.id).loadIDs(), operations: operations, tenant: state.tenant)
            do {
                let preview = try run.preview(20)
                return try encoded(
                    EditPreview(
                        differences: preview.differences, changed: preview.changed, missing: preview.missing,
                        chosen: edit.count))
            } catch { throw refusal(error, state.id) }
        }
        guard state.isComplete else { throw .conflict("The file is not here whole yet") }
        guard folder(state.id).hasFile(state.name) else {
            throw .conflict("The file was removed, a day after its last use; bring it in anew")
        }
        let asked = try decoded(MappingRequest.self, body.isEmpty ? Array("{}".utf8) : body)
        if case .failure(let error)? = guess(&state) { throw refusal(error, state.id) }
        let path = folder(state.id).file(state.name)
        if state.format == .gtfs { return try await previewFeed(state, asked, path) }
        let (yaml, mapping) = try mapping(asked, &state)
        do {
            let preview = try TabularImport(files: [path], mapping: mapping).preview()
            let folder = folder(state.id)
            return try encodedPreview(
                preview.entities, yaml: yaml, rows: preview.rows, isWhole: preview.isWhole,
                failures: refusals(of: preview.entities) + preview.summary.skips.map { ImportState.Failure($0, folder) }
            )
        } catch { throw refusal(error, state.id) }
    }

    /// What the broker would refuse of the first entities, each reason once.
    private func refusals(of entities: [[UInt8]]) -> [ImportState.Failure] {
        let decoder = EntityDecoder(context: TermContext(context: .core, registry: operations.registry))
        var found: [ImportState.Failure] = []
        for entity in entities {
            guard let document = try? JSONDocument(parsing: entity) else { continue }
            do throws(NGSILDError) { _ = try decoder.decodeEntity(document, document.root) } catch {
                let id = document.member(document.root, "id").flatMap { document.string($0) } ?? ""
                if let place = found.firstIndex(where: { $0.reason == error.detail }) {
                    found[place].count += 1
                } else {
                    found.append(ImportState.Failure(reason: error.detail, count: 1, unit: "entity", example: id))
                }
            }
        }
        return found
    }

    private struct Enough: Error {}

    private func previewFeed(_ state: ImportState, _ asked: MappingRequest, _ path: String) async throws(NGSILDError)
        -> ImportAnswer
    {
        var options = GTFSImport.Options()
        options.feed = asked.feed ?? state.feed
        options.includesStopTimes = asked.stopTimes ?? true
        let importer = GTFSImport(path: path, options: options)
        var entities: [[UInt8]] = []
        var batches = 0
        do {
            let summary = try importer.check()
            do {
                _ = try await importer.run { batch in
                    entities += batch.entities.prefix(4).map { Array($0) }
                    batches += 1
                    if batches >= 12 { throw Enough() }
                }
            } catch is Enough {}
            let folder = folder(state.id)
            return try encodedPreview(
                Array(entities.prefix(40)), yaml: nil, rows: summary.totalRows, isWhole: true,
                failures: summary.skips.map { ImportState.Failure($0, folder) })
        } catch { throw refusal(error, state.id) }
    }

    func refusal(_ error: any Error, _ id: String) -> NGSILDError {
        if let error = error as? NGSILDError { return error }
        return .badRequestData(sentence(error, id))
    }
}
