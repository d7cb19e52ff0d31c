import CZip

/// Packs bytes as one gzip member (RFC 1952), piece by piece.
///
/// Invariants:
/// 1. `stream` is initialised from `init` to `deinit` and never moves.
public final class GzipPacker {
    private let stream: UnsafeMutablePointer<z_stream>
    private var room = [UInt8](repeating: 0, count: 64 << 10)

    /// - Parameter level: from 1, fast, to 9, small.
    /// - Returns: `nil` when zlib cannot start, as when memory is short.
    public init?(level: Int = 6) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let gzipWindow: CInt = 15 + 16
        let status = deflateInit2_(
            stream, CInt(min(max(level, 1), 9)), Z_DEFLATED, gzipWindow, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            CInt(MemoryLayout<z_stream>.size))
        if status != Z_OK {
            stream.deallocate()
            return nil
        }
    }

    /// All of some bytes, packed.
    ///
    /// - Returns: `nil` when zlib cannot start.
    public static func gzip(of bytes: [UInt8], level: Int = 6) -> [UInt8]? {
        guard let packer = GzipPacker(level: level) else { return nil }
        var packed: [UInt8] = []
        bytes.withUnsafeBytes { packer.pack($0, isLast: true) { packed += $0 } }
        return packed
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Packs some bytes.
    ///
    /// - Parameters:
    ///   - isLast: whether nothing follows; the member is ended then.
    ///   - write: takes what came out of it, any number of times.
    public func pack(
        _ bytes: UnsafeRawBufferPointer, isLast: Bool = false, _ write: (ArraySlice<UInt8>) throws -> Void
    ) rethrows {
        var rest = bytes
        repeat {
            let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
            // zlib reads there and does not write.
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: part.baseAddress?.assumingMemoryBound(to: UInt8.self))
            stream.pointee.avail_in = UInt32(part.count)
            var free = 0
            repeat {
                let size = room.count
                free = room.withUnsafeMutableBufferPointer { buffer in
                    stream.pointee.next_out = buffer.baseAddress
                    stream.pointee.avail_out = UInt32(size)
                    deflate(stream, isLast && rest.isEmpty ? Z_FINISH : Z_NO_FLUSH)
                    return Int(stream.pointee.avail_out)
                }
                if free < size { try write(room[..<(size - free)]) }
            } while free == 0
        } while !rest.isEmpty
    }
}
