import Foundation

/// A file with some text, gone with its owner.
final class TextFile {
    let path: String

    init(_ text: String, name: String = "table.csv") throws { path = try Self.write(Array(text.utf8), name) }
    init(bytes: [UInt8], name: String = "table.csv") throws { path = try Self.write(bytes, name) }

    private static func write(_ bytes: [UInt8], _ name: String) throws -> String {
        let folder = NSTemporaryDirectory() + "parvis-text-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
        return folder + "/" + name
    }

    deinit { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }
}
