import Foundation
import SpatialInterpolation
import Testing

struct ContourBandsTests {
    private func field(_ columns: Int, _ rows: Int, _ value: (Double, Double) -> Double) throws -> GridField {
        let geometry = try #require(
            GridGeometry(origin: PlanePoint(x: 0, y: 0), stepX: 1, stepY: 1, columns: columns, rows: rows))
        var values: [Double] = []
        for row in 0..<rows { for column in 0..<columns { values.append(value(Double(column), Double(row))) } }
        return try #require(GridField(geometry: geometry, values: values))
    }

    private func area(_ ring: [[Double]]) -> Double {
        zip(ring, ring.dropFirst()).reduce(0) { $0 + ($1.0[0] * $1.1[1] - $1.1[0] * $1.0[1]) / 2 }
    }

    private func area(_ band: ContourBand) -> Double {
        band.polygons.reduce(0) { $0 + $1.reduce(0) { $0 + area($1) } }
    }

    /// Closed, simple in its points, outlines counter-clockwise, holes clockwise.
    private func expectWellFormed(_ band: ContourBand) {
        for polygon in band.polygons {
            for (index, ring) in polygon.enumerated() {
                #expect(ring.count >= 4)
                #expect(ring.first == ring.last)
                #expect(Set(ring.dropLast()).count == ring.count - 1)
                #expect(index == 0 ? area(ring) > 0 : area(ring) < 0)
            }
            #expect(polygon.reduce(0) { $0 + area($1) } > 0)
        }
    }

    @Test func `a slope gives strips with straight borders`() throws {
        let bands = try field(11, 6) { x, _ in x }.bands(levels: [2.5, 7])
        #expect(bands.map(\.lower) == [-.infinity, 2.5, 7])
        #expect(bands.map(\.upper) == [2.5, 7, .infinity])
        #expect(zip(bands.map(area), [12.5, 22.5, 15]).allSatisfy { abs($0 - $1) < 1e-9 })
        bands.forEach(expectWellFormed)
        for band in bands {
            #expect(band.polygons.count == 1)
            #expect(band.polygons.first?.first?.count == 5)
        }
    }

    @Test func `a cone gives a disc and rings with one hole each`() throws {
        let bands = try field(81, 81) { x, y in 30 - ((x - 40) * (x - 40) + (y - 40) * (y - 40)).squareRoot() }
            .bands(levels: [0, 10, 20])
        bands.forEach(expectWellFormed)
        #expect(bands.map { $0.polygons.map(\.count) } == [[2], [2], [2], [1]])
        let expected: [Double] = [6_400 - 900 * .pi, 500 * .pi, 300 * .pi, 100 * .pi]
        for (band, wanted) in zip(bands, expected) { #expect(abs(area(band) / wanted - 1) < 0.01) }
        #expect(abs(bands.reduce(0) { $0 + area($1) } - 6_400) < 1e-6)
    }

    @Test func `two hills give two polygons, and an island stands in a lake's hole`() throws {
        // A ring wall around a lake with an island.
        let bands = try field(61, 61) { x, y in
            let r = ((x - 30) * (x - 30) + (y - 30) * (y - 30)).squareRoot()
            return cos(r / 4)
        }.bands(levels: [0])
        bands.forEach(expectWellFormed)
        let high = try #require(bands.last)
        #expect(high.polygons.contains { $0.count == 1 })
        #expect(high.polygons.contains { $0.count == 2 })
        #expect(abs(bands.reduce(0) { $0 + area($1) } - 3_600) < 1e-6)
    }

    @Test func `a saddle is cut by its middle, and touching corners stay rings of their own`() throws {
        let saddle = try field(2, 2) { x, y in x == y ? 1 : 0 }
        for level in [0.25, 0.5, 0.75] {
            let bands = saddle.bands(levels: [level])
            bands.forEach(expectWellFormed)
            #expect(abs(bands.reduce(0) { $0 + area($1) } - 1) < 1e-12)
        }
        let board = try field(9, 9) { x, y in Int(x + y) % 2 == 0 ? 1 : 0 }.bands(levels: [0.5])
        board.forEach(expectWellFormed)
        #expect(abs(board.reduce(0) { $0 + area($1) } - 64) < 1e-9)
    }

    @Test func `values on a level exactly, and plateaus, make no gaps`() throws {
        let bands = try field(20, 20) { x, y in Double(Int(x / 4) + Int(y / 5)) }.bands(levels: [1, 2, 3, 4, 5])
        bands.forEach(expectWellFormed)
        #expect(abs(bands.reduce(0) { $0 + area($1) } - 361) < 1e-9)
    }

    @Test func `random fields are covered without gap or overlap`() throws {
        var state: UInt64 = 1
        for size in [3, 8, 25] {
            let field = try field(size, size) { _, _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Double(state >> 60)
            }
            let bands = field.bands(levels: [2, 5.5, 8, 8, 3, .nan, 11])
            #expect(bands.count <= 5)
            bands.forEach(expectWellFormed)
            #expect(abs(bands.reduce(0) { $0 + area($1) } - Double((size - 1) * (size - 1))) < 1e-9)
        }
    }

    @Test func `squares without a value are left out`() throws {
        let bands = try field(4, 4) { x, y in x == 1 && y == 1 ? .nan : 1 }.bands(levels: [0])
        bands.forEach(expectWellFormed)
        #expect(bands.count == 1)
        #expect(area(try #require(bands.first)) == 5)
    }

    @Test func `positions are mapped, and no levels give one band`() throws {
        let bands = try field(3, 3) { _, _ in 7 }.bands(levels: []) { (100 + $0.x / 10, 40 + $0.y / 10) }
        let corners = try #require(bands.first?.polygons.first?.first)
        #expect(Set(corners) == [[100, 40], [100.2, 40], [100.2, 40.2], [100, 40.2]])
        #expect(bands.count == 1)
        #expect(abs(area(try #require(bands.first)) - 0.04) < 1e-12)
    }

    @Test func `a field needs a value for each point, and a grid is bounded`() throws {
        let geometry = try #require(
            GridGeometry(origin: PlanePoint(x: 0, y: 0), stepX: 1, stepY: 1, columns: 2, rows: 2))
        #expect(GridField(geometry: geometry, values: [1, 2, 3]) == nil)
        #expect(
            GridGeometry(origin: PlanePoint(x: 0, y: 0), stepX: 1, stepY: 1, columns: 1 << 40, rows: 1 << 40) == nil)
        #expect(GridGeometry(origin: PlanePoint(x: 0, y: 0), stepX: 0, stepY: 1, columns: 2, rows: 2) == nil)
    }
}
