import AirQuality
import JSONTree
import Testing

@testable import AirMap

struct AirFieldContoursTests {
    private let caption = MapCaption(observedAt: "2026-03-01T08:00:00Z", isLive: true)

    private func contours(
        _ quantity: MapQuantity = .value, within part: MapBounds? = nil, _ samples: [MapSample] = MapTown.samples()
    ) throws -> JSONDocument {
        let field = try #require(AirField(.pm25, samples, variogram: MapTown.variogram(), side: 40))
        var writer = ByteWriter()
        #expect(field.appendContours(quantity, within: part, caption, to: &writer))
        return try JSONDocument(parsing: writer.array())
    }

    private func text(_ document: JSONDocument, _ node: JSONNode, _ name: String) -> String? {
        document.member(node, named: name).flatMap { document.string($0) }
    }

    private func features(_ document: JSONDocument) throws -> [JSONNode] {
        Array(document.elements(try #require(document.member(document.root, named: "features"))))
    }

    @Test func `bands come lowest first, with edges, colour and name`() throws {
        let document = try contours()
        #expect(text(document, document.root, "type") == "FeatureCollection")
        #expect(text(document, document.root, "pollutant") == "PM2.5")
        #expect(text(document, document.root, "observedAt") == "2026-03-01T08:00:00Z")
        #expect(text(document, document.root, "method") == "ordinaryKriging")
        let labels = try features(document).map { feature in
            text(document, try #require(document.member(feature, named: "properties")), "label")
        }
        #expect(labels == ["Fair", "Moderate", "Poor"])
    }

    @Test func `rings are closed and lie in the box`() throws {
        let document = try contours()
        let box = document.elements(try #require(document.member(document.root, named: "bbox")))
            .compactMap { document.double($0) }
        #expect(box.count == 4)
        for feature in try features(document) {
            let geometry = try #require(document.member(feature, named: "geometry"))
            #expect(text(document, geometry, "type") == "MultiPolygon")
            for polygon in document.elements(try #require(document.member(geometry, named: "coordinates"))) {
                for ring in document.elements(polygon) {
                    let positions = document.elements(ring).map { position in
                        document.elements(position).compactMap { document.double($0) }
                    }
                    #expect(positions.count >= 4)
                    #expect(positions.first == positions.last)
                    #expect(
                        positions.allSatisfy {
                            $0[0] >= box[0] && $0[0] <= box[2] && $0[1] >= box[1] && $0[1] <= box[3]
                        })
                }
            }
        }
    }

    @Test func `a part has what lies there, and nothing where nothing does`() throws {
        let west = try contours(within: MapBounds(west: 2.29, south: 48.85, east: 2.301, north: 48.9))
        let labels = try features(west).map { feature in
            text(west, try #require(west.member(feature, named: "properties")), "label")
        }
        #expect(labels == ["Poor"])
        let away = try contours(within: MapBounds(west: 20, south: 10, east: 21, north: 11))
        let none = try features(away)
        #expect(none.isEmpty)
    }

    @Test func `how sure it is has bands of its own`() throws {
        let document = try contours(.uncertainty)
        #expect(text(document, document.root, "quantity") == "uncertainty")
        let bands = try features(document)
        #expect(!bands.isEmpty)
        let few = try #require(AirField(.pm25, Array(MapTown.samples().prefix(2)), variogram: nil, side: 40))
        var writer = ByteWriter()
        #expect(!few.appendContours(.uncertainty, caption, to: &writer))
        #expect(writer.array().isEmpty)
    }
}
