import JSONTree
import Synchronization

/// The steps of a resolution: find what is missing, load it, look again, build.
extension ContextCache {
    /// The key by which a context is built and kept: its URL, if a single one is left without the core context.
    func key(of source: ContextSource) -> Key {
        switch source {
        case .url(let url): return .url(url)
        case .value(let document, let node):
            let parts = ContextForm.parts(document, node)
            if parts.isEmpty { return .url(CoreContext.currentURL) }
            if parts.count == 1, let url = document.string(parts[0]) { return .url(url) }
            return .inline(Bytes(bytes: Array(document.bytes[document.range(node)])))
        }
    }

    /// The key that takes no reading.
    func sentKey(of document: JSONDocument, _ node: JSONNode) -> Key {
        if let url = document.string(node) { return .url(url) }
        return .inline(Bytes(bytes: Array(document.bytes[document.range(node)])))
    }

    func ready(_ key: Key) -> Result<ResolvedContext, ContextError>? {
        if case .url(let url) = key, CoreContext.isKnown(url) { return .success(.core) }
        let now = now()
        return state.withLock { $0.outcome(key, at: now)?.result }
    }

    /// What is ready under a key, kept from now on under a second one too.
    func ready(_ key: Key, alsoAs sent: Key) -> Result<ResolvedContext, ContextError>? {
        let now = now()
        return state.withLock { state in
            let outcome: Outcome
            if case .url(let url) = key, CoreContext.isKnown(url) {
                outcome = Outcome(result: .success(.core), origin: [:], expiry: nil)
            } else if let present = state.outcome(key, at: now) {
                outcome = present
            } else {
                return nil
            }
            state.keep(outcome, for: sent, size: 256)
            return outcome.result
        }
    }

    /// The documents at these URLs, if all are here and none has run out.
    func current(_ urls: [String]) -> [Stored]? {
        let now = now()
        return state.withLock { state in
            var found: [Stored] = []
            for url in urls {
                guard let stored = state.documents.use(url), stored.expiry > now else { return nil }
                found.append(stored)
            }
            return found
        }
    }

    /// The documents that a source needs, through others too, and that are not among those at hand.
    func missingDocuments(
        for source: ContextSource, among documents: [String: Stored]
    ) throws(ContextError) -> [String] {
        var open: [String]
        switch source {
        case .url(let url):
            guard let absolute = IRIReference.resolve(url, against: nil) else {
                throw .invalid(url: nil, ContextProblem.relativeReference(url).shortened)
            }
            open = CoreContext.isKnown(absolute) ? [] : [absolute]
        case .value(let document, let node): open = ContextDocument.references(document, node, base: nil)
        }
        var seen = Set(open)
        var missing: [String] = []
        while let url = open.popLast() {
            guard seen.count <= ContextLimits.documents else {
                throw .invalid(url: nil, .tooManyDocuments(limit: ContextLimits.documents))
            }
            guard url.utf8.count <= ContextLimits.iriLength else {
                throw .invalid(url: nil, .tooLongIRI(term: "@context", limit: ContextLimits.iriLength))
            }
            guard let document = documents[url]?.document else {
                missing.append(url)
                continue
            }
            for reference in document.references where seen.insert(reference).inserted { open.append(reference) }
        }
        return missing
    }

    /// Loads in rounds until nothing is missing; each round adds a document, and their number is limited.
    func advance(
        _ source: ContextSource, documents: [String: Stored], _ generation: Int?,
        completion: @escaping ContextCompletion
    ) {
        let missing: [String]
        do throws(ContextError) {
            missing = try missingDocuments(for: source, among: documents)
        } catch {
            return completion(.failure(error))
        }
        if missing.isEmpty { return completion(build(source, key(of: source), documents, generation)) }
        let round = Round(expected: missing.count, documents: documents) { [self] outcome in
            switch outcome {
            case .success(let documents): advance(source, documents: documents, generation, completion: completion)
            case .failure(let error): completion(.failure(error))
            }
        }
        for url in missing { document(url) { round.add($0, for: url) } }
    }

    /// Builds a context and keeps it. If the present one was built from the very same documents, it stays.
    func build(
        _ source: ContextSource, _ key: Key, _ documents: [String: Stored], _ generation: Int?
    ) -> Result<ResolvedContext, ContextError> {
        let origin = documents.mapValues(\.document.serial)
        let previous = state.withLock { state in
            switch key {
            case .url(let url): state.named.peek(url)
            case .inline(let bytes): state.inline.peek(bytes)
            }
        }
        let result: Result<ResolvedContext, ContextError>
        if let previous, previous.origin == origin {
            result = previous.result
        } else {
            do throws(ContextError) {
                result = .success(try ContextBuilder.build(source, documents: documents.mapValues(\.document)))
            } catch {
                result = .failure(error)
            }
        }
        let outcome = Outcome(result: result, origin: origin, expiry: documents.values.map(\.expiry).min())
        let size = (try? result.get().estimatedByteCount) ?? 512
        state.withLock { state in
            if state.generation == generation { state.keep(outcome, for: key, size: size) }
        }
        return result
    }

    // MARK: - One document

    private enum Step {
        case answer(Result<Stored, ContextError>)
        /// Answer with what is here and load in the background.
        case refresh(Stored)
        case load
        case wait
    }

    /// A document from the cache or the loader.
    ///
    /// One that has run out is still given for another lifetime while it is loaded again, so that no request waits for
    /// it; later the request waits, and gets the old one only if the load fails.
    private func document(_ url: String, completion: @escaping DocumentCompletion) {
        let now = now()
        let step: Step = state.withLock { state in
            let stored = state.documents.use(url)
            if let stored, stored.expiry > now { return .answer(.success(stored)) }
            if stored == nil, let failed = state.failures.use(url), failed.expiry > now {
                return .answer(.failure(failed.error))
            }
            if let waiting = state.loads[url] {
                if let stored, isFreshEnough(stored, now) { return .answer(.success(stored)) }
                state.loads[url] = waiting + [completion]
                return .wait
            }
            guard state.loads.count < configuration.loads else {
                if let stored { return .answer(.success(stored)) }
                return .answer(.failure(.tooManyLoads(url: url, limit: configuration.loads)))
            }
            if var stored, isFreshEnough(stored, now) {
                state.loads[url] = []
                stored.expiry = now + configuration.failureLifetime
                state.keep(stored)
                return .refresh(stored)
            }
            state.loads[url] = [completion]
            return .load
        }
        switch step {
        case .answer(let result): completion(result)
        case .refresh(let stored):
            completion(.success(stored))
            loader.load(url) { [self] in finish(url, $0) }
        case .load: loader.load(url) { [self] in finish(url, $0) }
        case .wait: break
        }
    }

    private func isFreshEnough(_ stored: Stored, _ now: Duration) -> Bool {
        now - stored.expiry < configuration.documentLifetime
    }

    private func finish(_ url: String, _ result: Result<LoadedContext, ContextError>) {
        let loaded: Result<Stored, ContextError>
        do throws(ContextError) {
            loaded = .success(try parse(result.get(), url))
        } catch {
            loaded = .failure(error)
        }
        let now = now()
        let (waiting, answer): ([DocumentCompletion], Result<Stored, ContextError>) = state.withLock { state in
            let waiting = state.loads.removeValue(forKey: url) ?? []
            let present = state.documents.peek(url)
            switch (loaded, present) {
            case (.success(let stored), let present?) where present.document.json.bytes == stored.document.json.bytes:
                let same = Stored(
                    document: present.document, loadedAt: stored.loadedAt, expiry: stored.expiry)
                state.keep(same)
                return (waiting, .success(same))
            case (.success(let stored), .some):
                state.replace(stored)
            case (.success(let stored), nil):
                state.failures.remove(url)
                state.keep(stored)
            case (.failure, let present?):
                let kept = Stored(
                    document: present.document, loadedAt: present.loadedAt, expiry: now + configuration.failureLifetime)
                state.keep(kept)
                return (waiting, .success(kept))
            case (.failure(let error), nil):
                state.failures.insert(
                    Failed(error: error, expiry: now + configuration.failureLifetime), for: url,
                    cost: 2 * error.description.utf8.count)
            }
            return (waiting, loaded)
        }
        for completion in waiting { completion(answer) }
    }

    func parse(_ loaded: LoadedContext, _ url: String) throws(ContextError) -> Stored {
        let serial = state.withLock { state in
            state.serial += 1
            return state.serial
        }
        let document = try ContextDocument(
            url: url, bytes: loaded.bytes, limit: configuration.documentLength, serial: serial)
        let (now, limits) = (now(), configuration.lifetimes)
        let lifetime = loaded.lifetime.map { min(max($0, limits.lowerBound), limits.upperBound) }
        return Stored(document: document, loadedAt: now, expiry: now + (lifetime ?? configuration.documentLifetime))
    }
}

/// Documents that are loaded side by side; goes on when the last has come.
private final class Round: Sendable {
    private struct State {
        var remaining: Int
        var documents: [String: ContextCache.Stored]
        var error: ContextError?
    }

    private let state: Mutex<State>
    private let completion: @Sendable (Result<[String: ContextCache.Stored], ContextError>) -> Void

    init(
        expected: Int, documents: [String: ContextCache.Stored],
        completion: @escaping @Sendable (Result<[String: ContextCache.Stored], ContextError>) -> Void
    ) {
        self.state = Mutex(State(remaining: expected, documents: documents))
        self.completion = completion
    }

    func add(_ result: Result<ContextCache.Stored, ContextError>, for url: String) {
        let outcome: Result<[String: ContextCache.Stored], ContextError>? = state.withLock { state in
            switch result {
            case .success(let stored): state.documents[url] = stored
            case .failure(let error): state.error = state.error ?? error
            }
            state.remaining -= 1
            guard state.remaining == 0 else { return nil }
            return state.error.map { .failure($0) } ?? .success(state.documents)
        }
        if let outcome { completion(outcome) }
    }
}
