import Foundation
import Testing

@testable import AuditLog

struct AuditVerifierTests {
    enum Tampering: String, CaseIterable, Sendable {
        case changed, removed, inserted, reordered, truncated, beheaded, emptied, garbage, fileGone, headGone
    }

    @Test(arguments: Tampering.allCases)
    func `tampering is seen`(tampering: Tampering) throws {
        let bench = Bench()
        let log = try bench.open()
        for number in 0..<10 { log.append(bench.record("urn:a:\(number)")) }
        log.stop()
        #expect(try bench.verify().problems == [])
        var lines = try bench.lines()
        switch tampering {
        case .changed: lines[4] = lines[4].replacingOccurrences(of: "urn:a:", with: "urn:b:")
        case .removed: lines.remove(at: 4)
        case .inserted: lines.insert(lines[3], at: 5)
        case .reordered: lines.swapAt(4, 5)
        case .truncated: lines.removeLast(3)
        case .beheaded: lines.removeFirst(2)
        case .emptied: lines = []
        case .garbage: lines[4] = "{}"
        case .fileGone: try FileManager.default.removeItem(atPath: bench.files[0])
        case .headGone: try FileManager.default.removeItem(atPath: AuditHead.path(bench.directory))
        }
        if tampering != .fileGone { try bench.put(lines) }
        let report = try bench.verify()
        #expect(!report.problems.isEmpty && report.problemCount >= report.problems.count)
    }

    @Test func `a log written anew with another key is seen by the key that was kept`() throws {
        let (own, foreign) = (Bench(), Bench())
        try own.open().stop()
        try foreign.open().stop()
        let kept = try AuditPublicKey(file: own.directory + "/public-key.pem")
        #expect(AuditVerifier.verify(directory: own.directory, key: kept).problems == [])
        #expect(!AuditVerifier.verify(directory: foreign.directory, key: kept).problems.isEmpty)
    }

    @Test func `a line that was noted elsewhere must be there`() throws {
        let bench = Bench()
        let log = try bench.open()
        log.append(bench.record("urn:a:1"))
        log.stop()
        let report = try bench.verify()
        #expect(try bench.verify(expecting: (report.last, report.lastHash)).problems == [])
        #expect(try bench.verify(expecting: (report.last, AuditChain.beginning)).problemCount == 1)
        #expect(try bench.verify(expecting: (report.last + 1, report.lastHash)).problemCount == 1)
    }

    @Test func `a restart on a log that was cut off says so, in the log too`() throws {
        let bench = Bench()
        let log = try bench.open()
        for number in 0..<10 { log.append(bench.record("urn:a:\(number)")) }
        log.stop()
        try bench.put(Array(try bench.lines().dropLast(4)))
        try bench.open().stop()
        #expect(bench.problems.withLock { $0.count } == 1)
        #expect(try bench.verify().problems.contains { $0.contains("found damaged") })
    }
}
