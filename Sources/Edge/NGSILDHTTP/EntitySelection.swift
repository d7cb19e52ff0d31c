import JSONTree
import NGSILDModel
import NGSILDQuery

/// Builds queries and representations from parameters, shared by GET and by POST queries.
struct EntitySelection {
    let parameters: QueryParameters
    let context: TermContext

    private static let representationNames: Set<String> = [
        "attrs", "pick", "omit", "lang", "options", "format", "datasetId", "geometryProperty",
    ]
    /// What a query by GET takes.
    static let queryNames: Set<String> = representationNames.union(later).union([
        "id", "type", "idPattern", "q", "georel", "geometry", "coordinates", "geoproperty", "scopeQ", "limit", "offset",
        "count", "expandValues", "local",
    ])
    /// What a retrieval takes.
    static let retrievalNames: Set<String> = representationNames.union(later).union(["type", "local"])
    /// What the URL of a query by POST takes.
    static let postedQueryNames: Set<String> = representationNames.union(["limit", "offset", "count", "local"])
    /// Parameters of the specification that later versions of Parvis will have.
    static let later: Set<String> = [
        "join", "joinLevel", "containedBy", "csf", "orderBy", "collation", "entityMap", "entityMapLifetime",
        "splitEntities", "jsonKeys", "reconcile", "onlyIds",
    ]

    func refuseLater() throws(HTTPFailure) {
        for pair in parameters.pairs where Self.later.contains(pair.name) {
            throw .ngsild(
                .operationNotSupported("The query parameter \"\(pair.name)\" is not supported by this version of Parvis yet"))
        }
    }

    func representation(_ type: MediaType) throws(HTTPFailure) -> EntityRepresentation {
        var result = EntityRepresentation()
        let options = try parameters.options()
        for option in options where !Self.representationOptions.contains(option) {
            throw .badRequest(
                "The option \"\(option)\" is not known here; known are \(Self.representationOptions.sorted().joined(separator: ", "))")
        }
        let format = parameters["format"]
        if let format, !["normalized", "concise", "simplified", "keyValues"].contains(format) {
            throw .badRequest("The format \"\(format)\" is not one of normalized, concise, simplified")
        }
        if format == "simplified" || format == "keyValues" || (format == nil && !options.isDisjoint(with: ["keyValues", "simplified"])) {
            result.form = .simplified
        } else if format == "concise" || (format == nil && options.contains("concise")) {
            result.form = .concise
        }
        result.showsSystemAttributes = options.contains("sysAttrs")
        result.language = parameters["lang"]
        if let datasets = try parameters.list("datasetId") {
            for dataset in datasets where dataset != "@none" && !EntityID.isValid(dataset) {
                throw .badRequest("The datasetId \"\(dataset)\" is neither a URI nor @none")
            }
            result.datasets = Set(datasets)
        }
        if parameters["geometryProperty"] != nil, type != .geoJSON {
            throw .badRequest("geometryProperty goes with Accept: application/geo+json")
        }
        if let attributes = try parameters.list("attrs") {
            if parameters["pick"] != nil { throw .badRequest("attrs and pick exclude each other; use pick") }
            result.picked = Set(attributes.map(known))
        }
        try projection(&result)
        return result
    }

    private static let representationOptions: Set<String> = ["keyValues", "simplified", "concise", "normalized", "sysAttrs"]

    private func projection(_ result: inout EntityRepresentation) throws(HTTPFailure) {
        if let picked = try names("pick") {
            result.showsID = picked.contains("id")
            result.showsType = picked.contains("type")
            result.showsScope = picked.contains("scope")
            result.picked = Set(picked.filter { !Self.entityMembers.contains($0) }.map(known))
        }
        if let omitted = try names("omit") {
            if let picked = try names("pick"), !Set(picked).isDisjoint(with: omitted) {
                throw .badRequest("pick and omit name the same member")
            }
            if omitted.contains("id") { result.showsID = false }
            if omitted.contains("type") { result.showsType = false }
            if omitted.contains("scope") { result.showsScope = false }
            result.omitted = Set(omitted.filter { !Self.entityMembers.contains($0) }.map(known))
        }
    }

    private static let entityMembers: Set<String> = ["id", "type", "scope", "createdAt", "modifiedAt", "expiresAt"]

    private func names(_ parameter: String) throws(HTTPFailure) -> [String]? {
        guard let list = try parameters.list(parameter) else { return nil }
        for name in list where name.contains("{") || name.contains("}") || name.contains("|") {
            throw .ngsild(.operationNotSupported("\"\(name)\" in \(parameter): projecting linked entities is not supported yet"))
        }
        return list
    }

    /// The number of a name; `TermID.none`, which no attribute has, when nothing stored uses it.
    private func known(_ name: String) -> TermID { context.knownTerm(name) ?? .none }

    func query() throws(HTTPFailure) -> EntityQuery {
        var query = EntityQuery()
        try refuseLater()
        if let ids = try parameters.list("id") {
            for id in ids where !EntityID.isValid(id) { throw .badRequest("The id \"\(id)\" is not a URI") }
            query.ids = ids
        }
        if let text = parameters["type"] {
            query.types = try translating { () throws(NGSILDError) in try TypeSelection(parsing: text, context: context) }
        }
        if let text = parameters["idPattern"] {
            query.idPattern = try translating { () throws(NGSILDError) in try TextPattern(parsing: text) }
        }
        if let names = try parameters.list("attrs") { query.attributes = names.map(known) }
        if let text = parameters["q"] {
            query.expression = try translating { () throws(NGSILDError) in
                try QueryExpression(
                    parsing: text, context: context,
                    expandValues: Set(parameters["expandValues"]?.split(separator: ",").map(String.init) ?? []))
            }
        }
        if let text = parameters["scopeQ"] {
            query.scope = try translating { () throws(NGSILDError) in try ScopeQuery(parsing: text) }
        }
        try geo(&query)
        query.counts = try parameters.flag("count")
        query.limit = try parameters.number("limit", default: 20, range: 0...1_000)
        query.offset = try parameters.number("offset", default: 0, range: 0...Int(Int32.max))
        if query.limit == 0, !query.counts { throw .badRequest("limit=0 goes with count=true only") }
        return query
    }

    private func geo(_ query: inout EntityQuery) throws(HTTPFailure) {
        let georel = parameters["georel"]
        let geometry = parameters["geometry"]
        let coordinates = parameters["coordinates"]
        if georel == nil, geometry == nil, coordinates == nil { return }
        guard let georel, let geometry, let coordinates else {
            throw .badRequest("A geo-query needs all of georel, geometry and coordinates")
        }
        query.geo = try translating { () throws(NGSILDError) in
            try GeoQuery(
                georel: georel, geometry: geometry, coordinates: coordinates, geoproperty: parameters["geoproperty"],
                context: context)
        }
    }

    /// Refuses queries that name nothing to look for (clause 5.7.2.4).
    func refuseTooWide(_ query: EntityQuery) throws(HTTPFailure) {
        let isLocal = try parameters.flag("local")
        if query.types == nil, query.attributes.isEmpty, query.expression == nil, query.geo == nil, !isLocal {
            throw .badRequest("The query is too wide; give it one of type, attrs, q or georel, or local=true for all entities")
        }
    }
}
