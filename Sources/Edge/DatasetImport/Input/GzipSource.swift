import CZip

/// A gzip file (RFC 1952), unpacked as it is read. Several members in a row count as one file.
///
/// Invariants:
/// 1. `stream` is initialised from `init` to `deinit` and never moves.
/// 2. `stream.next_in` points into `input`, which this object owns.
final class GzipSource: ByteSource {
    private let file: FileSource
    private let stream: UnsafeMutablePointer<z_stream>
    private let input: UnsafeMutableRawBufferPointer
    private var guardian: UnpackingGuard
    private var isFinished = false
    private var betweenMembers = false

    var consumedBytes: Int { file.consumedBytes - Int(stream.pointee.avail_in) }

    init(file: FileSource, limits: ImportLimits) throws(ImportError) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let gzipWindow: CInt = 15 + 16
        guard inflateInit2_(stream, gzipWindow, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK else {
            stream.deallocate()
            throw .unreadableFile(file: file.path, reason: "zlib cannot start, memory is short")
        }
        self.file = file
        self.stream = stream
        self.input = .allocate(byteCount: 64 << 10, alignment: 16)
        self.guardian = UnpackingGuard(file: file.path, member: nil, limits: limits)
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int {
        guard let base = buffer.baseAddress, buffer.count > 0 else { return 0 }
        let room = UInt32(clamping: buffer.count)
        stream.pointee.next_out = base.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = room
        while stream.pointee.avail_out == room, !isFinished {
            if stream.pointee.avail_in == 0 { try refill() }
            if isFinished { break }
            try inflateSome()
        }
        let count = Int(room - stream.pointee.avail_out)
        try guardian.count(unpacked: count, packed: consumedBytes)
        return count
    }

    private func refill() throws(ImportError) {
        let count = try file.read(into: input)
        if count == 0 {
            guard betweenMembers else { throw damaged("it ends in the middle of its compressed data") }
            isFinished = true
        }
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(count)
    }

    private func inflateSome() throws(ImportError) {
        if betweenMembers {
            // Padding with zeros after the last member is allowed, as by gzip itself.
            while stream.pointee.avail_in > 0, stream.pointee.next_in.pointee == 0 {
                stream.pointee.next_in += 1
                stream.pointee.avail_in -= 1
            }
            if stream.pointee.avail_in == 0 { return }
            guard inflateReset(stream) == Z_OK else { throw damaged("zlib cannot start again") }
            betweenMembers = false
        }
        switch inflate(stream, Z_NO_FLUSH) {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: betweenMembers = true
        default:
            let reason = stream.pointee.msg.map { String(cString: $0) } ?? "zlib gives no reason"
            throw damaged("its compressed data is wrong (\(reason))")
        }
    }

    private func damaged(_ reason: String) -> ImportError {
        .damagedFile(file: file.path, member: nil, reason: reason)
    }
}

/// Watches that compressed data does not unpack to more than the limits allow.
struct UnpackingGuard {
    private static let watchedFrom = 64 << 20
    let file: String
    let member: String?
    let limits: ImportLimits
    private var unpackedBytes = 0

    init(file: String, member: String?, limits: ImportLimits) {
        self.file = file
        self.member = member
        self.limits = limits
    }

    mutating func count(unpacked: Int, packed: Int) throws(ImportError) {
        unpackedBytes += unpacked
        let place = member.map { "\(file): \($0)" } ?? file
        guard unpackedBytes <= limits.unpackedBytes else {
            throw .tooLarge(
                file: place, line: nil, what: "its unpacked size", limit: "\(limits.unpackedBytes) bytes",
                remedy: "split the table, or raise the limit if you trust the file")
        }
        guard unpackedBytes < Self.watchedFrom || unpackedBytes / max(1, packed) <= limits.unpackingRatio else {
            throw .tooLarge(
                file: place, line: nil, what: "the ratio of its unpacked to its packed size",
                limit: "\(limits.unpackingRatio)", remedy: "do not trust this file; it looks like a zip bomb")
        }
    }
}
