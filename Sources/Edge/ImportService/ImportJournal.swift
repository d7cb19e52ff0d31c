import Foundation
import NGSILDModel

/// What an import would have to put back, on disk before each batch is written.
///
/// A record is a kind, an id and data, each with its length. Of an entity the first `previous` is what it was, the last
/// `mark` when the import wrote it last. A record that is cut off, as after a crash, ends the journal.
///
/// Invariants:
/// 1. `previous` of every entity of a batch is on disk before the batch is given to the broker.
/// 2. `size` never passes `limit`.
final class ImportJournal {
    enum Kind: UInt8 {
        /// The entity before the batch, as `EntityCodec` has it; no data where there was none.
        case previous = 1
        /// The entity's `modifiedAt` after the batch, in microseconds.
        case mark = 2
        /// A batch is done; the data are the counts so far.
        case batch = 3
        /// The entity is as it was.
        case undone = 4
        /// The import gave the entity a history; one byte of data: whether it had none before.
        case history = 5
    }

    enum Failure: Error { case full(limit: Int), unwritable(String) }

    private let handle: FileHandle
    private let limit: Int
    private(set) var size: Int
    private var pending = Data()

    /// Opens the journal behind its last whole record.
    init(path: String, limit: Int) throws(Failure) {
        self.limit = limit
        if !FileManager.default.fileExists(atPath: path) {
            guard FileManager.default.createFile(atPath: path, contents: nil) else {
                throw .unwritable("the journal cannot be made")
            }
        }
        do {
            handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            size = try JournalReader.scan(path) { _ in }
            try handle.truncate(atOffset: UInt64(size))
        } catch { throw .unwritable("\(error)") }
    }

    deinit { try? handle.close() }

    func add(_ kind: Kind, _ id: String = "", _ data: [UInt8] = []) throws(Failure) {
        let bytes = 9 + id.utf8.count + data.count
        guard size + pending.count + bytes <= limit else { throw .full(limit: limit) }
        pending.append(kind.rawValue)
        pending.append(length: id.utf8.count)
        pending.append(length: data.count)
        pending.append(contentsOf: id.utf8)
        pending.append(contentsOf: data)
    }

    func add(mark: Timestamp, of id: String) throws(Failure) {
        try add(.mark, id, withUnsafeBytes(of: mark.microseconds.littleEndian) { Array($0) })
    }

    /// - Parameter isDurable: Whether to wait for the disk.
    func write(isDurable: Bool) throws(Failure) {
        do {
            try handle.seek(toOffset: UInt64(size))
            try handle.write(contentsOf: pending)
            if isDurable { try handle.synchronize() }
        } catch { throw .unwritable("\(error)") }
        size += pending.count
        pending.removeAll(keepingCapacity: true)
    }
}

extension Data {
    fileprivate mutating func append(length: Int) {
        Swift.withUnsafeBytes(of: UInt32(length).littleEndian) { append(contentsOf: $0) }
    }
}

/// Reads a journal from its start to its last whole record.
enum JournalReader {
    struct Record {
        let kind: ImportJournal.Kind
        let id: String
        let data: Data
        /// Where the data stand in the file.
        let offset: Int
    }

    /// - Returns: Where the last whole record ends.
    static func scan(_ path: String, _ take: (Record) throws -> Void) throws -> Int {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        var buffer = Data()
        var base = 0
        var position = 0
        func fill(_ count: Int) throws -> Bool {
            while buffer.count - position < count {
                if position > 1 << 20 {
                    buffer.removeSubrange(0..<position)
                    base += position
                    position = 0
                }
                guard let more = try file.read(upToCount: 1 << 20), !more.isEmpty else { return false }
                buffer.append(more)
            }
            return true
        }
        while try fill(9) {
            let kind = buffer[position]
            let idLength = buffer.length(at: position + 1)
            let dataLength = buffer.length(at: position + 5)
            guard let kind = ImportJournal.Kind(rawValue: kind), idLength <= 1 << 16, dataLength <= 64 << 20,
                try fill(9 + idLength + dataLength)
            else { break }
            let start = position + 9
            let id = String(decoding: buffer[start..<start + idLength], as: UTF8.self)
            let offset = base + start + idLength
            try take(
                Record(
                    kind: kind, id: id, data: Data(buffer[start + idLength..<start + idLength + dataLength]),
                    offset: offset))
            position = start + idLength + dataLength
        }
        return base + position
    }

    /// What is to be put back, of each entity once.
    struct Plan {
        struct Entry {
            /// Where its former state stands in the file; -1 where there was no entity.
            var offset: Int
            var length: Int
            /// When the import wrote it last; `nil` where that is not known, as after a crash.
            var mark: Timestamp?
        }

        var entries: [String: Entry] = [:]
        /// The ids in the order in which they were first written.
        var order: [String] = []
        /// Ids with histories that the import began (`true`) or added to (`false`).
        var histories: [String: Bool] = [:]
        var counts = ImportState.Counts()
        var hasCounts = false
        /// Ids of a batch that is not known to be done.
        var unfinished: [String] = []
    }

    static func plan(_ path: String) throws -> Plan {
        var plan = Plan()
        _ = try scan(path) { record in
            switch record.kind {
            case .previous:
                if plan.entries[record.id] == nil {
                    plan.entries[record.id] = Plan.Entry(
                        offset: record.data.isEmpty ? -1 : record.offset, length: record.data.count)
                    plan.order.append(record.id)
                }
                plan.unfinished.append(record.id)
            case .mark: plan.entries[record.id]?.mark = Timestamp(microseconds: record.data.int64)
            case .batch:
                plan.unfinished.removeAll(keepingCapacity: true)
                if let counts = try? JSONDecoder().decode(ImportState.Counts.self, from: record.data) {
                    plan.counts = counts
                    plan.hasCounts = true
                }
            case .undone: plan.entries[record.id] = nil
            case .history:
                if plan.histories[record.id] == nil { plan.histories[record.id] = record.data.first == 1 }
            }
        }
        plan.order.removeAll { plan.entries[$0] == nil }
        return plan
    }

    /// The former state of an entity.
    static func former(_ entry: Plan.Entry, id: String, in file: FileHandle) throws -> EntityRecord? {
        guard entry.offset >= 0 else { return nil }
        try file.seek(toOffset: UInt64(entry.offset))
        guard let data = try file.read(upToCount: entry.length), data.count == entry.length else { return nil }
        return EntityCodec.decode(Array(data), id: id)
    }
}

extension Data {
    fileprivate func length(at index: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(self[startIndex + index + $1]) << (8 * $1) }
    }
    fileprivate var int64: Int64 {
        guard count >= 8 else { return 0 }
        return prefix(8).reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }
}
