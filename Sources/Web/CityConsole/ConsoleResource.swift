/// One file of the console, ready to be answered: its bytes and the headers that belong to it.
public struct ConsoleResource: Sendable {
    /// The whole body, at most `AssetsDirectory.fileLimitBytes` long.
    public let bytes: [UInt8]
    /// The same as gzip (RFC 1952); `nil` where it would hardly be shorter.
    public let gzip: [UInt8]?
    /// The media type with its charset where it has one, for `Content-Type`.
    public let contentType: String
    /// The strong validator in its quotes, for `ETag`; it changes when the bytes change.
    public let entityTag: String
    /// The headers of the answer, 200 or 304, in the order to send them: `ETag`, `Cache-Control`, `Vary` where there is
    /// gzip as well, and the security headers. `Content-Type` is apart, `Content-Length` is left to the HTTP edge.
    public let headers: [(name: String, value: String)]

    /// The headers of the answer with `gzip`: its bytes are others, and so is its tag.
    public let gzipHeaders: [(name: String, value: String)]
    private let gzipTag: String

    /// - Parameter compress: Makes gzip of bytes.
    init(
        bytes: [UInt8], contentType: String, caching: Caching, securityHeaders: [(name: String, value: String)],
        compress: ([UInt8]) -> [UInt8]? = { _ in nil }
    ) {
        self.bytes = bytes
        let gzip = compress(bytes).flatMap { $0.count < bytes.count * 9 / 10 ? $0 : nil }
        self.gzip = gzip
        self.contentType = contentType
        self.entityTag = Self.entityTag(of: bytes)
        gzipTag = String(entityTag.dropLast()) + "-gzip\""
        func headers(_ tag: String) -> [(name: String, value: String)] {
            [(name: "ETag", value: tag), (name: "Cache-Control", value: caching.rawValue)]
                + (gzip == nil ? [] : [(name: "Vary", value: "Accept-Encoding")]) + securityHeaders
        }
        self.headers = headers(entityTag)
        gzipHeaders = headers(gzipTag) + [(name: "Content-Encoding", value: "gzip")]
    }

    enum Caching: String {
        /// Kept by the browser, asked for again each time: a new binary shows its new page at once.
        case revalidate = "no-cache"
        /// For files whose address carries their version.
        case versioned = "public, max-age=86400"
    }

    /// Whether a browser that sends this `If-None-Match` value holds the current bytes or their gzip, so that 304 is the answer.
    public func matches(ifNoneMatch field: String) -> Bool {
        for part in field.split(separator: ",") {
            var tag = part.drop(while: { $0 == " " || $0 == "\t" })
            while let last = tag.last, last == " " || last == "\t" { tag.removeLast() }
            // RFC 9110 section 13.1.2: the comparison is weak, so the W/ of a validator does not count.
            if tag.hasPrefix("W/") { tag = tag.dropFirst(2) }
            if tag == "*" || tag == entityTag || tag == gzipTag { return true }
        }
        return false
    }

    /// FNV-1a, 64 bits: it tells versions apart and guards nothing.
    private static func entityTag(of bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        bytes.withUnsafeBufferPointer { buffer in
            for byte in buffer { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        }
        let digits = String(hash, radix: 16)
        return "\"" + String(repeating: "0", count: 16 - digits.count) + digits + "\""
    }
}
