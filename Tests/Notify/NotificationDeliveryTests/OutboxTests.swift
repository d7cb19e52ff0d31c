import NGSILDModel
import NGSILDOperations
import Testing

@testable import NotificationDelivery

struct OutboxTests {
    // MARK: Fifo

    @Test func `a queue gives back what it took in, in order`() {
        var fifo = Fifo<Int>()
        var expected: [Int] = []
        for number in 0..<1_000 {
            fifo.append(number)
            expected.append(number)
            if number % 3 == 0 { #expect(fifo.popFirst() == expected.removeFirst()) }
            if number % 50 == 0 {
                fifo.prepend(-number)
                expected.insert(-number, at: 0)
            }
            if number % 70 == 60 { #expect(fifo.remove(at: 2) == expected.remove(at: 2)) }
        }
        fifo.removeAll { $0 % 2 == 0 }
        expected.removeAll { $0 % 2 == 0 }
        #expect(fifo.count == expected.count)
        #expect(fifo[1] == expected[1])
        #expect(fifo[fifo.count] == nil)
        while let number = fifo.popFirst() { #expect(number == expected.removeFirst()) }
        #expect(expected.isEmpty && fifo.isEmpty && fifo.first == nil)
    }

    // MARK: SpilledRows

    @Test func `row numbers come back as they went in, however far apart`() {
        var rows = SpilledRows()
        var expected: [UInt64] = []
        var row: UInt64 = 0
        for step in 0..<5_000 {
            row += UInt64(1 + step * step % 977) << UInt64(step % 20)
            rows.append(row)
            expected.append(row)
            if step % 2 == 1 { #expect(rows.popFirst() == expected.removeFirst()) }
        }
        #expect(rows.count == expected.count)
        #expect(rows.prefix(10) == Array(expected.prefix(10)))
        while let row = rows.popFirst() { #expect(row == expected.removeFirst()) }
        #expect(rows.isEmpty)
        rows.append(7)
        #expect(rows.prefix(3) == [7])
        #expect(rows.popFirst() == 7)
    }

    // MARK: OutboxLedger

    @Test func `a row can go when all its subscriptions are settled`() {
        let ledger = OutboxLedger()
        for row in 1...4 { ledger.add(UInt64(row * 10), recipients: 2, length: 100) }
        ledger.add(50, recipients: 0, length: 100)
        #expect(ledger.settle(10))
        #expect(!ledger.settle(10))
        #expect(ledger.takeRemovable() == [10...10, 50...50])
        #expect(ledger.settle(40))
        #expect(!ledger.settle(40))
        #expect(ledger.settle(20))
        #expect(!ledger.settle(20))
        // 30 is still needed, so no range may cover it.
        #expect(ledger.takeRemovable() == [20...20, 40...40])
        #expect(ledger.isPending(30) && !ledger.isPending(40) && !ledger.isPending(35))
        #expect(ledger.count == 1 && ledger.bytes == 100)
        ledger.putBack([20...20, 40...40])
        #expect(ledger.settle(30))
        #expect(!ledger.settle(30))
        #expect(ledger.takeRemovable() == [20...40])
        #expect(!ledger.settle(30))
        #expect(ledger.takeRemovable().isEmpty)
        #expect(ledger.count == 0 && ledger.bytes == 0)
    }

    @Test func `a ledger of many rows stays right in any order of settling`() {
        let ledger = OutboxLedger()
        for row in 1...5_000 { ledger.add(UInt64(row), recipients: 1, length: 1) }
        for row in stride(from: 5_000, through: 1, by: -3) { ledger.settle(UInt64(row)) }
        for row in stride(from: 1, through: 5_000, by: 2) { ledger.settle(UInt64(row)) }
        let settled = Set(stride(from: 5_000, through: 1, by: -3)).union(stride(from: 1, through: 5_000, by: 2))
        #expect(ledger.count == 5_000 - settled.count)
        var gone: Set<Int> = []
        for range in ledger.takeRemovable() { for row in range { gone.insert(Int(row)) } }
        #expect(gone == settled)
    }

    // MARK: OutboxRow

    @Test func `a row says each subscription what it is told, and no more`() throws {
        let vocabulary = try Vocabulary()
        let room = try vocabulary.entity(SubscriptionMatchingTests.room)
        let updated = try vocabulary.change(.updated, room, ["temperature": .modified], sequence: 41)
        let deleted = try vocabulary.change(.deleted, room, ["temperature": .deleted], sequence: 42)
        let recipients = [
            OutboxRow.Recipient(tenant: "", id: "urn:s:1"), OutboxRow.Recipient(tenant: "north", id: "urn:s:2"),
        ]
        let body = OutboxRow.encode(
            at: updated.at, first: 40, recipients,
            [
                OutboxRow.Change(
                    change: updated.withChangedPreviousState, encoded: EntityCodec.encode(room), recipients: [0, 1]),
                OutboxRow.Change(change: deleted, encoded: nil, recipients: [1]),
            ])
        let row = try #require(OutboxRow(body, sequence: 40))
        #expect(row.recipients == recipients)
        #expect(row.at == updated.at)
        let first = try #require(row.changes(for: 0))
        #expect(first.map(\.sequence) == [41])
        #expect(first.map(\.kind) == [.updated])
        #expect(first.first?.attributes == updated.attributes)
        #expect(first.first?.after?.attributes.names == room.attributes.names)
        #expect(first.first?.before?.attributes.names == updated.attributes.map(\.name))
        let second = try #require(row.changes(for: 1))
        #expect(second.map(\.tenant) == ["north", "north"])
        #expect(second.map(\.id) == [room.id, room.id])
        #expect(second.last?.after == nil)
        #expect(second.last?.before?.types == room.types)
        #expect(row.changes(for: 2) == nil)
    }

    @Test func `a row that is cut short or changed anywhere is refused or read, never a crash`() throws {
        let vocabulary = try Vocabulary()
        let room = try vocabulary.entity(SubscriptionMatchingTests.room)
        let change = try vocabulary.change(.updated, room, ["temperature": .modified])
        let body = OutboxRow.encode(
            at: change.at, first: 1, [OutboxRow.Recipient(tenant: "", id: "urn:s:1")],
            [OutboxRow.Change(change: change, encoded: nil, recipients: [0])])
        for length in 0..<body.count { _ = OutboxRow(Array(body.prefix(length)), sequence: 1)?.changes(for: 0) }
        #expect(OutboxRow(Array(body.dropLast()), sequence: 1)?.changes(for: 0) == nil)
        for position in body.indices {
            var changed = body
            changed[position] ^= 0xFF
            _ = OutboxRow(changed, sequence: 1)?.changes(for: 0)
        }
    }
}
