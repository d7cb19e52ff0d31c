import Foundation
import Testing

@testable import CityConsole

struct EmbeddedSiteTests {
    private let site = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../../../Sources/Web/CityConsole/Site"
    ).standardizedFileURL

    @Test func `the binary carries every file of Site, byte for byte, and no other`() throws {
        var files: [String: [UInt8]] = [:]
        let found = try #require(FileManager.default.enumerator(at: site, includingPropertiesForKeys: nil))
        for case let url as URL in found where !url.hasDirectoryPath {
            files[String(url.standardizedFileURL.path.dropFirst(site.path.count + 1))] = try Array(
                Data(contentsOf: url))
        }
        let embedded = Dictionary(uniqueKeysWithValues: EmbeddedSite.files())
        #expect(Set(embedded.keys) == Set(files.keys), "add the file to Sources/System/CConsoleSite/site.c")
        for (path, bytes) in files { #expect(embedded[path] == bytes, "\(path)") }
    }

    @Test func `every address of this origin that the page names is answered`() throws {
        let console = CityConsole(assetsDirectory: "/nonexistent")
        var checked = 0
        for (path, bytes) in EmbeddedSite.files() {
            let text = String(decoding: bytes, as: UTF8.self)
            for match in text.matches(of: /["'](\/console\/[a-z\/-]+\.(?:js|css|svg|json))["']/) {
                #expect(console.resource(for: String(match.1)) != nil, "\(path) names \(match.1)")
                checked += 1
            }
            for match in text.matches(of: /(?:from |import\()"\.\/([a-z-]+\.js)"/) {
                let folder = path.hasPrefix("public/") ? "/public/files" : "/console/\(path.split(separator: "/")[0])"
                #expect(console.resource(for: "\(folder)/\(match.1)") != nil, "\(path) imports \(match.1)")
                checked += 1
            }
        }
        #expect(checked > 40)
    }

    @Test func `dictionaries are objects of texts in sections that say what language it is`() throws {
        let dictionaries = CityConsole.dictionaries()
        #expect(dictionaries.map(\.code) == ["fr"])
        for (code, bytes) in dictionaries {
            let sections = try JSONDecoder().decode([String: [String: Entry]].self, from: Data(bytes))
            #expect(sections["language"]?["name"] != nil, "\(code)")
            #expect(sections.values.reduce(0) { $0 + $1.count } > 1_000)
        }
    }

    /// A text, or a text for each form that a language counts with.
    private enum Entry: Decodable {
        case text(String)
        case forms([String: String])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            self =
                if let text = try? container.decode(String.self) { .text(text) } else {
                    .forms(try container.decode([String: String].self))
                }
        }
    }

    @Test func `the public site has its files and the map's under an address of its own`() throws {
        let console = CityConsole(assetsDirectory: "/nonexistent")
        for name in ["site.js", "site.css", "favicon.svg"]
            + ["colours", "data", "map", "translation", "words"].map({ $0 + ".js" })
        {
            #expect(console.resource(for: "/public/files/" + name) != nil, "\(name)")
        }
        #expect(console.resource(for: "/public/files/maplibre/maplibre-gl.js") == nil)
        #expect(console.resource(for: "/public/files/index.html") == nil)
    }

    @Test(arguments: [".innerHTML", ".outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"])
    func `no script of the page makes markup or code from text`(word: String) {
        for (path, bytes) in EmbeddedSite.files() where path.hasSuffix(".js") {
            #expect(!String(decoding: bytes, as: UTF8.self).contains(word), "\(path)")
        }
    }

    @Test func `the page holds no inline script or style, and no address of another host`() throws {
        for (path, bytes) in EmbeddedSite.files() {
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text.firstMatch(of: /<script(?![^>]*\bsrc=)|<style|\sstyle="|\son[a-z]+="/) == nil, "\(path)")
            let hosts = text.matches(of: /https?:\/\/[a-z][a-z0-9.]*/).map { String($0.0) }
            // Licences are named by their addresses, which nobody asks.
            let licences: Set = [
                "https://creativecommons.org", "https://www.etalab.gouv.fr", "https://opendatacommons.org",
            ]
            #expect(
                hosts.allSatisfy {
                    $0 == "http://www.w3.org" || path == "js/publishform.js" && licences.contains($0)
                }, "\(path): \(hosts)")
        }
    }
}
