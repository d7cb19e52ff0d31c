import Testing

@testable import CityConsole

struct MapTilesTests {
    @Test(arguments: [
        ("https://tiles.example.org/{z}/{x}/{y}.png", "https://tiles.example.org" as String?, MapTiles.Kind.raster),
        ("http://127.0.0.1:8080/{z}/{x}/{y}.pbf?k=1", "http://127.0.0.1:8080", .vector),
        ("https://[::1]/{z}/{x}/{y}.mvt", "https://[::1]", .vector),
        ("/tiles/{z}/{x}/{y}.webp", nil, .raster),
    ])
    func `an address tells its origin and kind`(url: String, origin: String?, kind: MapTiles.Kind) throws {
        let tiles = try MapTiles(url: url)
        #expect(tiles.origin == origin)
        #expect(tiles.kind == kind)
    }

    @Test func `a kind that is given stands whatever the ending`() throws {
        #expect(try MapTiles(url: "/t/{z}/{x}/{y}", kind: .vector).kind == .vector)
    }

    @Test(arguments: [
        ("https://a.example/{x}/{y}.png", "{z}"), ("https://a.example/{z}/{y}.png", "{x}"), ("", "{z}"),
    ])
    func `an address without a placeholder is refused by name`(url: String, placeholder: String) {
        #expect(throws: MapTilesError.placeholderMissing(url: url, placeholder: placeholder)) {
            try MapTiles(url: url)
        }
    }

    @Test(arguments: [
        "javascript:{z}{x}{y}", "ftp://a/{z}/{x}/{y}", "//a.example/{z}/{x}/{y}", "tiles/{z}/{x}/{y}",
    ])
    func `an address of another scheme is refused`(url: String) {
        #expect(throws: MapTilesError.notHTTP(url: url)) { try MapTiles(url: url) }
    }

    @Test(arguments: [
        "https:///{z}/{x}/{y}", "https://a.example;script-src */{z}/{x}/{y}", "https://a b/{z}/{x}/{y}",
        "https://user@a.example/{z}/{x}/{y}", "https://{s}.a.example/{z}/{x}/{y}", "https://a.example'/{z}/{x}/{y}",
        "https://a\r\nX: y/{z}/{x}/{y}", "https://*/{z}/{x}/{y}", "https://é.example/{z}/{x}/{y}",
    ])
    func `a host that could alter the page's policy is refused`(url: String) {
        #expect(throws: MapTilesError.hostNotPlain(url: url)) { try MapTiles(url: url) }
    }
}
