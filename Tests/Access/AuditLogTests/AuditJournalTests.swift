import Foundation
import JSONTree
import Synchronization
import Testing

@testable import AuditLog

/// A log in a directory of its own, and a clock that the test moves.
final class Bench: Sendable {
    let directory = FileManager.default.temporaryDirectory
        .appendingPathComponent("parvis-audit-\(UUID().uuidString)").path
    let time = Mutex(1_800_000_000_000_000_000)
    let problems = Mutex<[String]>([])

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func open(_ configure: (inout AuditJournal.Configuration) -> Void = { _ in }) throws -> AuditJournal {
        var configuration = AuditJournal.Configuration()
        configuration.batchMilliseconds = 1
        configuration.now = { [self] in time.withLock { $0 } }
        configuration.onProblem = { [self] text in problems.withLock { $0.append(text) } }
        configure(&configuration)
        return try AuditJournal(directory: directory, configuration: configuration)
    }

    func pass(days: Int) { time.withLock { $0 += days * 86_400_000_000_000 } }

    func record(_ id: String, caller: String = "open") -> AuditRecord {
        var record = AuditRecord(
            kind: .write, time: time.withLock { $0 }, operation: "createEntity", caller: caller, status: 201)
        record.ids = [id]
        return record
    }

    func verify(expecting: (number: Int, hash: String)? = nil) throws -> AuditReport {
        AuditVerifier.verify(
            directory: directory, key: try AuditPublicKey(file: directory + "/public-key.pem"), expecting: expecting)
    }

    var files: [String] { AuditSegment.files(in: directory).map(\.path) }

    func lines(_ file: Int = 0) throws -> [String] {
        try String(contentsOfFile: files[file], encoding: .utf8).split(separator: "\n").map(String.init)
    }

    func put(_ lines: [String], _ file: Int = 0) throws {
        try (lines.joined(separator: "\n") + "\n").write(toFile: files[file], atomically: true, encoding: .utf8)
    }
}

struct AuditJournalTests {
    @Test func `what was recorded is there after a restart, and the log goes together`() throws {
        let bench = Bench()
        for round in 0..<3 {
            let log = try bench.open()
            for number in 0..<5 { log.append(bench.record("urn:\(round):\(number)")) }
            log.stop()
            #expect(log.statistics.records == 5)
        }
        let report = try bench.verify()
        #expect(report.problems == [])
        #expect(report.lines == 3 * 7 && report.last == 21 && report.signatures >= 3)
        #expect(bench.problems.withLock { $0 } == [])
    }

    @Test func `a line that a crash left without its end is taken off, and the log goes on`() throws {
        let bench = Bench()
        let log = try bench.open()
        log.append(bench.record("urn:a:1"))
        log.stop()
        let path = try #require(bench.files.first)
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(#"{"n":4,"time":"20"#.utf8))
        try handle.close()
        try bench.open().stop()
        #expect(try bench.verify().problems == [])
        #expect(bench.problems.withLock { $0 } == [])
    }

    @Test func `old files go, and what is left is verified by the cut that was signed`() throws {
        let bench = Bench()
        for day in 0..<5 {
            let log = try bench.open { $0.days = 2 }
            log.append(bench.record("urn:day:\(day)"))
            log.stop()
            bench.pass(days: 1)
        }
        #expect(bench.files.count == 3)
        let report = try bench.verify()
        #expect(report.problems == [])
        #expect(report.first > 1)
        // Without the file that holds the cut, nothing says why the log begins where it does.
        try FileManager.default.removeItem(atPath: bench.files[0])
        #expect(try bench.verify().problems.contains { $0.contains("nothing signed says why") })
    }

    @Test func `beyond its room the oldest files go`() throws {
        let bench = Bench()
        let log = try bench.open {
            $0.segmentBytes = 2_048
            $0.byteLimit = 8_000
        }
        for number in 0..<50 {
            log.append(bench.record("urn:a:\(number)"))
            if number % 5 == 4 { wait(log, for: number + 1) }
        }
        log.stop()
        try bench.open { $0.byteLimit = 8_000 }.stop()
        let bytes = bench.files.reduce(0) { $0 + (FileManager.default.contents(atPath: $1)?.count ?? 0) }
        #expect(bytes < 12_000)
        #expect(try bench.verify().problems == [])
    }

    @Test func `while the disk takes nothing records wait, and what is lost is told`() throws {
        let bench = Bench()
        let log = try bench.open { $0.bufferLimit = 10 }
        log.append(bench.record("urn:before:1"))
        wait(log, for: 1)
        // The next day needs a new file, and its place is taken by a folder.
        bench.pass(days: 1)
        let next = try bench.verify().last + 1
        let place = AuditSegment.path(bench.directory, first: next)
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
        for number in 0..<25 { log.append(bench.record("urn:waits:\(number)")) }
        while !log.isFailing { usleep(1_000) }
        try FileManager.default.removeItem(atPath: place)
        log.stop()
        #expect(log.statistics.lost >= 15 && log.statistics.lost + log.statistics.records == 26)
        let report = try bench.verify()
        #expect(report.problems == [])
        #expect(report.lost == log.statistics.lost)
        #expect(bench.problems.withLock { $0.count } == 1)
    }

    @Test func `records are found by caller, id and time, in pages without a hole`() async throws {
        let bench = Bench()
        let log = try bench.open { $0.segmentBytes = 4_096 }
        for number in 0..<60 {
            log.append(bench.record("urn:a:\(number)", caller: number % 2 == 0 ? "key:a" : "key:b"))
            if number % 10 == 9 { wait(log, for: number + 1) }
        }
        #expect(bench.files.count > 1)
        var query = AuditQuery()
        query.caller = "key:a"
        query.limit = 7
        var numbers: [Int] = []
        repeat {
            let page = try #require(await page(log, query))
            let document = try JSONDocument(parsing: page.json())
            let records = try #require(document.member(document.root, named: "records"))
            for record in document.elements(records) {
                numbers.append(document.member(record, named: "n").flatMap { Int(document.text($0)) } ?? 0)
            }
            query.before = page.next
        } while query.before != nil
        #expect(numbers.count == 30 && numbers == Set(numbers).sorted(by: >))
        query = AuditQuery()
        query.id = "urn:a:17"
        #expect(try #require(await page(log, query)).records.count == 1)
        query = AuditQuery()
        query.from = bench.time.withLock { $0 } + 1
        #expect(try #require(await page(log, query)).records.isEmpty)
        log.stop()
    }

    @Test func `the key is made once, readable by its owner alone, and a spoiled one is refused`() throws {
        let bench = Bench()
        try bench.open().stop()
        let path = bench.directory + "/signing-key"
        let rights = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(rights == 0o600)
        let key = FileManager.default.contents(atPath: path)
        try bench.open().stop()
        #expect(FileManager.default.contents(atPath: path) == key)
        try "nonsense".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: AuditError.badKey(path)) { try bench.open() }
    }

    private func page(_ log: AuditJournal, _ query: AuditQuery) async -> AuditPage? {
        await withCheckedContinuation { continuation in log.page(query) { continuation.resume(returning: $0) } }
    }

    private func wait(_ log: AuditJournal, for records: Int) {
        while log.statistics.records < records { usleep(500) }
    }
}
