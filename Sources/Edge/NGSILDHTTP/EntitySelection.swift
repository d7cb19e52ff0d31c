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
    static let laterParameters: ParameterSet = [.splitEntities]
    static let entityMapParameters: ParameterSet = [.entityMap, .entityMapLifetime]
    static let linkedParameters: ParameterSet = [.join, .joinLevel, .containedBy]
    static let retrievalParameters = representationParameters.union(laterParameters).union(entityMapParameters)
        .union(linkedParameters).union([.type])
    static let selectionParameters = representationParameters.union(laterParameters).union(entityMapParameters).union([
        .id, .type, .idPattern, .q, .georel, .geometry, .coordinates, .geoproperty, .scopeQ, .limit, .offset, .count,
        .expandValues, .jsonKeys, .csf, .orderBy, .orderFrom, .orderGeometry, .collation,
    ])
    static let queryParameters = selectionParameters.union(linkedParameters).union([.pageAfter, .pageBefore])
    static let representationOptions: Set<String> = [
        "keyValues", "simplified", "concise", "normalized", "sysAttrs",
    ]

    /// Refuses parameters that change what is answered and are not carried out yet.
    ///
    /// Passed over because it changes nothing here: `splitEntities`, since a broker that forwards nothing has all of
    /// every entity.
    func refuseLater() throws(HTTPFailure) {
        guard parameters.contains(anyOf: Self.laterParameters) else { return }
        for name in Parameter.allCases where Self.laterParameters.contains(name) {
            guard let value = parameters[name] else { continue }
            switch (name, value) {
            case (.splitEntities, "true"), (.splitEntities, "false"): continue
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
                if Projection.entityMembers.contains(name) {
                    throw .badRequest("\"\(name)\" in attrs is no attribute; name it in pick")
                }
                try translating { () throws(NGSILDError) in try Projection.checkAttribute(name, "attrs") }
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
        let picked = try projection(.pick)
        let omitted = try projection(.omit)
        guard picked != nil || omitted != nil else { return }
        var projected = result
        try translating { () throws(NGSILDError) in
            try projected.project(picked, omitted) { (name) throws(NGSILDError) in known(name) }
        }
        result = projected
    }

    /// What `pick` or `omit` names, which goes no deeper than linked entities are taken (clauses 4.21, 5.7.2.4).
    private func projection(_ parameter: Parameter) throws(HTTPFailure) -> [Projection]? {
        guard let text = parameters[parameter] else { return nil }
        let members = try translating { () throws(NGSILDError) in try Projection.parse(text, parameter.name) }
        let depth = members.map(\.depth).max() ?? 0
        if depth > 0 {
            guard let retrieval = try linkedRetrieval() else {
                throw .badRequest(
                    "\(parameter.name)=\(text) names members of linked entities; add join=inline or join=flat")
            }
            guard depth <= retrieval.levels else {
                throw .badRequest(
                    "\(parameter.name)=\(text) reaches \(depth) links far; joinLevel is \(retrieval.levels)")
            }
        }
        return members
    }

    // MARK: Linked entities

    /// How linked entities are to be answered; `nil`: not.
    ///
    /// - Source: CIM 009 clause 4.5.23, tables 6.4.3.2-1 and 6.5.3.1-1.
    func linkedRetrieval() throws(HTTPFailure) -> LinkedEntityRetrieval? {
        guard parameters.contains(anyOf: Self.linkedParameters) else { return nil }
        let levels = try parameters.number(.joinLevel, default: 1)
        let form: LinkedEntityRetrieval.Form
        switch parameters[.join] {
        case nil, "@none": form = .inline
        case "inline": form = .inline
        case "flat": form = .flat
        case let join?: throw .badRequest("The parameter \"join\" is \"\(join)\"; it is inline, flat or @none")
        }
        guard levels >= 1 else { throw .badRequest("The parameter \"joinLevel\" is 0; it is a number from 1 up") }
        let met = try parameters.list(.containedBy) ?? []
        for id in met where !EntityID.isValid(id) { throw .badRequest("\"\(id)\" in containedBy is not a URI") }
        guard let join = parameters[.join], join != "@none" else { return nil }
        guard levels <= LinkedEntityRetrieval.levelLimit else {
            throw .ngsild(
                .tooComplexQuery(
                    "joinLevel is \(levels); at most \(LinkedEntityRetrieval.levelLimit) levels are followed"))
        }
        return LinkedEntityRetrieval(form: form, levels: levels, containedBy: Set(met))
    }

    /// The number of a name; `TermID.none`, which no attribute has, when nothing stored uses it.
    private func known(_ name: String) -> TermID { context.knownTerm(name) ?? .none }

    // MARK: What is selected

    func query(isOfHistories: Bool = false) throws(HTTPFailure) -> EntityQuery {
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
            let levels = try linkedRetrieval()?.levels ?? 0
            query.expression = try translating { () throws(NGSILDError) in
                try QueryExpression(parsing: text, context: context, expandValues: expanded, linkedLevels: levels)
            }
        }
        if let text = parameters[.csf] {
            // There are no context sources to choose from, so only its syntax matters.
            _ = try translating { () throws(NGSILDError) in
                try QueryExpression(parsing: text, context: context, parameter: "csf")
            }
        }
        if let text = parameters[.scopeQ] {
            query.scope = try translating { () throws(NGSILDError) in try ScopeQuery(parsing: text) }
        }
        try geo(&query)
        try order(&query)
        let page = try Pagination(parameters, isOfHistories: isOfHistories)
        query.counts = page.counts
        query.limit = page.limit
        query.offset = page.offset
        query.place = page.place
        if let order = query.order {
            guard page.place == nil else { throw .badRequest("Pages of ordered entities are named by offset alone") }
            guard page.offset + page.limit <= order.reach else {
                throw .ngsild(
                    .tooManyResults(
                        "Ordered entities are answered up to the \(order.reach)th; offset and limit reach to \(page.offset + page.limit). Narrow the query"
                    ))
            }
        }
        return query
    }

    /// The attributes in `pick` of which an entity must have one, so that something of it is left to show.
    private func filteringMembers() throws(HTTPFailure) -> [String] {
        guard let text = parameters[.pick] else { return [] }
        let picked = try translating { () throws(NGSILDError) in try Projection.parse(text, "pick").map(\.name) }
        return picked.contains(where: Projection.entityMembers.contains) ? [] : picked
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

    /// - Source: CIM 009 clauses 4.23, 5.7.2.4.
    private func order(_ query: inout EntityQuery) throws(HTTPFailure) {
        let collation = parameters[.collation]
        guard let text = parameters[.orderBy] else {
            if let collation {
                _ = try translating { () throws(NGSILDError) in try Collation.named(collation) }
            }
            return
        }
        query.order = try translating { () throws(NGSILDError) in
            try EntityOrder(
                parsing: text, from: parameters[.orderFrom], geometry: parameters[.orderGeometry], collation: collation,
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
        let asksForValues = query.expression?.namesAttributes ?? false
        if query.types == nil, !namesAttributes, !asksForValues, query.geo == nil, isLocal != true {
            throw .badRequest(
                "The query is too wide; give it one of type, attrs, q or georel, or local=true for all entities")
        }
    }
}
