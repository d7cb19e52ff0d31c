#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The directory with what the page needs and the repository does not hold: MapLibre GL JS.
///
/// Only the names in `names` are ever opened, and all of them at start, so that no request reaches the file system.
struct AssetsDirectory {
    /// MapLibre is 0.9 MB; anything ten times as long is not it.
    static let fileLimitBytes = 8 << 20
    static let script = "maplibre/maplibre-gl.js"
    static let style = "maplibre/maplibre-gl.css"
    static let names = [script, style, "maplibre/LICENSE.md", "maplibre/NOTICE.txt"]

    let path: String

    /// The files that are there and readable, by name.
    func files() -> [(path: String, bytes: [UInt8])] {
        Self.names.compactMap { name in
            Self.read(path + "/" + name).map { (name, $0) }
        }
    }

    /// The first place that holds the map's script: `share/parvis/assets` beside or above the executable, `.assets`
    /// in the working directory, then `.assets` in each directory above the executable.
    static func search(executable: String?, workingDirectory: String?) -> String? {
        candidates(executable: executable, workingDirectory: workingDirectory)
            .first { access($0 + "/" + script, R_OK) == 0 }
    }

    static func candidates(executable: String?, workingDirectory: String?) -> [String] {
        var above: [String] = []
        var rest = executable.map { $0[...] } ?? ""
        while let slash = rest.lastIndex(of: "/") {
            rest = rest[..<slash]
            above.append(String(rest))
        }
        return above.prefix(2).map { $0 + "/share/parvis/assets" } + (workingDirectory.map { [$0 + "/.assets"] } ?? [])
            + above.map { $0 + "/.assets" }
    }

    /// The running program's own path with links resolved; `nil` where the system does not say.
    static func executablePath() -> String? {
        #if os(Linux)
            return realPath("/proc/self/exe")
        #else
            return CommandLine.arguments.first.flatMap(realPath)
        #endif
    }

    static func workingDirectory() -> String? { realPath(".") }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var status = stat()
        guard fstat(fileno(file), &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= fileLimitBytes
        else { return nil }
        let size = Int(status.st_size)
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = buffer.baseAddress.map { fread($0, 1, size, file) } ?? 0
        }
        return bytes.count == size ? bytes : nil
    }
}
