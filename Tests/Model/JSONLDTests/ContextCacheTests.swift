import JSONTree
import Synchronization
import Testing

@testable import JSONLD

struct ContextCacheTests {
    private static let url = "http://x.org/c"
    private static let content = #"{"@context":{"a":"http://x.org/1"}}"#

    @Test func `a context is loaded once and is then ready`() async throws {
        let loader = FakeLoader([Self.url: Self.content])
        let cache = ContextCache(loader: loader)
        #expect(cache.cached(Self.url) == nil)
        let context = try await cache.resolve(.url(Self.url))
        #expect(context.expand(term: "a") == "http://x.org/1")
        #expect(cache.cached(Self.url) === context)
        #expect(try await cache.resolve(.url(Self.url)) === context)
        #expect(try await cache.resolve(source("[\"\(Self.url)\",\"\(CoreContext.currentURL)\"]")) === context)
        #expect(loader.requests == [Self.url])
    }

    @Test func `the core context is never loaded, and one with an unknown name is`() async throws {
        let loader = FakeLoader()
        let cache = ContextCache(loader: loader)
        #expect(
            cache.cached("http://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.5.jsonld") === ResolvedContext.core)
        #expect(try await cache.resolve(.url(CoreContext.currentURL)) === ResolvedContext.core)
        #expect(try await cache.resolve(source("[\"\(CoreContext.currentURL)\"]")) === ResolvedContext.core)
        #expect(loader.requests.isEmpty)
        let unknown = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-non-existing.jsonld"
        await #expect(throws: ContextError.status(url: unknown, code: 404)) { try await cache.resolve(.url(unknown)) }
        #expect(loader.requests == [unknown])
    }

    @Test func `requests for one URL at the same time share one load`() throws {
        let loader = FakeLoader([Self.url: Self.content])
        loader.hold()
        let cache = ContextCache(loader: loader)
        let results = Results()
        for _ in 0..<10 { cache.resolve(.url(Self.url)) { results.add($0) } }
        for _ in 0..<10 {
            cache.resolve(try source("[\"\(Self.url)\",{\"b\":\"http://x.org/2\"}]")) { results.add($0) }
        }
        #expect(results.all.isEmpty)
        loader.release()
        #expect(loader.requests == [Self.url])
        #expect(results.all.count == 20)
        let contexts = try results.all.map { try $0.get() }
        #expect(Set(contexts.map(ObjectIdentifier.init)).count == 2)
        #expect(contexts.allSatisfy { $0.expand(term: "a") == "http://x.org/1" })
    }

    @Test func `many tasks at once all get the right context`() async throws {
        var documents: [String: String] = [:]
        for index in 0..<8 {
            documents["http://x.org/\(index)"] =
                "{\"@context\":[\"http://x.org/shared\",{\"a\":\"http://x.org/a\(index)\"}]}"
        }
        documents["http://x.org/shared"] = #"{"@context":{"s":"http://x.org/s"}}"#
        let loader = FakeLoader(documents)
        let cache = ContextCache(loader: loader)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<400 {
                group.addTask {
                    let number = index % 8
                    let context =
                        index % 3 == 0
                        ? try await cache.resolve(source("[\"http://x.org/\(number)\",{\"i\":\"http://x.org/i\"}]"))
                        : try await cache.resolve(.url("http://x.org/\(number)"))
                    return context.expand(term: "a") == "http://x.org/a\(number)"
                        && context.expand(term: "s") == "http://x.org/s"
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
        #expect(loader.requests.sorted() == documents.keys.sorted())
    }

    @Test func `an inline context is built at once and kept by its bytes`() throws {
        let cache = ContextCache(loader: FakeLoader())
        let text = #"{"a":"http://x.org/1"}"#
        func resolve(_ text: String) throws -> ResolvedContext? {
            let document = try JSONDocument(parsing: text)
            return try cache.resolveInline(document, document.root)
        }
        let first = try #require(try resolve(text))
        #expect(try resolve(text) === first)
        #expect(try resolve(#"{"a":"http://x.org/2"}"#)?.expand(term: "a") == "http://x.org/2")
        #expect(throws: ContextError.invalid(url: nil, .cyclicTerm("a"))) { try resolve(#"{"a":"b","b":"a"}"#) }
        #expect(throws: ContextError.invalid(url: nil, .cyclicTerm("a"))) { try resolve(#"{"a":"b","b":"a"}"#) }
    }

    @Test func `an inline context that needs a document waits for it only the first time`() async throws {
        let loader = FakeLoader([Self.url: Self.content])
        let cache = ContextCache(loader: loader)
        let document = try JSONDocument(parsing: "[\"\(Self.url)\",{\"b\":\"http://x.org/2\"}]")
        #expect(try cache.resolveInline(document, document.root) == nil)
        #expect(loader.requests.isEmpty)
        let context = try await cache.resolve(.value(document, document.root))
        #expect(try cache.resolveInline(document, document.root) === context)
        let other = try JSONDocument(parsing: "[\"\(Self.url)\",{\"b\":\"http://x.org/3\"}]")
        #expect(try cache.resolveInline(other, other.root)?.expand(term: "a") == "http://x.org/1")
        #expect(loader.requests == [Self.url])
    }

    @Test func `the same context in other words is the same object, until its document goes`() async throws {
        let loader = FakeLoader([Self.url: Self.content])
        let cache = ContextCache(loader: loader)
        let context = try await cache.resolve(.url(Self.url))
        let texts = ["[\"\(Self.url)\"]", "[ \"\(Self.url)\", \"\(CoreContext.currentURL)\" ]", "\"\(Self.url)\""]
        for text in texts + texts {
            let document = try JSONDocument(parsing: text)
            #expect(try cache.resolveInline(document, document.root) === context)
        }
        cache.remove(Self.url)
        for text in texts {
            let document = try JSONDocument(parsing: text)
            #expect(try cache.resolveInline(document, document.root) == nil)
        }
        for _ in 0..<2 {
            let document = try JSONDocument(parsing: "[\"\(CoreContext.currentURL)\"]")
            #expect(try cache.resolveInline(document, document.root) === ResolvedContext.core)
        }
    }

    // MARK: - Failures

    @Test(arguments: [
        (Result<LoadedContext, ContextError>.failure(.unreachable(url: url, reason: "refused")), true),
        (.failure(.status(url: url, code: 500)), true),
        (.failure(.refused(url: url, reason: "private address")), true),
        (.success(LoadedContext(Array(repeating: 0x20, count: (1 << 20) + 1))), true),
        (.success(LoadedContext(Array("<html>".utf8))), false),
        (.success(LoadedContext(Array("{\"note\":1}".utf8))), false),
        (.success(LoadedContext(Array("[]".utf8))), false),
        (.success(LoadedContext(Array("{\"@context\":5}".utf8))), false),
        (.success(LoadedContext(Array("{\"@context\":\"\(url)\"}".utf8))), false),
        (.success(LoadedContext([0x7B, 0xFF, 0x7D])), false),
    ])
    func `what cannot be had and what is wrong are told apart`(
        answer: Result<LoadedContext, ContextError>, isUnavailable: Bool
    ) async {
        let loader = FakeLoader()
        loader[Self.url] = answer
        let cache = ContextCache(loader: loader)
        let error = await #expect(throws: ContextError.self) { try await cache.resolve(.url(Self.url)) }
        #expect(error?.isUnavailable == isUnavailable)
        #expect(error?.description.contains(Self.url) == true)
    }

    @Test func `an error says which document is wrong`() async {
        let loader = FakeLoader([Self.url: #"{"@context":"d"}"#, "http://x.org/d": #"{"@context":{"a":5}}"#])
        let cache = ContextCache(loader: loader)
        let error = await #expect(throws: ContextError.self) { try await cache.resolve(.url(Self.url)) }
        guard case .invalid(url: "http://x.org/d", .badTerm("a", _)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a failure is remembered for some seconds and then tried again`() async throws {
        let clock = ManualClock()
        let loader = FakeLoader()
        let cache = ContextCache(loader: loader, clock: clock)
        for _ in 0..<3 {
            await #expect(throws: ContextError.status(url: Self.url, code: 404)) {
                try await cache.resolve(.url(Self.url))
            }
        }
        #expect(loader.requests.count == 1)
        loader[Self.url] = .success(LoadedContext(Array(Self.content.utf8)))
        clock.advance(by: .seconds(6))
        #expect(try await cache.resolve(.url(Self.url)).expand(term: "a") == "http://x.org/1")
        #expect(loader.requests.count == 2)
    }

    @Test func `an invalid context is not built again and again, and does not stay when it is mended`() async throws {
        let loader = FakeLoader([Self.url: #"{"@context":{"a":"b","b":"a"}}"#])
        let cache = ContextCache(loader: loader)
        for _ in 0..<2 {
            await #expect(throws: ContextError.invalid(url: Self.url, .cyclicTerm("a"))) {
                try await cache.resolve(.url(Self.url))
            }
        }
        #expect(cache.cached(Self.url) == nil)
        #expect(loader.requests.count == 1)
        loader[Self.url] = .success(LoadedContext(Array(Self.content.utf8)))
        cache.remove(Self.url)
        #expect(try await cache.resolve(.url(Self.url)).expand(term: "a") == "http://x.org/1")
    }

    @Test func `more loads at once than allowed are refused`() throws {
        var configuration = ContextCache.Configuration()
        configuration.loads = 2
        let loader = FakeLoader()
        loader.hold()
        let cache = ContextCache(loader: loader, configuration: configuration)
        let results = Results()
        for index in 0..<3 { cache.resolve(.url("http://x.org/\(index)")) { results.add($0) } }
        #expect(results.all.count == 1)
        guard case .failure(.tooManyLoads("http://x.org/2", limit: 2)) = results.all.first else {
            Issue.record("\(results.all)")
            return
        }
        loader.release()
        #expect(results.all.count == 3)
    }

    @Test func `too many documents are refused before they are loaded`() async throws {
        let urls = (0...ContextLimits.documents).map { "\"http://x.org/\($0)\"" }.joined(separator: ",")
        let loader = FakeLoader()
        let cache = ContextCache(loader: loader)
        await #expect(throws: ContextError.invalid(url: nil, .tooManyDocuments(limit: ContextLimits.documents))) {
            try await cache.resolve(source("[\(urls)]"))
        }
        #expect(loader.requests.isEmpty)
    }

    @Test(arguments: ["relative.jsonld", "", "//x.org/c"])
    func `a URL that is not absolute is wrong, not unavailable`(url: String) async {
        let loader = FakeLoader()
        let cache = ContextCache(loader: loader)
        await #expect(throws: ContextError.invalid(url: nil, .relativeReference(url))) {
            try await cache.resolve(.url(url))
        }
        #expect(loader.requests.isEmpty)
    }

    @Test func `a URL of thousands of bytes is refused and not loaded`() async throws {
        let loader = FakeLoader()
        let cache = ContextCache(loader: loader)
        let url = "http://x.org/" + String(repeating: "x", count: ContextLimits.iriLength)
        await #expect(
            throws: ContextError.invalid(url: nil, .tooLongIRI(term: "@context", limit: ContextLimits.iriLength))
        ) { try await cache.resolve(source("[\"\(url)\"]")) }
        #expect(loader.requests.isEmpty)
    }

    @Test func `documents that include one another end in an error and not in endless loading`() async {
        let loader = FakeLoader([
            Self.url: #"{"@context":["d",{"a":"http://x.org/a"}]}"#, "http://x.org/d": #"{"@context":"c"}"#,
        ])
        let cache = ContextCache(loader: loader)
        await #expect(throws: ContextError.invalid(url: "http://x.org/d", .cyclicInclusion(Self.url))) {
            try await cache.resolve(.url(Self.url))
        }
        #expect(loader.requests == [Self.url, "http://x.org/d"])
    }

    // MARK: - Eviction and age

    @Test func `the context used least recently is forgotten first`() async throws {
        var configuration = ContextCache.Configuration()
        configuration.contextCount = 2
        configuration.documentCount = 1
        let loader = FakeLoader()
        for index in 0..<3 { loader["http://x.org/\(index)"] = .success(LoadedContext(Array(Self.content.utf8))) }
        let cache = ContextCache(loader: loader, configuration: configuration)
        _ = try await cache.resolve(.url("http://x.org/0"))
        _ = try await cache.resolve(.url("http://x.org/1"))
        #expect(cache.cached("http://x.org/0") != nil)
        _ = try await cache.resolve(.url("http://x.org/2"))
        #expect((0..<3).map { cache.cached("http://x.org/\($0)") != nil } == [true, false, true])
        _ = try await cache.resolve(.url("http://x.org/1"))
        #expect(loader.requests.filter { $0 == "http://x.org/1" }.count == 2)
    }

    @Test func `inline contexts beyond the limits of bytes are forgotten, not refused`() throws {
        var configuration = ContextCache.Configuration()
        configuration.contextBytes = 4_000
        let cache = ContextCache(loader: FakeLoader(), configuration: configuration)
        for index in 0..<100 {
            let document = try JSONDocument(parsing: "{\"a\":\"http://x.org/\(index)\"}")
            #expect(try cache.resolveInline(document, document.root)?.expand(term: "a") == "http://x.org/\(index)")
        }
        #expect(cache.state.withLock { $0.inline.cost } <= 4_000)
    }

    @Test func `a document that has run out is loaded again in the background`() async throws {
        let clock = ManualClock()
        let loader = FakeLoader([Self.url: Self.content])
        let cache = ContextCache(loader: loader, clock: clock)
        let old = try await cache.resolve(.url(Self.url))
        loader[Self.url] = .success(LoadedContext(Array(#"{"@context":{"a":"http://x.org/2"}}"#.utf8)))
        clock.advance(by: .seconds(3_700))
        loader.hold()
        #expect(cache.cached(Self.url) == nil)
        #expect(try await cache.resolve(.url(Self.url)) === old)
        #expect(try await cache.resolve(.url(Self.url)) === old)
        #expect(loader.requests.count == 2)
        loader.release()
        let new = try await cache.resolve(.url(Self.url))
        #expect(new.expand(term: "a") == "http://x.org/2")
        #expect(new.identity == old.identity)
        #expect(cache.cached(Self.url) === new)
        #expect(loader.requests.count == 2)
    }

    @Test func `a document that has long run out is waited for`() async throws {
        let clock = ManualClock()
        let loader = FakeLoader([Self.url: Self.content])
        let cache = ContextCache(loader: loader, clock: clock)
        _ = try await cache.resolve(.url(Self.url))
        loader[Self.url] = .success(LoadedContext(Array(#"{"@context":{"a":"http://x.org/2"}}"#.utf8)))
        clock.advance(by: .seconds(10_000))
        #expect(try await cache.resolve(.url(Self.url)).expand(term: "a") == "http://x.org/2")
    }

    @Test func `an unchanged document keeps its context, and a lost one stays in use`() async throws {
        let clock = ManualClock()
        let loader = FakeLoader([Self.url: Self.content])
        let cache = ContextCache(loader: loader, clock: clock)
        let context = try await cache.resolve(.url(Self.url))
        clock.advance(by: .seconds(10_000))
        #expect(try await cache.resolve(.url(Self.url)) === context)
        loader[Self.url] = nil
        clock.advance(by: .seconds(10_000))
        #expect(try await cache.resolve(.url(Self.url)) === context)
        #expect(loader.requests.count == 3)
        #expect(cache.cached(Self.url) === context)
        clock.advance(by: .seconds(6))
        #expect(try await cache.resolve(.url(Self.url)) === context)
        #expect(loader.requests.count == 4)
    }

    @Test(arguments: [
        (Duration?.none, 3_600), (.seconds(60), 60), (.zero, 10), (.seconds(1 << 31), 7 * 86_400),
    ])
    func `a document is used for as long as its server says, within bounds`(
        lifetime: Duration?, seconds: Int
    ) async throws {
        let clock = ManualClock()
        let loader = FakeLoader()
        loader[Self.url] = .success(LoadedContext(Array(Self.content.utf8), lifetime: lifetime))
        let cache = ContextCache(loader: loader, clock: clock)
        _ = try await cache.resolve(.url(Self.url))
        #expect(cache.cachedDocuments.first?.rest == .seconds(seconds))
        clock.advance(by: .seconds(seconds - 1))
        #expect(cache.cached(Self.url) != nil)
        #expect(cache.cachedDocuments.first?.age == .seconds(seconds - 1))
        clock.advance(by: .seconds(1))
        #expect(cache.cached(Self.url) == nil)
    }

    @Test func `a copy from an earlier run is used at once, and replaced when its server answers`() async throws {
        let loader = FakeLoader()
        let cache = ContextCache(loader: loader)
        try cache.restore(Self.url, Array(Self.content.utf8))
        let old = try await cache.resolve(.url(Self.url))
        #expect(old.expand(term: "a") == "http://x.org/1")
        #expect(loader.requests == [Self.url])
        loader[Self.url] = .success(LoadedContext(Array(#"{"@context":{"a":"http://x.org/2"}}"#.utf8)))
        let fresh = ContextCache(loader: loader)
        try fresh.restore(Self.url, Array(Self.content.utf8))
        _ = try await fresh.resolve(.url(Self.url))
        #expect(try await fresh.resolve(.url(Self.url)).expand(term: "a") == "http://x.org/2")
        #expect(throws: ContextError.self) { try fresh.restore("http://x.org/e", Array("{}".utf8)) }
    }

    @Test func `a context is forgotten with any document it was built from`() async throws {
        let loader = FakeLoader([Self.url: #"{"@context":"d"}"#, "http://x.org/d": Self.content])
        let cache = ContextCache(loader: loader)
        _ = try await cache.resolve(.url(Self.url))
        cache.remove("http://x.org/d")
        #expect(cache.cached(Self.url) == nil)
        loader["http://x.org/d"] = .success(LoadedContext(Array(#"{"@context":{"a":"http://x.org/2"}}"#.utf8)))
        #expect(try await cache.resolve(.url(Self.url)).expand(term: "a") == "http://x.org/2")
        #expect(loader.requests == [Self.url, "http://x.org/d", "http://x.org/d"])
    }

    @Test func `a removal during a load is not undone by what was built before it`() throws {
        let loader = FakeLoader([Self.url: #"{"@context":["d"]}"#, "http://x.org/d": Self.content])
        let cache = ContextCache(loader: loader)
        let results = Results()
        loader.hold()
        cache.resolve(.url(Self.url)) { results.add($0) }
        cache.remove(Self.url)
        loader.release()
        #expect(results.all.count == 1)
        #expect(cache.cached(Self.url) == nil)
    }

    @Test func `reloading replaces a document, and leaves it when the new one is no good`() async throws {
        let loader = FakeLoader([Self.url: Self.content])
        let cache = ContextCache(loader: loader)
        func reload() async -> Result<ResolvedContext, ContextError> {
            await withCheckedContinuation { continuation in
                cache.reload(Self.url) { continuation.resume(returning: $0) }
            }
        }
        let old = try await cache.resolve(.url(Self.url))
        loader[Self.url] = .success(LoadedContext(Array(#"{"@context":{"a":"b","b":"a"}}"#.utf8)))
        await #expect(throws: ContextError.invalid(url: Self.url, .cyclicTerm("a"))) { try await reload().get() }
        #expect(cache.cached(Self.url) === old)
        loader[Self.url] = nil
        await #expect(throws: ContextError.status(url: Self.url, code: 404)) { try await reload().get() }
        #expect(cache.cached(Self.url) === old)
        loader[Self.url] = .success(LoadedContext(Array(#"{"@context":{"a":"http://x.org/2"}}"#.utf8)))
        let new = try await reload().get()
        #expect(new.expand(term: "a") == "http://x.org/2")
        #expect(cache.cached(Self.url) === new)
        #expect(loader.requests.count == 4)
    }
}
