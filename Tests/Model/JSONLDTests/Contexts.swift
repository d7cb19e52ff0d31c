import JSONTree
import Synchronization

@testable import JSONLD

/// The context that a JSON text gives, with no documents but these.
func context(
    _ text: String, documents: [String: String] = [:]
) throws -> ResolvedContext {
    let document = try JSONDocument(parsing: text)
    var loaded: [String: ContextDocument] = [:]
    for (url, content) in documents {
        loaded[url] = try ContextDocument(url: url, bytes: Array(content.utf8), limit: 1 << 20, serial: 0)
    }
    return try ContextBuilder.build(.value(document, document.root), documents: loaded)
}

/// The source that a JSON text gives.
func source(_ text: String) throws -> ContextSource {
    let document = try JSONDocument(parsing: text)
    return .value(document, document.root)
}

/// What is wrong with a context; `nil` when nothing is.
func problem(_ text: String, documents: [String: String] = [:]) throws -> ContextProblem? {
    do {
        _ = try context(text, documents: documents)
        return nil
    } catch ContextError.invalid(_, let problem) {
        return problem
    }
}

/// A loader whose answers are set by the test, at once or when the test says so.
final class FakeLoader: ContextDocumentLoader {
    typealias Completion = @Sendable (Result<LoadedContext, ContextError>) -> Void

    private struct State {
        var answers: [String: Result<LoadedContext, ContextError>] = [:]
        var requests: [String] = []
        var isHolding = false
        var held: [(url: String, completion: Completion)] = []
    }

    private let state = Mutex(State())

    init(_ documents: [String: String] = [:]) {
        for (url, text) in documents { self[url] = .success(LoadedContext(Array(text.utf8))) }
    }

    subscript(_ url: String) -> Result<LoadedContext, ContextError>? {
        get { state.withLock { $0.answers[url] } }
        set { state.withLock { $0.answers[url] = newValue } }
    }

    /// The URLs asked for, in order.
    var requests: [String] { state.withLock { $0.requests } }

    /// From now on nothing is answered until `release`.
    func hold() { state.withLock { $0.isHolding = true } }

    /// Answers what is held and stops holding.
    func release() {
        let held = state.withLock { state in
            state.isHolding = false
            defer { state.held = [] }
            return state.held
        }
        for (url, completion) in held { completion(answer(url)) }
    }

    private func answer(_ url: String) -> Result<LoadedContext, ContextError> {
        self[url] ?? .failure(.status(url: url, code: 404))
    }

    func load(_ url: String, completion: @escaping Completion) {
        let isHeld = state.withLock { state in
            state.requests.append(url)
            if state.isHolding { state.held.append((url, completion)) }
            return state.isHolding
        }
        if !isHeld { completion(answer(url)) }
    }
}

/// Time that passes when the test says so.
final class ManualClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let offset = Mutex(Duration.zero)

    var now: Instant { Instant(offset: offset.withLock { $0 }) }
    var minimumResolution: Duration { .nanoseconds(1) }

    func advance(by duration: Duration) { offset.withLock { $0 += duration } }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws { throw CancellationError() }
}

/// Collects what is called back.
final class Results: Sendable {
    private let state = Mutex<[Result<ResolvedContext, ContextError>]>([])
    var all: [Result<ResolvedContext, ContextError>] { state.withLock { $0 } }
    func add(_ result: Result<ResolvedContext, ContextError>) { state.withLock { $0.append(result) } }
}
