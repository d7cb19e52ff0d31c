import JSONTree
import NGSILDModel
import NGSILDQuery

/// Reads the body of a query sent by POST into the parameters that the same query has by GET.
///
/// - Source: CIM 009 clause 5.2.23 (Query), 5.2.33 (EntitySelector), 5.2.13 (GeoQuery).
struct PostedQuery {
    private let document: JSONDocument
    private let context: TermContext
    private let isTemporal: Bool

    /// - Parameter isTemporal: whether the query may have a `temporalQ`.
    init(_ document: JSONDocument, _ context: TermContext, isTemporal: Bool = false) {
        self.isTemporal = isTemporal
        self.document = document
        self.context = context
    }

    func read(adding url: QueryParameters) throws(HTTPFailure) -> (QueryParameters, [EntitySelector]) {
        let root = document.root
        guard document.isObject(root), let type = document.member(root, "type"), document.equals(type, "Query") else {
            throw .badRequest("The body of a query is an object with \"type\": \"Query\"")
        }
        var parameters = url
        var selectors: [EntitySelector] = []
        for (key, value) in document.members(root) {
            let name = document.string(key) ?? ""
            switch name {
            case "type", "@context": continue
            case "entities": selectors = try entities(value)
            case "geoQ": try geo(value, &parameters)
            case "attrs", "datasetId", "containedBy":
                guard let parameter = Parameter.named(name) else { continue }
                try parameters.add(parameter, list(value, name).joined(separator: ","))
            case "pick", "omit":
                guard let parameter = Parameter.named(name) else { continue }
                try parameters.add(parameter, list(value, name, allowsCommas: true).joined(separator: ","))
            case "q", "scopeQ", "lang", "csf", "expandValues", "jsonKeys", "join", "joinLevel", "entityMap",
                "entityMapLifetime", "splitEntities":
                guard let parameter = Parameter.named(name) else { continue }
                try parameters.add(parameter, text(value, name))
            case "temporalQ" where isTemporal: try temporal(value, &parameters)
            case "aggrParams" where isTemporal: try temporal(value, &parameters)
            case "ordering": try ordering(value, &parameters)
            default: throw .badRequest("The query has the member \"\(name)\", which a Query does not have")
            }
        }
        return (parameters, selectors)
    }

    private func text(_ node: JSONNode, _ name: String) throws(HTTPFailure) -> String {
        if let text = document.string(node) { return text }
        if document.bool(node) != nil || document.isNumber(node) { return document.text(node) }
        throw .badRequest("\"\(name)\" of the query is a string")
    }

    /// - Parameter allowsCommas: for members of linked entities, as in `locatedAt{id,name}`.
    private func list(
        _ node: JSONNode, _ name: String, allowsCommas: Bool = false
    ) throws(HTTPFailure) -> [String] {
        guard document.isArray(node), document.count(node) > 0 else {
            throw .badRequest("\"\(name)\" of the query is an array of strings, not empty")
        }
        var result: [String] = []
        for element in document.elements(node) {
            let item = try text(element, name)
            guard !item.isEmpty, allowsCommas || !item.contains(",") else {
                throw .badRequest("\"\(name)\" of the query holds \"\(item)\"; each item is one name")
            }
            result.append(item)
        }
        return result
    }

    /// - Source: CIM 009 clause 5.2.43 (OrderingParams).
    private func ordering(_ node: JSONNode, _ parameters: inout QueryParameters) throws(HTTPFailure) {
        guard document.isObject(node) else { throw .badRequest("\"ordering\" of the query is an object") }
        for (key, value) in document.members(node) {
            switch document.string(key) ?? "" {
            case "orderBy": try parameters.add(.orderBy, list(value, "orderBy").joined(separator: ","))
            case "coordinates":
                guard document.isArray(value) else {
                    throw .badRequest("\"coordinates\" in \"ordering\" is a JSON array")
                }
                try parameters.add(.orderFrom, document.text(value))
            case "geometry": try parameters.add(.orderGeometry, string(value, "geometry"))
            case "collation": try parameters.add(.collation, string(value, "collation"))
            case let name:
                throw .badRequest("\"ordering\" of the query has the unknown member \"\(name)\"")
            }
        }
    }

    private func string(_ node: JSONNode, _ name: String) throws(HTTPFailure) -> String {
        guard let text = document.string(node) else { throw .badRequest("\"\(name)\" of the query is a string") }
        return text
    }

    private func geo(_ node: JSONNode, _ parameters: inout QueryParameters) throws(HTTPFailure) {
        guard document.isObject(node) else { throw .badRequest("\"geoQ\" of the query is an object") }
        for parameter in [Parameter.georel, .geometry, .geoproperty] {
            if let value = document.member(node, named: parameter.name) {
                try parameters.add(parameter, text(value, parameter.name))
            }
        }
        if let coordinates = document.member(node, "coordinates") {
            try parameters.add(.coordinates, document.string(coordinates) ?? document.text(coordinates))
        }
    }

    /// - Source: CIM 009 clauses 5.2.21 (TemporalQuery), 5.2.44 (AggregationParams).
    private func temporal(_ node: JSONNode, _ parameters: inout QueryParameters) throws(HTTPFailure) {
        guard document.isObject(node) else { throw .badRequest("\"temporalQ\" of the query is an object") }
        for (key, value) in document.members(node) {
            switch document.string(key).flatMap(Parameter.named) {
            case let name?
            where [.timerel, .timeAt, .endTimeAt, .timeproperty, .aggrPeriodDuration, .lastN].contains(name):
                try parameters.add(name, text(value, name.name))
            case .aggrMethods:
                let methods =
                    document.isArray(value) ? try list(value, "aggrMethods") : [try text(value, "aggrMethods")]
                try parameters.add(.aggrMethods, methods.joined(separator: ","))
            default:
                throw .badRequest("\"temporalQ\" of the query has the unknown member \"\(document.string(key) ?? "")\"")
            }
        }
    }

    private func entities(_ node: JSONNode) throws(HTTPFailure) -> [EntitySelector] {
        guard document.isArray(node), document.count(node) > 0 else {
            throw .badRequest("\"entities\" of the query is an array of selectors, not empty")
        }
        var selectors: [EntitySelector] = []
        for element in document.elements(node) { selectors.append(try selector(element)) }
        return selectors
    }

    private func selector(_ node: JSONNode) throws(HTTPFailure) -> EntitySelector {
        guard let type = document.member(node, "type").flatMap({ document.string($0) }) else {
            throw .badRequest("Each selector in \"entities\" has a \"type\"")
        }
        var selector = EntitySelector()
        selector.types = try translating { () throws(NGSILDError) in try TypeSelection(parsing: type, context: context)
        }
        if let id = document.member(node, "id") {
            selector.ids = document.isArray(id) ? try list(id, "id") : [try text(id, "id")]
            for id in selector.ids where !EntityID.isValid(id) { throw .badRequest("The id \"\(id)\" is not a URI") }
        } else if let pattern = document.member(node, "idPattern") {
            let text = try text(pattern, "idPattern")
            selector.idPattern = try translating { () throws(NGSILDError) in try TextPattern(parsing: text) }
        }
        return selector
    }
}
