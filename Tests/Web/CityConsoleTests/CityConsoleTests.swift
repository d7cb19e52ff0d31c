import JSONTree
import Testing

@testable import CityConsole

struct CityConsoleTests {
    let console = CityConsole(assetsDirectory: "/nonexistent")

    @Test(arguments: ["/", "/console", "/console/", "/console/index.html", "/?tenant=a", "/#/entity/urn%3Ax"])
    func `the page itself is found under each of its names`(path: String) throws {
        let page = try #require(console.resource(for: path))
        #expect(page.contentType == "text/html; charset=utf-8")
        #expect(String(decoding: page.bytes.prefix(15), as: UTF8.self) == "<!doctype html>")
    }

    @Test(arguments: [
        ("/console/css/base.css", "text/css; charset=utf-8"),
        ("/console/js/main.js", "text/javascript; charset=utf-8"),
        ("/console/favicon.svg", "image/svg+xml"),
        ("/favicon.ico", "image/svg+xml"),
        ("/console/config.json", "application/json"),
    ])
    func `a file is answered with its content type`(path: String, contentType: String) throws {
        let resource = try #require(console.resource(for: path))
        #expect(resource.contentType == contentType)
        #expect(!resource.bytes.isEmpty)
    }

    @Test(arguments: [
        "", "console/js/main.js", "//", "//console/js/main.js", "/console/js", "/console/js/", "/console/js/nothing.js",
        "/console/JS/main.js", "/console/../index.html", "/console/js/../js/main.js", "/console/./js/main.js",
        "/console//js/main.js", "/console/%2e%2e/index.html", "/console/js%2Fmain.js", "/console/..%2f..%2fetc/passwd",
        "/../../etc/passwd", "/console/assets/../../../etc/passwd", "/console/assets/maplibre/../../config.json",
        "/console/js\\main.js", "/console/js/main.js\u{0}.txt", "/console/js/main.js%00", "/console/js/ma\u{0131}n.js",
        "/console/js/main.js;a", "/console/assets/maplibre/maplibre-gl.js", "/ngsi-ld/v1/entities",
    ])
    func `nothing else is answered, whatever the path tries`(path: String) {
        #expect(console.resource(for: path) == nil)
    }

    @Test func `without the map's files the settings say so and the page has no map`() throws {
        let settings = try Settings(console)
        #expect(console.assetsDirectory == nil)
        #expect(settings.isNull("map"))
        #expect(settings.isNull("tiles"))
        #expect(settings.string("placeName") == "Parvis")
    }

    @Test func `the settings carry the configured name, limit and tiles, whatever characters they hold`() throws {
        let name = "L'\"Été\"\n</script>"
        let tiles = try MapTiles(url: "https://tiles.example.org/{z}/{x}/{y}.pbf", attribution: "© \"A\"")
        let console = CityConsole(
            .init(assetsDirectory: "/nonexistent", placeName: name, tiles: tiles, entityLimit: 1 << 40))
        let settings = try Settings(console)
        #expect(settings.string("placeName") == name)
        #expect(settings.integer("entityLimit") == 200_000)
        #expect(settings.string("tiles", "url") == tiles.url)
        #expect(settings.string("tiles", "kind") == "vector")
        #expect(settings.string("tiles", "attribution") == "© \"A\"")
    }

    @Test func `with the map's files the settings point at them, by version`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("maplibre/maplibre-gl.js", "script")
        try directory.write("maplibre/maplibre-gl.css", "style")
        try directory.write("maplibre/secret.txt", "not for the web")
        let console = CityConsole(assetsDirectory: directory.path)
        #expect(console.assetsDirectory == directory.path)

        let settings = try Settings(console)
        let address = try #require(settings.string("map", "script"))
        let script = try #require(console.resource(for: address))
        #expect(script.bytes == Array("script".utf8))
        #expect(script.contentType == "text/javascript; charset=utf-8")
        #expect(address == "/console/assets/maplibre/maplibre-gl.js?v=" + script.entityTag.filter { $0 != "\"" })
        #expect(script.headers.contains { $0 == ("Cache-Control", "public, max-age=86400") })
        #expect(console.resource(for: "/console/assets/maplibre/maplibre-gl.css")?.bytes == Array("style".utf8))
        #expect(console.resource(for: "/console/assets/maplibre/secret.txt") == nil)
    }

    @Test func `a script without its style is no map`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("maplibre/maplibre-gl.js", "script")
        let console = CityConsole(assetsDirectory: directory.path)
        #expect(console.assetsDirectory == nil)
        #expect(try Settings(console).isNull("map"))
    }
}

/// The page's settings as the browser reads them.
private struct Settings {
    let document: JSONDocument

    init(_ console: CityConsole) throws {
        let resource = try #require(console.resource(for: "/console/config.json"))
        document = try JSONDocument(parsing: resource.bytes)
    }

    private func node(_ path: [String]) -> JSONNode? {
        path.reduce(document.root as JSONNode?) { node, name in node.flatMap { document.member($0, named: name) } }
    }

    func string(_ path: String...) -> String? { node(path).flatMap { document.string($0) } }
    func integer(_ path: String...) -> Int? { node(path).flatMap { document.integer($0) } }
    func isNull(_ path: String...) -> Bool { node(path).map { document.isNull($0) } ?? false }
}
