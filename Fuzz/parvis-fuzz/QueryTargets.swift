import GeoJSON
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDQuery

@testable import NGSILDHTTP

/// `q`: parsed, and asked of entities with and without links.
final class QFuzz: FuzzTarget {
    private let city: FuzzCity
    init() throws { city = try FuzzCity() }

    func run(_ input: [UInt8]) {
        let text = String(decoding: input, as: UTF8.self)
        if let query = try? QueryExpression(parsing: text, context: city.context, expandValues: ["gender", "name"]) {
            _ = (query.attributes, query.requiredAttributes, query.numericBounds, query.namesAttributes)
            var asked = EntityQuery()
            asked.expression = query
            let selected = city.entities.filter { query.matches($0) }
            guard let page = try? city.broker.queryEntities(asked, tenant: "") else { return }
            check(
                page.entities.map(\.id) == selected.map(\.id),
                "an index selects others: \(text): \(page.entities.map(\.id)), \(selected.map(\.id))")
        }
        if let query = try? QueryExpression(parsing: text, context: city.context, linkedLevels: 3) {
            let links = LinkFollower { [city] in city.entity($0) }
            for entity in city.entities { _ = query.matches(entity, links: links) }
        }
    }
}

/// `scopeQ`.
final class ScopeFuzz: FuzzTarget {
    private let city: FuzzCity
    init() throws { city = try FuzzCity() }

    func run(_ input: [UInt8]) {
        guard let scope = try? ScopeQuery(parsing: String(decoding: input, as: UTF8.self)) else { return }
        _ = scope.matches(["/a/b", "c", "", "///", "/A//B/"])
        let selected = city.entities.filter { scope.matches($0.scopes) }
        var asked = EntityQuery()
        asked.scope = scope
        guard let page = try? city.broker.queryEntities(asked, tenant: "") else { return check(false, "refused") }
        check(page.entities.map(\.id) == selected.map(\.id), "an index selects others")
    }
}

/// `type`.
final class TypeFuzz: FuzzTarget {
    private let city: FuzzCity
    init() throws { city = try FuzzCity() }

    func run(_ input: [UInt8]) {
        guard let types = try? TypeSelection(parsing: String(decoding: input, as: UTF8.self), context: city.context)
        else { return }
        let selected = city.entities.filter { types.matches($0.types) }
        var asked = EntityQuery()
        asked.types = types
        guard let page = try? city.broker.queryEntities(asked, tenant: "") else { return check(false, "refused") }
        check(page.entities.map(\.id) == selected.map(\.id), "an index selects others")
    }
}

/// `georel`, `geometry`, `coordinates` and `geoproperty`, written as a query string.
final class GeoFuzz: FuzzTarget {
    private let city: FuzzCity
    init() throws { city = try FuzzCity() }

    func run(_ input: [UInt8]) {
        let names: ParameterSet = [.georel, .geometry, .coordinates, .geoproperty, .orderFrom]
        guard let parameters = try? QueryParameters(Substring(String(decoding: input, as: UTF8.self)), allowing: names),
            let query = try? GeoQuery(
                georel: parameters[.georel] ?? "", geometry: parameters[.geometry] ?? "Point",
                coordinates: parameters[.coordinates] ?? "", geoproperty: parameters[.geoproperty],
                context: city.context)
        else { return }
        let selected = city.entities.filter { query.matches($0) }
        var asked = EntityQuery()
        asked.geo = query
        guard let page = try? city.broker.queryEntities(asked, tenant: "") else { return }
        check(
            page.entities.map(\.id) == selected.map(\.id),
            "an index selects others: \(page.entities.map(\.id)), \(selected.map(\.id))")
        // The reference as an entity's location.
        _ = query.matches(query.reference)
        _ = (query.reference.boundingBox, query.reference.representativePosition)
    }
}
