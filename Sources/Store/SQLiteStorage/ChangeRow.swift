import BrokerStorage
import NGSILDModel

/// How the changes of a commit are kept in one row, which costs a tenth of a row for each.
///
/// Form: a version byte (1), then for each change: tenant, number (varints), flags (1 byte, bit 0: deletion), the length
/// of the id (varint) and its UTF-8, the length of the change (varint) and its bytes. Varints are LEB128.
enum ChangeRow {
    /// A row that has grown to this many bytes ends; the commit goes on in another.
    static let fullBytes = 1 << 20

    private static let version: UInt8 = 1
    private static let deletionFlag: UInt8 = 1

    static func begin(_ bytes: inout [UInt8]) {
        // A large buffer is not kept for the small commits that follow.
        bytes.removeAll(keepingCapacity: bytes.capacity <= 2 * fullBytes)
        bytes.append(version)
    }

    static func append(_ write: EntityWrite, tenant: Int64, number: Int64, to bytes: inout [UInt8]) {
        append(UInt64(bitPattern: tenant), to: &bytes)
        append(UInt64(bitPattern: number), to: &bytes)
        bytes.append(write.body == nil ? deletionFlag : 0)
        append(UInt64(write.id.utf8.count), to: &bytes)
        bytes.append(contentsOf: write.id.utf8)
        append(UInt64(write.change.count), to: &bytes)
        bytes.append(contentsOf: write.change)
    }

    private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// One change of a row, its texts still bytes.
    struct Item {
        let tenant: Int64
        let number: Int64
        let isDeletion: Bool
        let id: UnsafeRawBufferPointer
        let change: UnsafeRawBufferPointer
    }

    /// Reads the changes of a row; every length is checked, since the file may be damaged.
    struct Reader {
        private let bytes: UnsafeRawBufferPointer
        private var position = 1

        /// - Returns: `nil` if the row has a form that is not known.
        init?(_ bytes: UnsafeRawBufferPointer) {
            guard bytes.first == ChangeRow.version else { return nil }
            self.bytes = bytes
        }

        /// The next change, or `nil` where the bytes make none.
        mutating func next() -> Item? {
            guard let tenant = varint(), let number = varint(), position < bytes.count else { return nil }
            let flags = bytes[position]
            position += 1
            guard let id = run(), let change = run() else { return nil }
            return Item(
                tenant: Int64(bitPattern: tenant), number: Int64(bitPattern: number),
                isDeletion: flags & ChangeRow.deletionFlag != 0, id: id, change: change)
        }

        private mutating func varint() -> UInt64? {
            var value: UInt64 = 0
            var shift: UInt64 = 0
            while position < bytes.count, shift < 64 {
                let byte = bytes[position]
                position += 1
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
            return nil
        }

        private mutating func run() -> UnsafeRawBufferPointer? {
            guard let length = varint(), length <= UInt64(bytes.count - position) else { return nil }
            let start = position
            position += Int(length)
            return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
        }
    }
}
