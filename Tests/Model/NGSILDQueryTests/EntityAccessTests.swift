import GeoJSON
import NGSILDModel
import SeededRandom
import Testing

@testable import NGSILDQuery

/// That grants which are found by types, scopes and areas reach what all of them reach when they are gone through.
struct EntityAccessTests {
    private let world: QueryWorld
    private let location: TermID

    init() throws {
        world = try QueryWorld()
        location = try world.context.term("location")
    }

    private static let types = ["Bus", "Tram", "Car"]
    /// Also such as no request may write, but a store may have.
    private static let scopes = ["/a", "/a/b", "/a/b/c", "/b", "/b/c", "/c", "/a/district/north_east", "c", "b//c"]
    private static let patterns = [
        "/a", "/a/#", "/a/b", "/a/b/#", "/+/b", "/a/+/c", "/#", "(/a;/b)", "/c,/b/#", "/b/+", "/a/district/#",
        "/a/district/north_east", "(/a/b;/+/c),/a/district/south/#",
    ]
    private static let attributes = ["speed", "load", "line"]

    private func grant(_ generator: inout SeededGenerator) throws -> EntityAccess.Grant {
        var grant = EntityAccess.Grant()
        func one<T>(_ values: [T]) throws -> T { try #require(values.randomElement(using: &generator)) }
        func names(_ values: [String]) throws -> Set<TermID> {
            try Set((0...Int.random(in: 0...1, using: &generator)).map { _ in try world.context.term(one(values)) })
        }
        if Bool.random(using: &generator) { grant.types = try names(Self.types) }
        if Bool.random(using: &generator) { grant.scopes = try ScopeQuery(parsing: try one(Self.patterns)) }
        if Int.random(in: 0..<3, using: &generator) == 0 {
            grant.area = try square(
                Double.random(in: -179...170, using: &generator), Double.random(in: -89...80, using: &generator),
                side: try one([0.001, 0.5, 3, 9]))
        }
        if Bool.random(using: &generator) { grant.attributes = try names(Self.attributes) }
        return grant
    }

    private func square(_ longitude: Double, _ latitude: Double, side: Double) throws -> GeoQuery {
        let (east, north) = (longitude + side, latitude + side)
        let ring = "[\(longitude),\(latitude)],[\(east),\(latitude)],[\(east),\(north)],[\(longitude),\(north)]"
        let geometry = try Geometry(
            parsing: #"{"type":"Polygon","coordinates":[[\#(ring),[\#(longitude),\#(latitude)]]]}"#)
        return try GeoQuery(.within, of: location, to: geometry)
    }

    /// An entity, mostly in the areas of grants.
    private func entity(_ generator: inout SeededGenerator, _ grants: [EntityAccess.Grant]) throws -> EntityRecord {
        let types = Self.types.shuffled(using: &generator).prefix(Int.random(in: 1...2, using: &generator))
        let scopes = Self.scopes.shuffled(using: &generator).prefix(Int.random(in: 0...2, using: &generator))
        func list(_ texts: some Sequence<String>) -> String { texts.map { "\"\($0)\"" }.joined(separator: ",") }
        let locations = (0..<Int.random(in: 0...2, using: &generator)).map { number in
            let dataset = number == 0 ? "" : #","datasetId":"urn:x:\#(number)""#
            return #"{"type":"GeoProperty","value":\#(geometry(&generator, grants))\#(dataset)}"#
        }
        let entity = try world.entity(
            #"""
            {"id":"urn:x:1","type":[\#(list(types))],
             \#(locations.isEmpty ? "" : "\"location\":[\(locations.joined(separator: ","))],")
             "speed":{"type":"Property","value":1}}
            """#)
        return entity.changed(at: entity.modifiedAt, scopes: Array(scopes), attributes: entity.attributes)
    }

    /// A point in the area of a grant, a line there that may leave it, or a line across several places.
    private func geometry(_ generator: inout SeededGenerator, _ grants: [EntityAccess.Grant]) -> String {
        let box = grants.compactMap { $0.area?.searchBox }.randomElement(using: &generator)
        let (longitude, latitude) = box.map { ($0.center.longitude, $0.center.latitude) } ?? (1, 2)
        func line(_ others: String) -> String {
            #"{"type":"LineString","coordinates":[[\#(longitude),\#(latitude)],\#(others)]}"#
        }
        switch Int.random(in: 0..<4, using: &generator) {
        case 0:
            let length = ((box?.maxLongitude ?? 2) - longitude) * Double.random(in: 0.5...1.5, using: &generator)
            return line("[\(longitude + length),\(latitude)]")
        case 1: return line("[1,2],[3,4]")
        default: return #"{"type":"Point","coordinates":[\#(longitude),\#(latitude)]}"#
        }
    }

    /// What each grant of its own opens, joined.
    private func expected(
        _ grants: [EntityAccess.Grant], _ covers: (EntityAccess.Grant) -> Bool
    ) -> Set<TermID>?? {
        var found: Set<TermID>?
        for grant in grants where covers(grant) {
            guard let attributes = grant.attributes else { return .some(nil) }
            found = (found ?? []).union(attributes)
        }
        return found.map { Optional($0) }
    }

    private func opened(_ attributes: EntityAccess.Attributes?) -> Set<TermID>?? {
        switch attributes {
        case nil: nil
        case .all: .some(nil)
        case .only(let names): .some(names)
        }
    }

    @Test(arguments: 1...40)
    func `what is looked up is what going through all grants finds`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let grants = try (0..<Int.random(in: 1...60, using: &generator)).map { _ in try grant(&generator) }
        let access = EntityAccess(grants)
        let half = grants.count / 2
        let joined = EntityAccess(joining: [EntityAccess(Array(grants[..<half])), EntityAccess(Array(grants[half...]))])
        for _ in 0..<20 {
            let entity = try entity(&generator, grants)
            let reached = expected(grants) { $0.covers(entity) }
            #expect(opened(access.attributes(of: entity)) == reached)
            #expect(opened(joined.attributes(of: entity)) == reached)
            #expect(access.reaches(entity) == (reached != nil))
        }
    }

    /// Types that are granted whole count together, so they are left out here.
    @Test(arguments: 1...40)
    func `what may be written is what one of the grants lets be written`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let grants = try (0..<Int.random(in: 1...60, using: &generator)).map { _ in try grant(&generator) }
            .filter { !$0.isOfTypesAlone }
        let access = EntityAccess(grants)
        for _ in 0..<20 {
            let before = try entity(&generator, grants)
            let after = try entity(&generator, grants)
            for earlier in [nil, before] {
                let written = expected(grants) { $0.covers(after, after: earlier) }
                #expect(opened(access.attributes(writing: after, after: earlier)) == written)
            }
        }
    }

    @Test func `types that are granted whole may be written together, by whichever of the roles`() throws {
        func open(_ type: String) throws -> EntityAccess {
            var grant = EntityAccess.Grant()
            grant.types = [try world.context.term(type)]
            return EntityAccess([grant])
        }
        let both = try world.entity(#"{"id":"urn:x:1","type":["Bus","Tram"]}"#)
        #expect(try open("Bus").attributes(writing: both, after: nil) == nil)
        let joined = EntityAccess(joining: [try open("Bus"), try open("Tram")])
        #expect(opened(joined.attributes(writing: both, after: nil)) == .some(nil))
        #expect(joined.types == [try world.context.term("Bus"), try world.context.term("Tram")].sorted())
    }

    @Test func `of ten thousand grants for a type, those that are near are looked at`() throws {
        let grants = try (0..<10_000).map { number in
            var grant = EntityAccess.Grant()
            if number.isMultiple(of: 2) {
                grant.scopes = try ScopeQuery(parsing: "/district\(number)/#")
            } else {
                grant.area = try square(Double(number % 100), Double(number / 200), side: 0.4)
            }
            return grant
        }
        let index = GrantIndex(grants)
        let entity = try world.entity(
            #"""
            {"id":"urn:x:1","type":"Bus","scope":["/district4000/north","/elsewhere"],
             "location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[3.2,0.2]}}}
            """#)
        var looked = 0
        var covering = 0
        _ = index.visit(entity) { number, _ in
            looked += 1
            if grants[number].covers(entity) { covering += 1 }
            return false
        }
        #expect(covering == 3)
        #expect(looked < 10)
    }

    @Test(arguments: [1, 2, 62, 63, 64, 90])
    func `a scope is found at any depth, itself and what is below it`(depth: Int) throws {
        func path(_ last: Int) -> String { String(repeating: "/level", count: depth - 1) + "/last\(last)" }
        let grants = try (0..<20).map { number in
            var grant = EntityAccess.Grant()
            grant.scopes = try ScopeQuery(parsing: path(number) + (number.isMultiple(of: 2) ? "/#" : ""))
            return grant
        }
        let access = EntityAccess(grants)
        func reaches(_ scope: String) throws -> Bool {
            access.reaches(try world.thing(#""scope":"\#(scope)""#))
        }
        #expect(try reaches(path(4)) && reaches(path(4) + "/below") && reaches(path(5)))
        #expect(try !reaches(path(5) + "/below") && !reaches(path(20)) && !reaches("/elsewhere"))
    }

    @Test func `an area on the edge of the world is found`() throws {
        var grants: [EntityAccess.Grant] = []
        for number in 0..<20 {
            var grant = EntityAccess.Grant()
            grant.area = try square(179, 89 - Double(number), side: 1)
            grants.append(grant)
        }
        let access = EntityAccess(grants)
        let entity = try world.thing(
            #""location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[179.5,89.5]}}"#)
        #expect(access.reaches(entity))
    }
}
