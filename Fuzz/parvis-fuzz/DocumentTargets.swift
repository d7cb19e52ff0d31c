import JSONLD
import JSONTree
import NGSILDModel

/// Any bytes as a JSON document: walked, read in every way, minified, and read again.
final class JSONFuzz: FuzzTarget {
    init() throws {}

    func run(_ input: [UInt8]) {
        guard let document = try? JSONDocument(parsing: input) else { return }
        visit(document, document.root)
        let minified = document.text(document.root)
        guard let again = try? JSONDocument(parsing: minified) else {
            return check(false, "not JSON when minified: \(minified)")
        }
        check(again.text(again.root) == minified, "minified twice is another text")
        check(again.count(again.root) == document.count(document.root), "minified has another count")
    }

    private func visit(_ document: JSONDocument, _ node: JSONNode) {
        _ = (document.bool(node), document.double(node), document.integer(node), document.isInteger(node))
        check(document.range(node).upperBound <= document.bytes.count, "a node ends outside its document")
        if document.isString(node) {
            let text = document.string(node)
            check(text != nil, "a string cannot be read")
            var writer = ByteWriter()
            writer.append(jsonString: text ?? "")
            guard let again = try? JSONDocument(parsing: writer.array()) else {
                return check(false, "not a JSON string")
            }
            check(again.string(again.root) == text, "a string is read as another")
        } else if document.isArray(node) {
            for element in document.elements(node) { visit(document, element) }
        } else if document.isObject(node) {
            for (key, value) in document.members(node) {
                let name = document.string(key) ?? ""
                check(document.member(node, named: name) != nil, "a member is not found by its name")
                visit(document, value)
            }
        }
    }
}

/// A @context and the documents it may load, separated by ` ---- `: resolved, and every name expanded and compacted.
final class ContextFuzz: FuzzTarget {
    init() throws {}

    private final class Loader: ContextDocumentLoader, @unchecked Sendable {
        // Filled before it is used, on one thread.
        var documents: [String: [UInt8]] = [:]
        func load(_ url: String, completion: @escaping @Sendable (Result<LoadedContext, ContextError>) -> Void) {
            completion(
                documents[url].map { .success(LoadedContext($0)) }
                    ?? .failure(.unreachable(url: url, reason: "not among the documents")))
        }
    }

    func run(_ input: [UInt8]) {
        let parts = Self.parts(input)
        guard let first = parts.first, let document = try? JSONDocument(parsing: first) else { return }
        let loader = Loader()
        for (number, part) in parts.dropFirst().enumerated() { loader.documents["http://a.b/\(number + 1)"] = part }
        let cache = ContextCache(loader: loader)
        cache.resolve(.value(document, document.root)) { result in
            guard case .success(let context) = result else { return }
            Self.use(context, document)
        }
        if let context = try? cache.resolveInline(document, document.root) { Self.use(context, document) }
    }

    private static func use(_ context: ResolvedContext, _ document: JSONDocument) {
        checkJSON(Array(context.valueJSON.utf8))
        var names = ["name", "a:b", "type", "@id", "", "urn:x:y", "http://a.b/c"]
        collect(document, document.root, &names)
        for name in names.prefix(200) {
            let iri = context.expand(term: name)
            _ = context.compact(iri: name)
            _ = context.compact(iri: iri)
            _ = (context.coercion(of: name), context.container(of: name), context.defines(term: name))
        }
    }

    private static func collect(_ document: JSONDocument, _ node: JSONNode, _ names: inout [String]) {
        if let text = document.string(node) { names.append(text) }
        if document.isArray(node) { for element in document.elements(node) { collect(document, element, &names) } }
        if document.isObject(node) {
            for (key, value) in document.members(node) {
                collect(document, key, &names)
                collect(document, value, &names)
            }
        }
    }

    private static func parts(_ input: [UInt8]) -> [[UInt8]] {
        let mark = Array(" ---- ".utf8)
        var parts: [[UInt8]] = [[]]
        var index = 0
        while index < input.count {
            if input[index...].starts(with: mark), parts.count < 8 {
                parts.append([])
                index += mark.count
            } else {
                parts[parts.count - 1].append(input[index])
                index += 1
            }
        }
        return parts
    }
}

/// A body with an entity or a fragment: read, stored, rendered in each form, merged into another.
final class EntityFuzz: FuzzTarget {
    private var city: World?
    private var runs = 0

    private struct World {
        let context: TermContext
        let stored: EntityRecord
    }

    init() throws {}

    /// Names stay in the vocabulary, so it is begun anew now and then.
    private func world() throws -> World {
        runs += 1
        if let city, runs % 2_000 != 0 { return city }
        let context = TermContext(context: .core, registry: TermRegistry())
        let document = try JSONDocument(parsing: Self.stored)
        let draft = try EntityDecoder(context: context).decodeEntity(document, document.root)
        let world = World(context: context, stored: draft.record(Self.now))
        city = world
        return world
    }

    private static let now = Timestamp(microseconds: 1_772_366_400_000_000)
    private static let stored = #"""
        {"id":"urn:a:1","type":"T","p":{"type":"Property","value":{"a":[1,{"b":2}]},"unitCode":"CEL","observedAt":"2026-01-01T00:00:00Z",
         "q":{"type":"Property","value":1}},"r":{"type":"Relationship","object":["urn:a:2","urn:a:3"]},
         "l":{"type":"LanguageProperty","languageMap":{"en":"x","de":["y"]}},"v":{"type":"VocabProperty","vocab":"x"},
         "g":{"type":"GeoProperty","value":{"type":"Point","coordinates":[1,2]}},"j":{"type":"JsonProperty","json":{"a":1}},
         "s":[{"type":"Property","value":1},{"type":"Property","value":2,"datasetId":"urn:d:1"}],"e":{"type":"ListProperty","valueList":[1]}}
        """#

    func run(_ input: [UInt8]) {
        guard let document = try? JSONDocument(parsing: input), let world = try? world() else { return }
        let context = world.context
        if let draft = try? EntityDecoder(context: context).decodeEntity(document, document.root) {
            let record = draft.record(Self.now)
            keep(record)
            let text = show(record, context)
            repeated(text, record, context)
        }
        if let draft = try? EntityDecoder(context: context, form: .simplified, purpose: .fragment)
            .decodeEntity(document, document.root)
        {
            _ = show(draft.record(Self.now), context)
        }
        for merges in [false, true] {
            guard
                let draft = try? EntityDecoder(context: context, purpose: .fragment, mergesValues: merges)
                    .decodeEntity(document, document.root)
            else { continue }
            change(world.stored, draft.attributes, merges ? [.merge] : [.replace, .keep, .partial], context)
        }
        if let draft = try? EntityDecoder(context: context, allowsNull: false, keepsEveryInstance: true)
            .decodeEntity(document, document.root)
        {
            for root in draft.attributes.roots {
                _ = draft.attributes.template(of: root, isFromHistory: true)
                _ = draft.attributes.deletedAt(of: root)
            }
        }
    }

    private func keep(_ record: EntityRecord) {
        let bytes = EntityCodec.encode(record)
        guard let again = EntityCodec.decode(bytes, id: record.id) else {
            return check(false, "an entity cannot be read from its stored form")
        }
        check(EntityCodec.encode(again) == bytes, "the stored form changes when it is read and written")
    }

    /// - Returns: the normalized form.
    @discardableResult
    private func show(_ record: EntityRecord, _ context: TermContext) -> [UInt8] {
        var representation = EntityRepresentation()
        let normalized = record.rendered(context, representation)
        representation.showsSystemAttributes = true
        representation.language = "en"
        _ = record.rendered(context, representation)
        representation.form = .concise
        _ = record.rendered(context, representation)
        representation.datasets = ["@none", "urn:d:1"]
        representation.picked = Set(record.attributes.roots.prefix(2).map { record.attributes.nodes[$0].name })
        representation.form = .simplified
        _ = record.rendered(context, representation)
        return normalized
    }

    /// What was answered is an entity again, and the same one.
    private func repeated(_ text: [UInt8], _ record: EntityRecord, _ context: TermContext) {
        guard let document = try? JSONDocument(parsing: text) else { return }  // deeper than a request may be
        do throws(NGSILDError) {
            let draft = try EntityDecoder(context: context).decodeEntity(document, document.root)
            let again = draft.record(Self.now).rendered(context, EntityRepresentation())
            check(
                again == text,
                "read again it is another: \(String(decoding: text, as: UTF8.self)) \(String(decoding: again, as: UTF8.self))"
            )
        } catch {
            check(false, "an answer is refused as a request: \(error) \(String(decoding: text, as: UTF8.self))")
        }
    }

    private func change(
        _ stored: EntityRecord, _ fragment: AttributeForest, _ rules: [InstanceRule], _ context: TermContext
    ) {
        var defaults = MergeDefaults()
        defaults.observedAt = Self.now
        defaults.language = "fr"
        for rule in rules {
            let changed = stored.attributes.applying(
                fragment.adapted(to: stored.attributes, rule == .merge ? defaults : MergeDefaults()), rule: rule,
                now: Self.now.adding(seconds: 1))
            let record = EntityRecord(
                id: stored.id, types: stored.types, createdAt: Self.now, modifiedAt: Self.now,
                attributes: changed.forest)
            keep(record)
            show(record, context)
            _ = changed.forest.removingExpired(at: Self.now)
        }
    }
}
