import Testing

@testable import CityConsole

struct CityConsoleSecurityTests {
    private func policy(_ console: CityConsole, _ path: String = "/") throws -> [String: [String]] {
        let resource = try #require(console.resource(for: path))
        let header = try #require(resource.headers.first { $0.name == "Content-Security-Policy" })
        var directives: [String: [String]] = [:]
        for directive in header.value.split(separator: ";") {
            let words = directive.split(separator: " ").map(String.init)
            directives[words[0]] = Array(words.dropFirst())
        }
        return directives
    }

    @Test func `the page may reach its own origin and nothing else`() throws {
        #expect(
            try policy(CityConsole(assetsDirectory: "/nonexistent")) == [
                "default-src": ["'none'"], "script-src": ["'self'"], "style-src": ["'self'"],
                "connect-src": ["'self'"], "img-src": ["'self'", "data:", "blob:"], "worker-src": ["'self'", "blob:"],
                "manifest-src": ["'self'"],
                "child-src": ["blob:"], "frame-src": ["'self'"], "base-uri": ["'none'"], "form-action": ["'none'"],
                "frame-ancestors": ["'none'"],
            ])
    }

    @Test func `tiles of another host open that host for pictures and data, and for nothing more`() throws {
        let tiles = try MapTiles(url: "https://tiles.example.org:8443/a/{z}/{x}/{y}.png?key=1")
        let policy = try policy(CityConsole(.init(assetsDirectory: "/nonexistent", tiles: tiles)))
        #expect(policy["img-src"] == ["'self'", "data:", "blob:", "https://tiles.example.org:8443"])
        #expect(policy["connect-src"] == ["'self'", "https://tiles.example.org:8443"])
        #expect(policy["script-src"] == ["'self'"])
        #expect(policy["style-src"] == ["'self'"])
    }

    @Test func `every file carries the policy and is not to be sniffed or framed`() throws {
        let console = CityConsole(assetsDirectory: "/nonexistent")
        let paths = EmbeddedSite.files().map { "/console/" + $0.path } + ["/", "/favicon.ico", "/console/config.json"]
        for path in paths {
            #expect(try policy(console, path)["script-src"] == ["'self'"], "\(path)")
            let headers = try #require(console.resource(for: path)).headers
            #expect(headers.contains { $0 == ("X-Content-Type-Options", "nosniff") }, "\(path)")
            #expect(headers.contains { $0 == ("Referrer-Policy", "no-referrer") }, "\(path)")
            #expect(!headers.contains { $0.value.contains("unsafe") || $0.value.contains("\n") }, "\(path)")
        }
    }
}
