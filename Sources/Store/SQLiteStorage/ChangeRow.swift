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
        bytes.append(varint: UInt64(bitPattern: tenant))
        bytes.append(varint: UInt64(bitPattern: number))
        bytes.append(write.body == nil ? deletionFlag : 0)
        bytes.append(run: write.id.utf8)
        bytes.append(run: write.change)
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
        private var rest: StoredReader

        /// - Returns: `nil` if the row has a form that is not known.
        init?(_ bytes: UnsafeRawBufferPointer) {
            rest = StoredReader(bytes)
            if rest.byte() != ChangeRow.version { return nil }
        }

        /// The next change, or `nil` where the bytes make none.
        mutating func next() -> Item? {
            let (tenant, number, flags) = (rest.varint(), rest.varint(), rest.byte())
            let (id, change) = (rest.run(), rest.run())
            guard rest.isFine else { return nil }
            return Item(
                tenant: Int64(bitPattern: tenant), number: Int64(bitPattern: number),
                isDeletion: flags & ChangeRow.deletionFlag != 0, id: id, change: change)
        }
    }
}
