import JSONTree
import NGSILDModel
import NGSILDQuery

/// Builds queries and representations from parameters, shared by GET and by POST queries.
struct EntitySelection {
    let parameters: QueryParameters
    let context: TermContext

    static let representationParameters: ParameterSet = [
        .attrs, .pick, .omit, .lang, .options, .format, .datasetId, .geometryProperty,
    ]
    /// Parameters of the specification that later versions of Parvis will have.
    static let laterParameters: ParameterSet = [
        .join, .joinLevel, .containedBy, .csf, .orderBy, .orderFrom, .orderGeometry, .collation, .splitEntities,
        .jsonKeys,
    ]
    static let entityMapParameters: ParameterSet = [.entityMap, .entityMapLifetime]
    static let retrievalParameters = representationParameters.union(laterParameters).union(entityMapParameters)
        .union([.type])
    static let queryParameters = representationParameters.union(laterParameters).union(entityMapParameters).union([
        .id, .type, .idPattern, .q, .georel, .geometry, .coordinates, .geoproperty, .scopeQ, .limit, .offset, .count,
        .expandValues,
    ])
    private static let representationOptions: Set<String> = [
        "keyValues", "simplified", "concise", "normalized", "sysAttrs",
    ]

    /// Refuses parameters that change what is answered and are not carried out yet.
    ///
    /// Passed over because they change nothing here: `join=@none`, and `splitEntities`, since a broker that forwards
    /// nothing has all of every entity.
    func refuseLater() throws(HTTPFailure) {
        if parameters.isEmpty { return }
        for name in Parameter.allCases where Self.laterParameters.contains(name) {
            guard let value = parameters[name] else { continue }
            switch (name, value) {
            case (.join, "@none"), (.splitEntities, "true"), (.splitEntities, "false"): continue
            default:
                throw .ngsild(
                    .operationNotSupported(
                        "The query parameter \"\(name.name)\" is not supported by this version of Parvis yet"))
            }
        }
    }

    // MARK: What is shown

    func representation(_ type: MediaType) throws(HTTPFailure) -> EntityRepresentation {
        var result = EntityRepresentation()
        if parameters.isEmpty { return result }
        let options = try parameters.options(Self.representationOptions)
        result.form = try form(options)
        result.showsSystemAttributes = options.contains("sysAttrs")
        result.language = parameters[.lang]
        if let datasets = try parameters.list(.datasetId) {
            for dataset in datasets where dataset != "@none" && !EntityID.isValid(dataset) {
                throw .badRequest("The datasetId \"\(dataset)\" is neither a URI nor @none")
            }
            result.datasets = Set(datasets)
        }
        if parameters[.geometryProperty] != nil, type != .geoJSON {
            throw .badRequest("geometryProperty goes with Accept: application/geo+json")
        }
        if let attributes = try parameters.list(.attrs) {
            guard parameters[.pick] == nil, parameters[.omit] == nil else {
                throw .badRequest("attrs goes without pick and omit; use these two alone")
            }
            for name in attributes {
                if Self.entityMembers.contains(name) {
                    throw .badRequest("\"\(name)\" in attrs is no attribute; name it in pick")
                }
                try checkAttribute(name, .attrs)
            }
            result.picked = Set(attributes.map(known))
        }
        try project(&result)
        return result
    }

    /// `format` comes before `options` (clause 6.3.7).
    private func form(_ options: Set<String>) throws(HTTPFailure) -> EntityRepresentation.Form {
        switch parameters[.format] {
        case "normalized": return .normalized
        case "concise": return .concise
        case "simplified", "keyValues": return .simplified
        case nil: break
        case let format?:
            throw .invalidRequest(
                "The format \"\(format)\" is not taken here; taken are normalized, concise, simplified")
        }
        if options.contains("keyValues") || options.contains("simplified") { return .simplified }
        return options.contains("concise") ? .concise : .normalized
    }

    private func project(_ result: inout EntityRepresentation) throws(HTTPFailure) {
        let picked = try members(.pick)
        if let picked {
            result.showsID = picked.contains("id")
            result.showsType = picked.contains("type")
            result.showsScope = picked.contains("scope")
            result.picked = Set(picked.filter { !Self.entityMembers.contains($0) }.map(known))
        }
        if let omitted = try members(.omit) {
            if let both = picked?.first(where: omitted.contains) {
                throw .badRequest("pick and omit both name \"\(both)\"")
            }
            if omitted.contains("id") { result.showsID = false }
            if omitted.contains("type") { result.showsType = false }
            if omitted.contains("scope") { result.showsScope = false }
            result.omitted = Set(omitted.filter { !Self.entityMembers.contains($0) }.map(known))
        }
    }

    private static let entityMembers: Set<String> = ["id", "type", "scope"]

    /// The names in `pick` or `omit`, which commas or bars separate (clause 4.21).
    private func members(_ parameter: Parameter) throws(HTTPFailure) -> [String]? {
        guard let text = parameters[parameter] else { return nil }
        if text.contains("{") || text.contains("}") {
            throw .badRequest(
                "\(parameter.name)=\(text) selects members of linked entities, which needs join; join is not supported yet"
            )
        }
        let names = text.split(omittingEmptySubsequences: false) { $0 == "," || $0 == "|" }.map(String.init)
        for name in names where !Self.entityMembers.contains(name) { try checkAttribute(name, parameter) }
        return names
    }

    private func checkAttribute(_ name: String, _ parameter: Parameter) throws(HTTPFailure) {
        guard AttributeName.isValid(name) else {
            throw .badRequest("\"\(name)\" in \(parameter.name) is not a name of an attribute")
        }
    }

    /// The number of a name; `TermID.none`, which no attribute has, when nothing stored uses it.
    private func known(_ name: String) -> TermID { context.knownTerm(name) ?? .none }

    // MARK: What is selected

    func query() throws(HTTPFailure) -> EntityQuery {
        var query = EntityQuery()
        try refuseLater()
        if let ids = try parameters.list(.id) {
            for id in ids where !EntityID.isValid(id) { throw .badRequest("The id \"\(id)\" is not a URI") }
            query.ids = ids
        }
        if let text = parameters[.type] {
            query.types = try translating { () throws(NGSILDError) in try TypeSelection(parsing: text, context: context)
            }
        }
        if let text = parameters[.idPattern] {
            query.idPattern = try translating { () throws(NGSILDError) in try TextPattern(parsing: text) }
        }
        let filter: [String]
        if let names = try parameters.list(.attrs) { filter = names } else { filter = try filteringMembers() }
        query.attributes = filter.map(known)
        if let text = parameters[.q] {
            let expanded = Set(try parameters.list(.expandValues) ?? [])
            query.expression = try translating { () throws(NGSILDError) in
                try QueryExpression(parsing: text, context: context, expandValues: expanded)
            }
        }
        if let text = parameters[.scopeQ] {
            query.scope = try translating { () throws(NGSILDError) in try ScopeQuery(parsing: text) }
        }
        try geo(&query)
        let page = try Pagination(parameters)
        query.counts = page.counts
        query.limit = page.limit
        query.offset = page.offset
        return query
    }

    /// The attributes in `pick` of which an entity must have one, so that something of it is left to show.
    private func filteringMembers() throws(HTTPFailure) -> [String] {
        guard let picked = try members(.pick), picked.allSatisfy({ !Self.entityMembers.contains($0) }) else {
            return []
        }
        return picked
    }

    private static let systemAttributes: Set<String> = [
        "createdAt", "modifiedAt", "deletedAt", "expiresAt", "observedAt",
    ]

    private func geo(_ query: inout EntityQuery) throws(HTTPFailure) {
        let (georel, geometry, coordinates) = (parameters[.georel], parameters[.geometry], parameters[.coordinates])
        if georel == nil, geometry == nil, coordinates == nil { return }
        guard let georel, let geometry, let coordinates else {
            throw .badRequest("A geo-query needs all of georel, geometry and coordinates")
        }
        query.geo = try translating { () throws(NGSILDError) in
            try GeoQuery(
                georel: georel, geometry: geometry, coordinates: coordinates, geoproperty: parameters[.geoproperty],
                context: context)
        }
    }

    /// Refuses queries that name nothing to look for (clause 5.7.2.4).
    func refuseTooWide(_ query: EntityQuery) throws(HTTPFailure) {
        let isLocal = try parameters.choice(.local)
        if query.types?.alternatives == nil, query.types != nil, isLocal == false {
            throw .badRequest("type=* means all entities of this broker; it goes without local=false")
        }
        // pick alone selects nothing, nor do system attributes.
        let namesAttributes = try parameters.list(.attrs)?.contains { !Self.systemAttributes.contains($0) } ?? false
        if query.types == nil, !namesAttributes, query.expression == nil, query.geo == nil, isLocal != true {
            throw .badRequest(
                "The query is too wide; give it one of type, attrs, q or georel, or local=true for all entities")
        }
    }
}
