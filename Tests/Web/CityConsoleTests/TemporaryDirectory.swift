import Foundation

/// A new empty directory that goes with its value.
final class TemporaryDirectory {
    let url: URL
    var path: String { url.path }

    init() throws {
        // The system's temporary folder may itself be a link.
        url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().appending(
            path: "parvis-console-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes a text to a path below, making the folders on the way.
    func write(_ path: String, _ text: String) throws {
        let file = url.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }
}
