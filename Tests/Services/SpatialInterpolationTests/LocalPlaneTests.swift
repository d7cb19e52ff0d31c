import SpatialInterpolation
import Testing

struct LocalPlaneTests {
    @Test func `a degree of latitude is 111 km, and one of longitude shrinks with the cosine`() throws {
        let plane = LocalPlane(centreLongitude: 2, centreLatitude: 60)
        #expect(abs(plane.point(longitude: 2, latitude: 61).y - 111_195) < 1)
        #expect(abs(plane.point(longitude: 3, latitude: 60).x - 111_195 / 2) < 1)
    }

    @Test func `a point comes back to where it was`() {
        let plane = LocalPlane(centreLongitude: 116.4, centreLatitude: 39.9)
        let position = plane.position(of: plane.point(longitude: 116.63, latitude: 40.33))
        #expect(abs(position.longitude - 116.63) < 1e-12)
        #expect(abs(position.latitude - 40.33) < 1e-12)
    }

    @Test func `positions on both sides of the date line stay together`() throws {
        let plane = try #require(LocalPlane(around: [(179.9, -17), (-179.9, -17)]))
        #expect(abs(abs(plane.centreLongitude) - 180) < 1e-9)
        let distance = plane.point(longitude: 179.9, latitude: -17)
            .distance(to: plane.point(longitude: -179.9, latitude: -17))
        #expect(abs(distance - 0.2 * 111_195 * 0.9563) < 10)
    }

    @Test func `no finite position makes no plane`() {
        #expect(LocalPlane(around: []) == nil)
        #expect(LocalPlane(around: [(.nan, 2)]) == nil)
    }
}
