import CZip
import Foundation
import Testing

/// A folder of its own for one test, removed when the test lets go of it.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "import-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws -> String { try write(name, bytes: Array(text.utf8)) }

    func write(_ name: String, bytes: [UInt8]) throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(filePath: file))
        return file
    }

    /// Writes a gzip file with zlib.
    func gzip(_ name: String, _ text: String) throws -> String {
        let file = path + "/" + name
        let handle = try #require(gzopen(file, "wb"))
        var text = text
        text.withUTF8 { _ = gzwrite(handle, $0.baseAddress, UInt32($0.count)) }
        gzclose(handle)
        return file
    }

    /// Writes a zip archive with libzip.
    func zip(_ name: String, _ members: [(name: String, text: String)]) throws -> String {
        let file = path + "/" + name
        var code: CInt = 0
        let archive = try #require(zip_open(file, ZIP_CREATE | ZIP_TRUNCATE, &code))
        // libzip reads the contents when it closes the archive, so that they must live until then.
        var buffers: [UnsafeMutableRawPointer] = []
        defer { buffers.forEach { $0.deallocate() } }
        for member in members {
            let bytes = Array(member.text.utf8)
            let buffer = UnsafeMutableRawPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
            buffer.copyMemory(from: bytes, byteCount: bytes.count)
            buffers.append(buffer)
            let source = try #require(zip_source_buffer(archive, buffer, UInt64(bytes.count), 0))
            try #require(zip_file_add(archive, member.name, source, 0) >= 0)
        }
        try #require(zip_close(archive) == 0)
        return file
    }
}
