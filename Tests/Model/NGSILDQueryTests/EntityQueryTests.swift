import ClauseTrait
import NGSILDModel
import NGSILDQuery
import Testing

// CIM 009 clause 5.7.2
@Suite struct EntityQueryTests {
    @Test(.clause("5.7.2")) func `all conditions hold together`() throws {
        let world = try QueryWorld()
        let entity = try world.entity(
            #"{"id":"urn:ngsi-ld:Room:1","type":["Room","Hall"],"scope":"/A/B","temperature":21,"#
                + #""location":{"type":"Point","coordinates":[1,2]}}"#)
        func query(_ change: (inout EntityQuery) throws -> Void) throws -> Bool {
            var query = EntityQuery()
            query.types = try TypeSelection(parsing: "(Room;Hall)", context: world.context)
            query.ids = ["urn:ngsi-ld:Room:2", "urn:ngsi-ld:Room:1"]
            query.idPattern = try TextPattern(parsing: "Room:\\d$")
            query.attributes = [try world.context.term("humidity"), try world.context.term("temperature")]
            query.expression = try QueryExpression(parsing: "temperature>20", context: world.context)
            query.geo = try GeoQuery(
                georel: "near;maxDistance==10", geometry: "Point", coordinates: "[1,2]", context: world.context)
            query.scope = try ScopeQuery(parsing: "/A/#")
            try change(&query)
            return query.matches(entity)
        }
        #expect(try query { _ in })
        #expect(try !query { $0.types = try TypeSelection(parsing: "Car", context: world.context) })
        #expect(try !query { $0.ids = ["urn:ngsi-ld:Room:2"] })
        #expect(try !query { $0.idPattern = try TextPattern(parsing: "Car") })
        #expect(try !query { $0.attributes = [try world.context.term("humidity")] })
        #expect(try !query { $0.expression = try QueryExpression(parsing: "temperature>21", context: world.context) })
        #expect(
            try !query {
                $0.geo = try GeoQuery(
                    georel: "near;minDistance==10", geometry: "Point", coordinates: "[1,2]", context: world.context)
            })
        #expect(try !query { $0.scope = try ScopeQuery(parsing: "/B") })
        #expect(EntityQuery().matches(entity))
    }
}
