import JSONLD
import JSONTree
public import NGSILDModel
public import NGSILDOperations
public import ServiceRuntime
import Synchronization

/// How much the public side may take.
public struct PublicDataConfiguration: Sendable {
    public var placeName = "Parvis"
    /// What the site speaks, English first.
    public var languages = [PublicLanguage.english]
    public var publicationLimit = 200
    /// Requests that may be worked on at a time; beyond: 503.
    public var workLimit = 32
    /// Bytes of answers that are kept.
    public var keptBytes = 32 << 20
    /// Seconds that a summary of a layer counts although its entities have changed.
    public var summarySeconds = 30.0

    public init() {}
}

/// What a city shows to everybody: layers of entities that operators chose, a catalogue of them, a feed of alerts, a site.
///
/// Invariants:
/// 1. What readers get of entities is written from `PublishedEntity`, or is a tile with the tags of the layer.
/// 2. A request names a layer, a place to go on from and a form; it never adds to what is selected.
/// 3. A layer that was taken back is answered no more from the moment the request to take it back is worked on.
public final class PublicDataService: Sendable {
    let consumption: any EntityConsumption
    let survey: any EntitySurvey
    let store: PublicationStore
    let history: EntityHistory?
    let configuration: PublicDataConfiguration
    let tiles: @Sendable (PublicTileRequest) async -> Result<(bytes: [UInt8], omitted: Int), NGSILDError>
    let kept: KeptAnswers
    private let working = Atomic<Int>(0)
    private let summaries = Mutex<[String: Summarised]>([:])
    /// Tells validators of this run from those of another.
    private let run = String(UInt64.random(in: .min ... .max), radix: 36)

    private struct Summarised {
        let tag: String
        let madeAt: Timestamp
        let summary: LayerSummary
    }

    /// - Parameter tiles: makes a vector tile.
    /// - Throws: when the store cannot be read.
    public init(
        consumption: any EntityConsumption, survey: any EntitySurvey, documents: any DocumentKeeping,
        registry: TermRegistry, history: EntityHistory?, configuration: PublicDataConfiguration = .init(),
        tiles: @escaping @Sendable (PublicTileRequest) async -> Result<(bytes: [UInt8], omitted: Int), NGSILDError>
    ) throws {
        self.consumption = consumption
        self.survey = survey
        self.history = history
        self.configuration = configuration
        self.tiles = tiles
        kept = KeptAnswers(limit: configuration.keptBytes)
        store = try PublicationStore(
            documents: documents, context: TermContext(context: .core, registry: registry),
            limit: configuration.publicationLimit)
    }

    /// Answers a GET below `/public/`.
    ///
    /// - Throws: `overloaded` where too much is asked for at once; `resourceNotFound`, `badRequestData`.
    public func answer(_ request: PublicRequest) async -> Result<PublicAnswer, NGSILDError> {
        guard working.wrappingAdd(1, ordering: .relaxed).newValue <= configuration.workLimit else {
            working.wrappingSubtract(1, ordering: .relaxed)
            return .failure(.overloaded("More is asked for than can be answered; try again in a second"))
        }
        defer { working.wrappingSubtract(1, ordering: .relaxed) }
        do throws(NGSILDError) { return .success(try await answered(request)) } catch {
            // What is wrong inside is no business of everybody.
            guard case .internalError = error else { return .failure(error) }
            return .failure(.internalError("The request could not be answered; try again later"))
        }
    }

    private func answered(_ request: PublicRequest) async throws(NGSILDError) -> PublicAnswer {
        let path = request.path
        switch (path.count, path.first ?? "") {
        case (1, ""), (1, "embed"): return try page(request, isEmbedded: path[0] == "embed")
        case (1, "layers"): return try layerList(request)
        case (2, "layers"): return try layerPage(request, path[1])
        case (2, "tiles"): return try tileDescription(request, path[1])
        case (5, "tiles"): return try await tile(request, Array(path[1...]))
        case (1, "catalogue"), (1, "catalogue.jsonld"), (1, "catalogue.ttl"): return try catalogue(request)
        case (1, "alerts.atom"): return try alerts(request)
        case (2, "alerts"): return try await alert(request, path[1])
        default:
            throw .resourceNotFound(
                "There is nothing here; the site is at /public/, what is published at /public/layers")
        }
    }

    // MARK: - What answers share

    func layer(_ id: String) throws(NGSILDError) -> PublishedLayer {
        guard let layer = store[id] else {
            throw .resourceNotFound("No layer \(id.cut(to: 80)) is published; /public/layers lists those that are")
        }
        return layer
    }

    func check(_ request: PublicRequest, _ allowed: String...) throws(NGSILDError) {
        for (place, parameter) in request.parameters.enumerated() {
            guard allowed.contains(parameter.name) else {
                throw .invalidRequest(
                    "The parameter \(parameter.name.cut(to: 40)) is not known here; "
                        + (allowed.isEmpty ? "there is none" : "there are \(allowed.joined(separator: ", "))"))
            }
            if request.parameters[..<place].contains(where: { $0.name == parameter.name }) {
                throw .invalidRequest("The parameter \(parameter.name) is given twice")
            }
        }
    }

    /// Says that nothing the layer shows has changed, as far as the state can tell.
    func state(of layer: PublishedLayer) throws(NGSILDError) -> String {
        do throws(NGSILDError) {
            let revision = try survey.surveyRevision(of: [layer.type], tenant: layer.tenant)
            return "\(run)-\(layer.version)-\(revision)"
        } catch {
            guard case .nonexistentTenant = error else { throw error }
            return "\(run)-\(layer.version)"
        }
    }

    func summary(of layer: PublishedLayer) throws(NGSILDError) -> LayerSummary {
        let tag = try state(of: layer)
        let now = Timestamp.now()
        let known = summaries.withLock { $0[layer.id] }
        if let known, known.tag.hasPrefix("\(run)-\(layer.version)"),
            known.tag == tag || known.madeAt > now.adding(seconds: -configuration.summarySeconds)
        {
            return known.summary
        }
        let summary = try LayerSummary(of: layer, consumption)
        summaries.withLock { $0[layer.id] = Summarised(tag: tag, madeAt: now, summary: summary) }
        return summary
    }

    /// Answers from what is kept, or with 304, or anew.
    ///
    /// - Parameter state: says what the answer shows; another text after each change.
    func answer(
        _ request: PublicRequest, state: String, seconds: Int = 0, isOfLanguages: Bool = false,
        _ make: () throws(NGSILDError) -> PublicAnswer
    ) throws(NGSILDError) -> PublicAnswer {
        let language = isOfLanguages ? request.language(of: configuration.languages).code : ""
        let key = ([request.root, language] + request.path + request.parameters.flatMap { [$0.name, $0.value] })
            .joined(separator: "\n")
        let tag = "W/\"\(state)\(language.isEmpty ? "" : "-" + language)\""
        let headers = [
            (name: "ETag", value: tag),
            (name: "Cache-Control", value: seconds == 0 ? "no-cache" : "public, max-age=\(seconds)"),
        ]
        if let known = request.ifNoneMatch, known == "*" || known.contains(tag.dropFirst(2)) {
            var answer = PublicAnswer("", [], headers: headers)
            answer.status = 304
            return answer
        }
        if let answer = kept.answer(key, tag: tag) { return answer }
        var answer = try make()
        answer.headers = headers + (isOfLanguages ? [(name: "Vary", value: "Accept-Language")] : []) + answer.headers
        kept.keep(answer, key, tag: tag)
        return answer
    }

    /// An answer whose validator is a hash of it.
    func hashed(_ request: PublicRequest, _ contentType: String, _ body: [UInt8]) -> PublicAnswer {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in body { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let tag = "\"\(String(hash, radix: 36))\""
        var answer = PublicAnswer(
            contentType, body, headers: [("ETag", tag), ("Cache-Control", "no-cache")])
        if let known = request.ifNoneMatch, known == "*" || known.contains(tag) {
            answer.status = 304
            answer.body = []
        }
        return answer
    }
}
