import GeoJSON
import JSONLD
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// A publication made ready: names are numbers, the selection is a query. Readers add nothing to it but a place to go on
/// from, so that no answer tells of attributes that are not published.
struct PublishedLayer: Sendable {
    /// An attribute of the publication and its sub-attributes by number.
    struct Attribute: Sendable {
        let term: TermID
        /// Its name in NGSI-LD answers, under the core @context.
        let name: String
        let column: String
        let label: LocalText
        let subAttributes: [(term: TermID, name: String)]
    }

    let publication: Publication
    /// Its geo-query is `area`.
    let query: EntityQuery
    /// What touches it is in the layer; tiles are cut to it. `nil`: the whole Earth.
    let area: SurveyArea?
    let type: TermID
    let typeName: String
    let attributes: [Attribute]
    /// `.none` where nothing is drawn.
    let geometry: TermID
    let context: TermContext
    /// Another number after each change of the publication, for validators of answers.
    let version: UInt64

    /// - Throws: `badRequestData` where `q`, `scopeQ` or a name cannot be read.
    init(_ publication: Publication, version: UInt64, context: TermContext) throws(NGSILDError) {
        self.publication = publication
        self.version = version
        self.context = context
        type = try context.term(publication.type)
        typeName = context.name(type)
        var attributes: [Attribute] = []
        for attribute in publication.attributes {
            let term = try context.term(attribute.name)
            var subAttributes: [(term: TermID, name: String)] = []
            for name in attribute.subAttributes {
                let sub = try context.term(name)
                subAttributes.append((sub, context.name(sub)))
            }
            attributes.append(
                Attribute(
                    term: term, name: context.name(term), column: attribute.column, label: attribute.label,
                    subAttributes: subAttributes))
        }
        self.attributes = attributes
        if let name = publication.geometryProperty { geometry = try context.term(name) } else { geometry = .none }
        var query = EntityQuery()
        query.types = TypeSelection(anyOf: [type])
        if let q = publication.q {
            query.expression = try QueryExpression(parsing: q, context: context, lifetime: .standing)
        }
        if let scopeQ = publication.scopeQ { query.scope = try ScopeQuery(parsing: scopeQ) }
        if let area = publication.area {
            let box = BoundingBox(
                minLongitude: area[0], minLatitude: area[1], maxLongitude: area[2], maxLatitude: area[3])
            query.geo = try GeoQuery(.intersects, of: geometry, to: .polygon(box.outline))
            self.area = try SurveyArea(box)
        } else {
            self.area = nil
        }
        self.query = query
    }

    var id: String { publication.id }
    var tenant: String { publication.tenant }
    var hasTiles: Bool { geometry != .none }
    /// What tiles are made of, within `area`.
    var tileQuery: EntityQuery {
        var query = query
        query.geo = nil
        return query
    }

    func title(_ language: String) -> String { publication.title.text(language) ?? id }

    /// Attributes that become tags of tiles: at most 16, without geometries' own.
    var tags: [(name: String, attribute: TermID)] {
        attributes.filter { $0.term != geometry }.prefix(16).map { ($0.column, $0.term) }
    }

    /// Entities of the layer from a place on.
    ///
    /// - Parameter after: The place that an answer named; `nil`: from the first.
    func page(_ consumption: any EntityConsumption, after: Int64?, limit: Int) throws(NGSILDError) -> EntityPage {
        var query = query
        query.place = .after(after ?? .min)
        query.limit = limit
        return try Self.orEmpty { () throws(NGSILDError) in try consumption.queryEntities(query, tenant: tenant) }
    }

    /// The entity, where it is in the layer.
    func entity(_ consumption: any EntityConsumption, id: String) throws(NGSILDError) -> EntityRecord? {
        var query = query
        query.ids = [id]
        query.limit = 1
        return try Self.orEmpty { () throws(NGSILDError) in
            try consumption.queryEntities(query, tenant: tenant)
        }.entities.first
    }

    /// A tenant that is not there yet has nothing to publish, which is no error of the reader.
    private static func orEmpty(_ body: () throws(NGSILDError) -> EntityPage) throws(NGSILDError) -> EntityPage {
        do throws(NGSILDError) { return try body() } catch {
            guard case .nonexistentTenant = error else { throw error }
            return EntityPage(entities: [], total: nil, hasMore: false)
        }
    }
}
