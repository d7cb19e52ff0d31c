import Dispatch
import InMemoryStorage
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import Synchronization
import TemporalEvolution

@testable import NGSILDHTTP

/// The whole query string of a GET on entities: type, id, idPattern, q, scopeQ, geo, order, page, pick, omit, attrs,
/// lang, datasetId, format, join. The page is rendered as it would be answered.
final class SelectionFuzz: FuzzTarget {
    private let city: FuzzCity
    init() throws { city = try FuzzCity() }

    func run(_ input: [UInt8]) {
        let text = Substring(String(decoding: input, as: UTF8.self))
        guard
            let parameters = try? QueryParameters(text, allowing: EntitySelection.queryParameters.union([.local]))
        else { return }
        city.answer(parameters, [])
    }
}

/// The body of a query by POST.
final class PostedQueryFuzz: FuzzTarget {
    private let city: FuzzCity
    init() throws { city = try FuzzCity() }

    func run(_ input: [UInt8]) {
        guard let document = try? JSONDocument(parsing: input) else { return }
        if let (parameters, selectors) = try? PostedQuery(document, city.context).read(adding: QueryParameters()) {
            city.answer(parameters, selectors)
        }
        _ = try? PostedQuery(document, city.context, isTemporal: true).read(adding: QueryParameters())
    }
}

extension FuzzCity {
    /// Does with a query what the edge does.
    func answer(_ parameters: QueryParameters, _ selectors: [EntitySelector]) {
        let selection = EntitySelection(parameters: parameters, context: context)
        for type in [MediaType.json, .geoJSON] {
            guard var query = try? selection.query(), let representation = try? selection.representation(type),
                let retrieval = try? selection.linkedRetrieval()
            else { continue }
            query.selectors = selectors
            guard let page = try? broker.queryEntities(query, tenant: "") else { continue }
            check(page.entities.count <= query.limit, "more entities than the limit")
            for entity in page.entities { render(entity, representation, retrieval, selection, type) }
        }
        // What it shows is tried also where it selects nothing.
        guard let representation = try? selection.representation(.json) else { return }
        for entity in entities.prefix(2) { _ = entity.rendered(context, representation) }
    }

    private func render(
        _ entity: EntityRecord, _ representation: EntityRepresentation, _ retrieval: LinkedEntityRetrieval?,
        _ selection: EntitySelection, _ type: MediaType
    ) {
        var writer = ByteWriter()
        if let retrieval {
            var linked = LinkedEntityRenderer(
                context: context, representation: representation, retrieval: retrieval
            ) { [self] in self.entity($0) }
            linked.append(entity, to: &writer)
            _ = linked.entities(linkedFrom: [ShownEntity(entity, representation)])
        } else if type == .geoJSON {
            var feature = FeatureRenderer(
                context: context, representation: representation,
                geometryProperty: selection.parameters[.geometryProperty])
            feature.append(entity, context: nil, to: &writer)
        } else {
            var renderer = EntityRenderer(context: context, representation: representation)
            renderer.append(entity, to: &writer)
        }
        let bytes = writer.array()
        checkJSON(bytes)
        for minor in [3, 5, 8] {
            checkJSON(OlderRepresentation.rewrite(bytes, for: SpecificationVersion(1, minor)).text)
        }
    }
}

/// The query string of a temporal query: timerel, timeAt, lastN, aggrMethods, aggrPeriodDuration, format and the rest,
/// asked of a history, the answer rendered.
final class TemporalFuzz: FuzzTarget {
    private let city: FuzzCity
    private let history: HistoryStore

    init() throws {
        city = try FuzzCity()
        var configuration = HistoryConfiguration()
        configuration.careSeconds = 3_600
        history = try HistoryStore(keeping: city.broker, entities: city.broker, configuration: configuration)
        history.start(feed: city.broker)
        let text = #"""
            {"id":"urn:ngsi-ld:Thing:1","type":"Thing","temperature":[
             {"type":"Property","value":1,"observedAt":"2026-01-01T00:00:00Z"},{"type":"Property","value":2.5,"observedAt":"2026-01-01T12:00:00Z","unitCode":"CEL"},
             {"type":"Property","value":-3,"observedAt":"2026-02-01T00:00:00Z"},{"type":"Property","value":"x","observedAt":"2026-02-28T00:00:00.5Z"},
             {"type":"Property","value":[1,2],"observedAt":"2026-03-01T00:00:00Z","datasetId":"urn:d:1"},{"type":"Property","value":true,"observedAt":"1970-01-01T00:00:00Z"}],
             "p":[{"type":"Relationship","object":"urn:a:1","observedAt":"2026-01-01T00:00:00Z"},{"type":"Relationship","object":["urn:a:1","urn:a:2"],"observedAt":"2026-01-02T00:00:00Z"}],
             "location":[{"type":"GeoProperty","value":{"type":"Point","coordinates":[1,2]},"observedAt":"2026-01-01T00:00:00Z"}],
             "c":[{"type":"LanguageProperty","languageMap":{"en":"x"},"observedAt":"2026-01-01T00:00:00Z"}]}
            """#
        let document = try JSONDocument(parsing: text)
        let draft = try EntityDecoder(context: city.context, allowsNull: false, keepsEveryInstance: true)
            .decodeEntity(document, document.root)
        let done = DispatchSemaphore(value: 0)
        history.upsertTemporalEvolution(draft, tenant: "", on: ImmediateReplyScheduler()) { result in
            if case .failure(let error) = result { check(false, "\(error)") }
            done.signal()
        }
        done.wait()
    }

    func run(_ input: [UInt8]) {
        let text = Substring(String(decoding: input, as: UTF8.self))
        guard let parameters = try? QueryParameters(text, allowing: TemporalEntitiesResource.queryNames),
            let reading = try? TemporalSelectionReader(parameters: parameters, context: city.context).read()
        else { return }
        _ = reading.selection.times.bounds
        let query = (try? EntitySelection(parameters: parameters, context: city.context).query()) ?? EntityQuery()
        let (history, context) = (history, city.context)
        let done = DispatchSemaphore(value: 0)
        let pages = Mutex<[TemporalPage]>([])
        history.queryTemporalEvolution(query, reading.selection, tenant: "", on: ImmediateReplyScheduler()) { result in
            if case .success(let page) = result { pages.withLock { $0.append(page) } }
            done.signal()
        }
        history.retrieveTemporalEvolution(
            id: "urn:ngsi-ld:Thing:1", reading.selection, tenant: "", on: ImmediateReplyScheduler()
        ) { result in
            if case .success(let page) = result { pages.withLock { $0.append(page) } }
            done.signal()
        }
        done.wait()
        done.wait()
        for page in pages.withLock({ $0 }) {
            let answer = TemporalAnswer(context: context, reading: reading)
            var writer = ByteWriter()
            answer.append(page.entities, as: .json, context: nil, to: &writer)
            checkJSON(writer.array())
            answer.append(page.entities, as: .csv, context: nil, to: &writer)
        }
    }
}
