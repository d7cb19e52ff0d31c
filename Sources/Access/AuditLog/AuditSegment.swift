import Foundation
import JSONTree

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One file of the log: lines that follow on each other. Its name says the number of its first.
struct AuditSegment: Sendable, Hashable {
    let path: String
    /// The number of its first line.
    let first: Int
    var last: Int
    var lastHash: String
    var lastTime: Int
    var bytes: Int

    static func path(_ directory: String, first: Int) -> String {
        let digits = String(first)
        return directory + "/audit-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits + ".ndjson"
    }

    /// The files of a log in order, with the number of the first line of each.
    static func files(in directory: String) -> [(path: String, first: Int)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.compactMap { name -> (path: String, first: Int)? in
            guard name.hasPrefix("audit-"), name.hasSuffix(".ndjson"), let first = Int(name.dropFirst(6).dropLast(7))
            else { return nil }
            return (directory + "/" + name, first)
        }.sorted { $0.first < $1.first }
    }
}

/// A file that is read as a whole; segments are bounded.
struct AuditFile {
    let bytes: [UInt8]

    /// - Returns: `nil` when it cannot be read.
    init?(_ path: String) {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        bytes = Array(data)
    }

    /// Calls for each line that has an end, the first one first, until it says `false`.
    ///
    /// - Returns: where the last whole line ends.
    @discardableResult
    func forEachLine(_ body: (Slice<UnsafeRawBufferPointer>) -> Bool) -> Int {
        bytes.withUnsafeBytes { raw in
            var start = 0
            while start < raw.count, let end = Self.lineEnd(raw, start) {
                guard body(raw[start..<end]) else { return end + 1 }
                start = end + 1
            }
            return start
        }
    }

    /// The same from the last line to the first.
    func forEachLineBackwards(_ body: (Slice<UnsafeRawBufferPointer>) -> Bool) {
        bytes.withUnsafeBytes { raw in
            guard var end = raw.lastIndex(of: 0x0A) else { return }
            while true {
                let before = raw[..<end].lastIndex(of: 0x0A)
                let start = before.map { $0 + 1 } ?? 0
                if end > start, !body(raw[start..<end]) { return }
                guard let before else { return }
                end = before
            }
        }
    }

    private static func lineEnd(_ raw: UnsafeRawBufferPointer, _ start: Int) -> Int? {
        guard let base = raw.baseAddress, let found = memchr(base + start, 0x0A, raw.count - start) else { return nil }
        return UnsafeRawPointer(found) - base
    }
}

/// The newest line, signed, in a file of its own: with it a log whose end is cut off is recognised.
struct AuditHead: Sendable, Hashable {
    let number: Int
    let hash: String
    let signature: String

    static func path(_ directory: String) -> String { directory + "/head.json" }

    static func message(_ number: Int, _ hash: String) -> String { "parvis-audit-head:\(number):\(hash)" }

    init?(directory: String) {
        guard let file = AuditFile(Self.path(directory)), let document = try? JSONDocument(parsing: file.bytes),
            let number = document.member(document.root, named: "n").flatMap({ Int(document.text($0)) }),
            let hash = document.member(document.root, named: "hash").flatMap({ document.string($0) }),
            let signature = document.member(document.root, named: "signature").flatMap({ document.string($0) })
        else { return nil }
        self.number = number
        self.hash = hash
        self.signature = signature
    }

    /// Puts a head in the place of the one before, in one step.
    ///
    /// - Returns: whether it is there.
    static func write(_ number: Int, _ hash: String, _ key: AuditKey, in directory: String) -> Bool {
        guard let signature = key.sign(message(number, hash)) else { return false }
        let text = Array("{\"n\":\(number),\"hash\":\"\(hash)\",\"signature\":\"\(signature)\"}\n".utf8)
        let draft = directory + "/head.draft"
        let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard file >= 0 else { return false }
        let isWritten = writeAll(file, text, text.count) == text.count
        close(file)
        return isWritten && rename(draft, path(directory)) == 0
    }
}

/// Writes all bytes.
///
/// - Returns: how many were written; fewer than all when the disk takes no more.
func writeAll(_ file: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    var done = 0
    while done < count {
        let written = write(file, bytes + done, count - done)
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { break }
        done += written
    }
    return done
}
