import ArgumentParser
import DatasetImport
import Foundation
import JSONTree

/// Standard output, or a file that gets its name only once it is complete; one whose name ends with `.gz` is packed.
final class OutputFile {
    private let handle: FileHandle
    private let path: String?
    private let packer: GzipPacker?
    private var temporary: String { (path ?? "") + ".partial" }

    init(path: String?) throws {
        self.path = path
        packer = path?.hasSuffix(".gz") == true ? GzipPacker() : nil
        guard let path else {
            handle = .standardOutput
            return
        }
        guard FileManager.default.createFile(atPath: path + ".partial", contents: nil),
            let handle = FileHandle(forWritingAtPath: path + ".partial")
        else { throw ValidationError("\(path) cannot be written; check the directory and its rights") }
        self.handle = handle
    }

    func write(_ bytes: [UInt8]) throws {
        if bytes.isEmpty { return }
        if let packer {
            try bytes.withUnsafeBytes { try packer.pack($0) { try handle.write(contentsOf: Data($0)) } }
        } else {
            try handle.write(contentsOf: Data(bytes))
        }
    }

    func write(_ text: String) throws { try write(Array(text.utf8)) }

    func finish() throws {
        if let packer {
            let end: [UInt8] = []
            try end.withUnsafeBytes { try packer.pack($0, isLast: true) { try handle.write(contentsOf: Data($0)) } }
        }
        guard let path else { return }
        try handle.close()
        _ = try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: temporary, toPath: path)
    }

    /// Removes what was written of a file that will not be complete.
    func discard() {
        guard path != nil else { return }
        try? handle.close()
        try? FileManager.default.removeItem(atPath: temporary)
    }
}
