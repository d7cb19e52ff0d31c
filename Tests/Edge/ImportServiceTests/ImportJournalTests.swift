import Foundation
import NGSILDModel
import Testing

@testable import ImportService

struct ImportJournalTests {
    private let path = NSTemporaryDirectory() + "parvis-journal-\(UUID().uuidString)"

    private func record(_ id: String, at time: Int64) -> EntityRecord {
        EntityRecord(
            id: id, types: [], createdAt: Timestamp(microseconds: 1), modifiedAt: Timestamp(microseconds: time),
            attributes: AttributeForest())
    }

    @Test func `of an entity that is written twice the first state and the last mark count`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let journal = try ImportJournal(path: path, limit: 1 << 20)
        try journal.add(.previous, "urn:a:1", EntityCodec.encode(record("urn:a:1", at: 5)))
        try journal.add(.previous, "urn:a:2")
        try journal.add(mark: Timestamp(microseconds: 10), of: "urn:a:1")
        try journal.add(mark: Timestamp(microseconds: 10), of: "urn:a:2")
        try journal.add(.batch)
        try journal.add(.previous, "urn:a:1", EntityCodec.encode(record("urn:a:1", at: 10)))
        try journal.add(mark: Timestamp(microseconds: 20), of: "urn:a:1")
        try journal.write(isDurable: true)
        let plan = try JournalReader.plan(path)
        #expect(plan.order == ["urn:a:1", "urn:a:2"])
        #expect(plan.entries["urn:a:1"]?.mark == Timestamp(microseconds: 20))
        #expect(plan.unfinished == ["urn:a:1"])
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        let entry = try #require(plan.entries["urn:a:1"])
        #expect(try JournalReader.former(entry, id: "urn:a:1", in: file)?.modifiedAt == Timestamp(microseconds: 5))
        let new = try #require(plan.entries["urn:a:2"])
        #expect(try JournalReader.former(new, id: "urn:a:2", in: file) == nil)
    }

    @Test func `what is undone is not undone again`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let journal = try ImportJournal(path: path, limit: 1 << 20)
        try journal.add(.previous, "urn:a:1")
        try journal.add(.undone, "urn:a:1")
        try journal.write(isDurable: true)
        #expect(try JournalReader.plan(path).order == [])
    }

    @Test(arguments: 1..<24)
    func `a journal that is cut off is read up to its last whole record, and goes on there`(cut: Int) throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let journal = try ImportJournal(path: path, limit: 1 << 20)
        try journal.add(.previous, "urn:a:1")
        try journal.write(isDurable: true)
        let whole = journal.size
        try journal.add(mark: Timestamp(microseconds: 10), of: "urn:a:1")
        try journal.write(isDurable: true)
        #expect(journal.size == whole + 24)
        truncate(path, off_t(whole + cut))
        #expect(try JournalReader.plan(path).entries["urn:a:1"]?.mark == nil)
        let again = try ImportJournal(path: path, limit: 1 << 20)
        #expect(again.size == whole)
        try again.add(mark: Timestamp(microseconds: 30), of: "urn:a:1")
        try again.write(isDurable: true)
        #expect(try JournalReader.plan(path).entries["urn:a:1"]?.mark == Timestamp(microseconds: 30))
    }

    @Test func `a journal that is full says so before anything is written`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let journal = try ImportJournal(path: path, limit: 40)
        try journal.add(.previous, "urn:a:1")
        #expect(throws: ImportJournal.Failure.self) {
            try journal.add(.previous, "urn:a:2", Array(repeating: 0, count: 20))
        }
    }
}
