import Foundation

/// The files of one import: what is known of it, what came up, and what would undo it.
struct ImportFolder: Sendable {
    let path: String

    init(_ directory: String, id: String) { path = directory + "/" + id }

    var state: String { path + "/state.json" }
    var journal: String { path + "/journal" }
    var ids: String { path + "/ids.json" }

    /// Where the file lies; its name is cleaned, because `{file}` in ids and errors repeat it.
    func file(_ name: String) -> String { path + "/file/" + Self.clean(name) }

    static func clean(_ name: String) -> String {
        let last = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? name
        let letters = last.decomposedStringWithCanonicalMapping.unicodeScalars
            .filter { !(0x300...0x36F).contains($0.value) }
            .map {
                $0.isASCII
                    && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "._-".unicodeScalars.contains($0))
                    ? Character($0) : "_"
            }
        let text = String(String(letters).drop { $0 == "." }.suffix(100))
        return text.isEmpty ? "file" : text
    }

    func make() throws {
        try FileManager.default.createDirectory(atPath: path + "/file", withIntermediateDirectories: true)
    }

    func save(_ state: ImportState) throws {
        try JSONEncoder().encode(state).write(to: URL(fileURLWithPath: self.state), options: .atomic)
    }

    func load() -> ImportState? {
        guard let data = FileManager.default.contents(atPath: state) else { return nil }
        return try? JSONDecoder().decode(ImportState.self, from: data)
    }

    func saveIDs(_ ids: [String]) throws {
        try JSONEncoder().encode(ids).write(to: URL(fileURLWithPath: self.ids), options: .atomic)
    }

    func loadIDs() -> [String] {
        guard let data = FileManager.default.contents(atPath: ids) else { return [] }
        return (try? JSONDecoder().decode([String].self, from: data)) ?? []
    }

    /// Writes a piece where it belongs.
    func write(_ bytes: [UInt8], at offset: Int, of name: String, isLast: Bool) throws {
        let path = file(name)
        if !FileManager.default.fileExists(atPath: path) {
            guard FileManager.default.createFile(atPath: path, contents: nil) else {
                throw CocoaError(.fileWriteUnknown)
            }
        }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        try handle.seek(toOffset: UInt64(offset))
        try handle.write(contentsOf: Data(bytes))
        if isLast { try handle.synchronize() }
    }

    func hasFile(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

    func removeFile() {
        try? FileManager.default.removeItem(atPath: path + "/file")
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// A text for clients, without where things lie on this machine.
    func hidingPath(_ text: String) -> String { text.replacingOccurrences(of: path + "/file/", with: "") }
}
