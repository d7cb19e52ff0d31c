import Testing

@testable import CityConsole

struct AssetsDirectoryTests {
    @Test func `the places are tried from the installed one to the repository's`() {
        #expect(
            AssetsDirectory.candidates(
                executable: "/repo/.build/release/parvis", workingDirectory: "/srv/city")
                == [
                    "/repo/.build/release/share/parvis/assets", "/repo/.build/share/parvis/assets",
                    "/srv/city/.assets",
                    "/repo/.build/release/.assets", "/repo/.build/.assets", "/repo/.assets",
                    "/.assets",
                ])
        #expect(
            AssetsDirectory.candidates(executable: "/usr/bin/parvis", workingDirectory: nil).prefix(2)
                == ["/usr/bin/share/parvis/assets", "/usr/share/parvis/assets"])
        #expect(AssetsDirectory.candidates(executable: nil, workingDirectory: nil) == [])
    }

    @Test func `the first place that holds the script is taken`() throws {
        let directory = try TemporaryDirectory()
        let executable = directory.path + "/repo/.build/release/parvis"
        #expect(AssetsDirectory.search(executable: executable, workingDirectory: directory.path) == nil)
        try directory.write("repo/.assets/maplibre/maplibre-gl.js", "script")
        #expect(
            AssetsDirectory.search(executable: executable, workingDirectory: directory.path)
                == directory.path + "/repo/.assets")
        try directory.write(".assets/maplibre/maplibre-gl.js", "script")
        #expect(
            AssetsDirectory.search(executable: executable, workingDirectory: directory.path)
                == directory.path + "/.assets")
    }

    @Test func `a folder, an absent file and an oversized one are left out`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("maplibre/maplibre-gl.js/inside", "a folder in the script's place")
        try directory.write("maplibre/LICENSE.md", "licence")
        try directory.write(
            "maplibre/maplibre-gl.css", String(repeating: "a", count: AssetsDirectory.fileLimitBytes + 1))
        #expect(AssetsDirectory(path: directory.path).files().map(\.path) == ["maplibre/LICENSE.md"])
    }

    @Test func `the running program finds itself`() throws {
        #expect(try #require(AssetsDirectory.executablePath()).hasPrefix("/"))
        #expect(try #require(AssetsDirectory.workingDirectory()).hasPrefix("/"))
    }
}
