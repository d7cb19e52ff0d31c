import JSONTree
import NGSILDModel
import NGSILDQuery

/// Reads the body of a query sent by POST into the parameters that the same query has by GET.
///
/// - Source: CIM 009 clause 5.2.23 (Query), 5.2.8 (EntitySelector), 5.2.13 (GeoQuery).
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
            case "attrs", "pick", "omit", "datasetId": try parameters.add(name, strings(value, name).joined(separator: ","))
            case "q", "scopeQ", "lang", "csf", "expandValues", "join": try parameters.add(name, text(value, name))
            case "geoQ": try geo(value, &parameters)
            case "temporalQ" where isTemporal: try temporal(value, &parameters)
            case "limit", "offset": continue
            default: throw .badRequest("The query has the unknown member \"\(name)\"")
            }
        }
        return (parameters, selectors)
    }

    private func text(_ node: JSONNode, _ name: String) throws(HTTPFailure) -> String {
        guard let text = document.string(node) else { throw .badRequest("\"\(name)\" of the query is a string") }
        return text
    }

    private func strings(_ node: JSONNode, _ name: String) throws(HTTPFailure) -> [String] {
        guard document.isArray(node) else { throw .badRequest("\"\(name)\" of the query is an array of strings") }
        var result: [String] = []
        for element in document.elements(node) { result.append(try text(element, name)) }
        return result
    }

    private func geo(_ node: JSONNode, _ parameters: inout QueryParameters) throws(HTTPFailure) {
        guard document.isObject(node) else { throw .badRequest("\"geoQ\" of the query is an object") }
        for name in ["georel", "geometry", "geoproperty"] {
            if let value = document.member(node, named: name) { try parameters.add(name, text(value, name)) }
        }
        if let coordinates = document.member(node, "coordinates") {
            try parameters.add("coordinates", document.string(coordinates) ?? document.text(coordinates))
        }
    }

    /// - Source: CIM 009 clause 5.2.21 (TemporalQuery).
    private func temporal(_ node: JSONNode, _ parameters: inout QueryParameters) throws(HTTPFailure) {
        guard document.isObject(node) else { throw .badRequest("\"temporalQ\" of the query is an object") }
        for (key, value) in document.members(node) {
            let name = document.string(key) ?? ""
            switch name {
            case "timerel", "timeAt", "endTimeAt", "timeproperty", "aggrPeriodDuration":
                try parameters.add(name, text(value, name))
            case "lastN": try parameters.add(name, document.text(value))
            case "aggrMethods":
                let methods = document.isArray(value) ? try strings(value, name) : [try text(value, name)]
                try parameters.add(name, methods.joined(separator: ","))
            default: throw .badRequest("\"temporalQ\" of the query has the unknown member \"\(name)\"")
            }
        }
    }

    private func entities(_ node: JSONNode) throws(HTTPFailure) -> [EntitySelector] {
        guard document.isArray(node), document.count(node) > 0 else {
            throw .badRequest("\"entities\" of the query is an array of selectors, not empty")
        }
        var selectors: [EntitySelector] = []
        for element in document.elements(node) {
            guard let type = document.member(element, "type").flatMap({ document.string($0) }) else {
                throw .badRequest("Each selector in \"entities\" has a \"type\"")
            }
            var selector = EntitySelector()
            selector.types = try translating { () throws(NGSILDError) in try TypeSelection(parsing: type, context: context) }
            if let id = document.member(element, "id") {
                let ids = document.isArray(id) ? try strings(id, "id") : [try text(id, "id")]
                for id in ids where !EntityID.isValid(id) { throw .badRequest("The id \"\(id)\" is not a URI") }
                selector.ids = ids
            }
            if let pattern = document.member(element, "idPattern") {
                let text = try text(pattern, "idPattern")
                selector.idPattern = try translating { () throws(NGSILDError) in try TextPattern(parsing: text) }
            }
            selectors.append(selector)
        }
        return selectors
    }
}

extension QueryParameters {
    mutating func add(_ name: String, _ value: String) throws(HTTPFailure) {
        if self[name] != nil { throw .badRequest("\"\(name)\" is given in the URL and in the body") }
        append(name, value)
    }
}
