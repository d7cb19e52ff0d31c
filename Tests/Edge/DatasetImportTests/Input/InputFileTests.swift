import Foundation
import Testing

@testable import DatasetImport

private func readAll(_ path: String, limits: ImportLimits = .init()) throws -> String {
    let source = try InputFile.open(path: path, limits: limits)
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1_000)
    while true {
        let count = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
        if count == 0 { break }
        text += buffer[..<count]
    }
    return String(decoding: text, as: UTF8.self)
}

struct InputFileTests {
    private let folder: TemporaryFolder
    private let table = (1...20_000).map { "\($0),value \($0 * 7919 % 1000)" }.joined(separator: "\n")

    init() throws { folder = try TemporaryFolder() }

    @Test func `a plain file and a gzip file read alike`() throws {
        #expect(try readAll(folder.write("t.csv", table)) == table)
        #expect(try readAll(folder.gzip("t.csv.gz", table)) == table)
    }

    @Test func `gzip members in a row are one file, and zeros behind them are padding`() throws {
        let one = try Data(contentsOf: URL(filePath: folder.gzip("a.gz", "first,")))
        let two = try Data(contentsOf: URL(filePath: folder.gzip("b.gz", "second")))
        let both = try folder.write("c.gz", bytes: Array(one + two) + [0, 0, 0])
        #expect(try readAll(both) == "first,second")
    }

    @Test func `an empty gzip file and an empty file hold nothing`() throws {
        #expect(try readAll(folder.gzip("e.gz", "")) == "")
        #expect(try readAll(folder.write("e.csv", "")) == "")
    }

    @Test(arguments: [12, 100, 5_000])
    func `a gzip file that is cut off says so`(length: Int) throws {
        let whole = try Data(contentsOf: URL(filePath: folder.gzip("t.gz", table)))
        let cut = try folder.write("cut.gz", bytes: Array(whole.prefix(length)))
        let error = #expect(throws: ImportError.self) { try readAll(cut) }
        #expect(
            error?.description
                == "\(cut) is damaged: it ends in the middle of its compressed data; "
                + "download it again or ask its publisher for a whole copy")
    }

    @Test func `a gzip file with a wrong byte or a wrong checksum is damaged`() throws {
        var whole = Array(try Data(contentsOf: URL(filePath: folder.gzip("t.gz", table))))
        let checksum = whole.count - 6
        whole[checksum] ^= 0xFF
        let wrong = try folder.write("wrong.gz", bytes: whole)
        #expect(throws: ImportError.self) { try readAll(wrong) }
        whole[whole.count / 2] ^= 0xFF
        let worse = try folder.write("worse.gz", bytes: whole)
        #expect(throws: ImportError.self) { try readAll(worse) }
    }

    @Test func `a gzip file that unpacks beyond the limits is refused`() throws {
        let bomb = try folder.gzip("bomb.gz", String(repeating: "a", count: 80 << 20))
        let ratio = #expect(throws: ImportError.self) { try readAll(bomb) }
        #expect(ratio?.description.contains("zip bomb") == true)
        var limits = ImportLimits()
        limits.unpackedBytes = 1 << 20
        let size = #expect(throws: ImportError.self) { try readAll(bomb, limits: limits) }
        #expect(size?.description.contains("limit of 1048576 bytes") == true)
    }

    @Test(arguments: [
        ([0x50, 0x4B, 0x03, 0x04] as [UInt8], "a zip archive"), ([0x28, 0xB5, 0x2F, 0xFD], "compressed by zstd"),
        ([0xFF, 0xFE, 0x61, 0x00], "UTF-16"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz"),
    ])
    func `a file of another kind is named with its remedy`(magic: [UInt8], kind: String) throws {
        let path = try folder.write("t.csv", bytes: magic + [0, 0, 0, 0])
        let error = #expect(throws: ImportError.self) { try readAll(path) }
        #expect(error?.description.contains(kind) == true)
    }

    @Test func `a missing file, a directory and a pipe are refused at once`() throws {
        let missing = #expect(throws: ImportError.self) { try readAll(folder.path + "/none.csv") }
        #expect(missing?.description.contains("No such file") == true)
        let directory = #expect(throws: ImportError.self) { try readAll(folder.path) }
        #expect(directory?.description.contains("a directory") == true)
        let pipe = folder.path + "/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        let fifo = #expect(throws: ImportError.self) { try readAll(pipe) }
        #expect(fifo?.description.contains("no regular file") == true)
    }
}
