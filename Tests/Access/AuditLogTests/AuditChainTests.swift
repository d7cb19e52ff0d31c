import Foundation
import JSONTree
import Testing

@testable import AuditLog

struct AuditChainTests {
    @Test func `a line names the hash of the line before it and ends with its own`() throws {
        var chain = AuditChain()
        var writer = ByteWriter()
        var record = AuditRecord(
            kind: .write, time: 1_000_000_000, operation: "createEntity", caller: "open", status: 201)
        record.ids = ["urn:a:1"]
        chain.append(record, to: &writer)
        let hash = chain.hash
        chain.append(record, to: &writer)
        let lines = writer.string().split(separator: "\n")
        #expect(
            lines[0]
                == #"{"n":1,"time":"1970-01-01T00:00:01.000000Z","kind":"write","operation":"createEntity","#
                + #""ids":["urn:a:1"],"caller":"open","status":201,"prev":"\#(AuditChain.beginning)","hash":"\#(hash)"}"#
        )
        #expect(lines[1].contains(#""n":2,"#) && lines[1].contains(#""prev":"\#(hash)""#))
    }

    @Test func `texts are cut, ids bounded, and text that looks like a member of the chain is only text`() throws {
        var chain = AuditChain()
        var writer = ByteWriter()
        var record = AuditRecord(kind: .write, time: 1, operation: "o", caller: "c", status: 204)
        record.purpose = String(repeating: "ä", count: 1_000)
        record.ids = (0..<50).map { "urn:a:\($0)" }
        record.count = 50
        record.tenant = #"x","hash":"00"}"#
        chain.append(record, to: &writer)
        let text = Array(writer.string().utf8.dropLast())
        #expect(text.count < 2_000)
        let line = try #require(text.withUnsafeBytes { AuditLine($0[...]) })
        #expect(line.isWhole && line.number == 1)
        let document = try JSONDocument(parsing: text)
        #expect(document.member(document.root, named: "ids").map { document.count($0) } == AuditRecord.idLimit)
        #expect(document.member(document.root, named: "tenant").flatMap { document.string($0) } == record.tenant)
    }

    @Test(arguments: [
        ("1970-01-01T00:00:01Z", 1_000_000_000), ("2026-11-30T20:48:55.123456Z", 1_796_071_735_123_456_000),
        ("2024-02-29T00:00:00.5Z", 1_709_164_800_500_000_000),
        ("2261-12-31T23:59:60.999999999Z", 9_214_646_400_999_999_999),
        ("2262-01-01T00:00:00Z", .max), ("9999-12-31T23:59:59Z", .max),
    ])
    func `times are read`(text: String, nanoseconds: Int) {
        #expect(AuditTime.parse(text) == nanoseconds)
    }

    @Test(arguments: ["", "now", "2026-11-30", "2026-11-30T20:48:55", "2026-13-30T20:48:55Z", "2026-11-30T20:48:55.Z"])
    func `what is no time is not read`(text: String) {
        #expect(AuditTime.parse(text) == nil)
    }

    @Test func `a time that is written is read again`() {
        for time in [0, 999_000, 1_796_071_735_123_456_000] { #expect(AuditTime.parse(AuditTime.text(time)) == time) }
    }
}
