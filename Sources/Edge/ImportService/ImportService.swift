import DatasetImport
import Foundation
public import NGSILDModel
public import NGSILDOperations
import WorkThreads

/// Imports that are prepared, tried, run and undone in the server: files that come up in pieces, and edits of many entities.
///
/// Invariants:
/// 1. What `states` says of an import is on disk, but for the counts of one that runs, which its journal has.
/// 2. At most one import runs at a time; `running` names it.
/// 3. The files of all imports together take at most `configuration.limit` bytes.
public actor ImportService {
    let operations: Operations
    let configuration: Configuration
    private nonisolated let queue = WorkQueue("parvis.imports")
    private nonisolated let runQueue = WorkQueue("parvis.imports.run")
    var states: [String: ImportState] = [:]
    var guesses: [String: Result<TableGuess, ImportError>] = [:]
    private var running: (id: String, control: RunControl, task: Task<Void, Never>)?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    /// Opens nothing yet; `start` takes up what is on disk.
    public init(_ operations: Operations, configuration: Configuration) {
        self.operations = operations
        self.configuration = configuration
    }

    func folder(_ id: String) -> ImportFolder { ImportFolder(configuration.directory, id: id) }

    // MARK: - From one start of the server to the next

    /// Takes up what is on disk. What ran when the server ended is marked as stopped, with what its journal says; nobody
    /// has changed its entities since, so that it can still be undone.
    public func start() {
        for id in (try? FileManager.default.contentsOfDirectory(atPath: configuration.directory)) ?? [] {
            guard var state = folder(id).load(), state.id == id else {
                if Self.isID(id) { folder(id).remove() }
                continue
            }
            if state.status.isActive {
                recover(&state)
                save(&state)
            }
            states[id] = state
        }
        sweep()
    }

    private func recover(_ state: inout ImportState) {
        let wasUndoing = state.status == .undoing
        state.status = .stopped
        let path = folder(state.id).journal
        guard FileManager.default.fileExists(atPath: path), let plan = try? JournalReader.plan(path) else {
            state.message = "The server was stopped before anything was written."
            return
        }
        if plan.hasCounts { state.counts = plan.counts }
        do {
            let journal = try ImportJournal(path: path, limit: configuration.limit + (256 << 20))
            for id in plan.unfinished where plan.entries[id]?.mark == nil {
                let current = operations.consumption.linkedEntity(id: id, tenant: state.tenant)
                guard let current else { continue }
                try journal.add(mark: current.modifiedAt, of: id)
            }
            try journal.write(isDurable: true)
        } catch { configuration.onProblem("The journal of import \(state.id) cannot be completed: \(error)") }
        state.message =
            wasUndoing
            ? "The server was stopped while this was undone; undo it again to go on."
            : "The server was stopped after row \(state.counts.rows): \(state.counts.created) entities created, \(state.counts.updated) updated. Go on, or undo it."
    }

    /// Ends what runs, between two batches.
    public func stop() async {
        guard let running else { return }
        running.control.stop()
        await running.task.value
    }

    /// Removes files and imports that nobody touched for long.
    private func sweep() {
        let now = Date().timeIntervalSince1970
        for (id, state) in states where !state.status.isActive {
            if now - state.changedAt > configuration.lifetime / .seconds(1) {
                folder(id).remove()
                states[id] = nil
                guesses[id] = nil
            } else if state.kind == .file, now - state.changedAt > configuration.fileLifetime / .seconds(1) {
                folder(id).removeFile()
                if !state.status.hasRun {
                    folder(id).remove()
                    states[id] = nil
                }
                guesses[id] = nil
            }
        }
    }

    func save(_ state: inout ImportState) {
        state.touch()
        do { try folder(state.id).save(state) } catch {
            configuration.onProblem("Import \(state.id) cannot be kept: \(error)")
        }
        states[state.id] = state
    }

    // MARK: - Requests

    /// Answers one request.
    public func answer(_ request: ImportRequest, tenant: String) async throws(NGSILDError) -> ImportAnswer {
        switch request {
        case .list:
            sweep()
            return try listAnswer(tenant)
        case .create(let body):
            sweep()
            return try create(body, tenant)
        case .show(let id): return try show(try state(id, tenant))
        case .piece(let id, let number, let bytes): return try take(bytes, number, try state(id, tenant))
        case .correct(let id, let body): return try correct(try state(id, tenant), body)
        case .preview(let id, let body): return try await preview(try state(id, tenant), body)
        case .run(let id, let body): return try run(try state(id, tenant), body)
        case .pause(let id): return try pause(try state(id, tenant), true)
        case .resume(let id): return try pause(try state(id, tenant), false)
        case .cancel(let id):
            let state = try state(id, tenant)
            guard state.status.isActive, running?.id == id else { throw .conflict("This import does not run") }
            running?.control.cancel()
            return .done
        case .undo(let id, let body): return try undo(try state(id, tenant), body)
        case .delete(let id):
            let state = try state(id, tenant)
            guard !state.status.isActive else { throw .conflict("This import runs; cancel it first") }
            folder(id).remove()
            states[id] = nil
            guesses[id] = nil
            return .done
        }
    }

    private func state(_ id: String, _ tenant: String) throws(NGSILDError) -> ImportState {
        guard let state = states[id], state.tenant == tenant else {
            throw .resourceNotFound(
                "There is no import \(id.prefix(40)); it may have been removed, a day after its last use")
        }
        return state
    }

    func progress(of id: String) -> RunControl.Progress? { running?.id == id ? running?.control.progress : nil }

    // MARK: - Running

    private func refuseSecond() throws(NGSILDError) {
        guard let running else { return }
        let name = states[running.id]?.name ?? running.id
        throw .conflict("\(name) runs; one import runs at a time, so wait for it or cancel it")
    }

    private func run(_ state: ImportState, _ body: [UInt8]) throws(NGSILDError) -> ImportAnswer {
        var state = state
        try refuseSecond()
        switch state.status {
        case .ready, .stopped, .cancelled, .failed: break
        case .uploading:
            throw .conflict("The file is not here whole: \(state.received.count) of \(state.pieces) pieces came")
        case .done: throw .conflict("This import is done; undo it, or bring the file in anew")
        case .undone: throw .conflict("This import was undone; bring the file in anew")
        case .running, .paused, .undoing: throw .conflict("This import runs already")
        }
        if state.kind == .file, !folder(state.id).hasFile(state.name) {
            throw .conflict("The file was removed, a day after its last use; bring it in anew")
        }
        // A run that goes on keeps its mapping, because the batches that are done were made by it.
        if state.counts.batches == 0 { try choose(&state, body) }
        state.status = .running
        state.message = nil
        state.failures = []
        save(&state)
        begin(state) { [operations, configuration] state, control in
            let folder = ImportFolder(configuration.directory, id: state.id)
            let journal = try ImportJournal(path: folder.journal, limit: configuration.limit)
            let writer = EntityWriter(
                operations, tenant: state.tenant, control: control, journal: journal,
                entityLimit: configuration.entityLimit, counts: state.counts)
            var failures: [ImportState.Failure] = []
            var ending: (any Error)?
            do {
                if state.kind == .edit, let edit = state.edit {
                    let run = EditRun(edit: edit, ids: folder.loadIDs(), operations: operations, tenant: state.tenant)
                    try await run.run(writer, done: state.counts.batches)
                } else {
                    failures = try await FileRun(
                        state: state, folder: folder, writer: writer, done: state.counts.batches
                    ).run()
                }
            } catch { ending = error }
            return Outcome(
                counts: writer.counts, failures: failures + writer.failures, ending: ending, undo: nil)
        }
        return try show(state, status: 202)
    }

    private func undo(_ state: ImportState, _ body: [UInt8]) throws(NGSILDError) -> ImportAnswer {
        var state = state
        let isForced = try UndoRequest.read(body).force ?? false
        try refuseSecond()
        guard state.status.hasRun, !state.status.isActive else {
            throw .conflict("This import has not run, so there is nothing to undo")
        }
        guard FileManager.default.fileExists(atPath: folder(state.id).journal) else {
            throw .conflict("This import wrote nothing, so there is nothing to undo")
        }
        state.status = .undoing
        state.message = nil
        save(&state)
        begin(state) { [operations, configuration] state, control in
            let run = UndoRun(
                folder: ImportFolder(configuration.directory, id: state.id), operations: operations,
                tenant: state.tenant, control: control, isForced: isForced, journalLimit: configuration.limit)
            do {
                let undo = try await run.run()
                return Outcome(counts: state.counts, failures: state.failures, ending: nil, undo: undo)
            } catch {
                return Outcome(counts: state.counts, failures: state.failures, ending: error, undo: nil)
            }
        }
        return try show(state, status: 202)
    }

    /// How a run ended.
    private struct Outcome: Sendable {
        var counts: ImportState.Counts
        var failures: [ImportState.Failure]
        var ending: (any Error)?
        var undo: ImportState.Undo?
    }

    private func begin(
        _ state: ImportState, _ work: @escaping @Sendable (ImportState, RunControl) async throws -> Outcome
    ) {
        let control = RunControl()
        control.update { $0.counts = state.counts }
        let task = Task(executorPreference: runQueue) {
            let outcome: Outcome
            do { outcome = try await work(state, control) } catch {
                outcome = Outcome(counts: state.counts, failures: state.failures, ending: error, undo: nil)
            }
            await self.finish(state.id, outcome, control.seconds)
        }
        running = (state.id, control, task)
    }

    private func finish(_ id: String, _ outcome: Outcome, _ seconds: Double) {
        running = nil
        guard var state = states[id] else { return }
        let wasUndoing = state.status == .undoing
        state.counts = outcome.counts
        state.failures = outcome.failures
        state.seconds += seconds
        if var undo = outcome.undo {
            // An undo that went on, or that was then forced, did its part before.
            if let earlier = state.undo {
                undo.deleted += earlier.deleted
                undo.restored += earlier.restored
                undo.gone += earlier.gone
            }
            state.undo = undo
            state.status = .undone
        } else {
            (state.status, state.message) = ending(outcome.ending, state)
            if wasUndoing {
                state.message = "Not all is undone: \(state.message ?? "it was ended"). Undo it again to go on."
            }
        }
        save(&state)
    }

    private func ending(_ error: (any Error)?, _ state: ImportState) -> (ImportState.Status, String?) {
        switch error {
        case nil: (.done, nil)
        case RunControl.End.cancelled?:
            (.cancelled, "Ended after row \(state.counts.rows). Go on, or undo it.")
        case RunControl.End.stopped?:
            (.stopped, "The server was stopped after row \(state.counts.rows). Go on, or undo it.")
        case let error?: (.failed, sentence(error, state.id))
        }
    }

    func sentence(_ error: any Error, _ id: String) -> String {
        switch error {
        case let error as ImportError: return folder(id).hidingPath("\(error)")
        case let error as NGSILDError: return error.detail
        case let error as EntityWriter.Stop: return error.reason
        case ImportJournal.Failure.full(let limit):
            return
                "What would be needed to undo this passes \(limit) bytes (--import-limit); import less at a time, or use parvis import, which keeps no journal"
        default:
            configuration.onProblem("Import \(id): \(error)")
            return "It failed for a reason that is in the server's log, at import \(id)"
        }
    }

    private func pause(_ state: ImportState, _ isPaused: Bool) throws(NGSILDError) -> ImportAnswer {
        var state = state
        guard running?.id == state.id, state.status == (isPaused ? .running : .paused) else {
            throw .conflict(isPaused ? "This import does not run" : "This import is not paused")
        }
        running?.control.pause(isPaused)
        state.status = isPaused ? .paused : .running
        save(&state)
        return .done
    }

    static func isID(_ text: String) -> Bool {
        text.utf8.count == 16
            && text.utf8.allSatisfy {
                ("0"..."9").contains(Unicode.Scalar($0)) || ("a"..."f").contains(Unicode.Scalar($0))
            }
    }
}
