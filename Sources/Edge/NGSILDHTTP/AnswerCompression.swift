import NIOCore
import NIOPosix

/// Compresses long answers for clients that ask for it (RFC 9110 section 8.4.1), on threads beside the event loops.
///
/// Short answers go out as they are: there the work costs more than the bytes. So do those that carry a secret, such as a
/// session or a new key, which are short; what is compressed together with something that others choose can be guessed
/// from its length.
public struct AnswerCompression: Sendable {
    /// Makes gzip (RFC 1952) of a body; `nil` where it cannot, and the answer goes out as it is.
    let gzip: @Sendable ([UInt8]) -> [UInt8]?
    /// Bytes of a body from which on it is compressed.
    public var leastBytes = 16 << 10
    /// Bytes of bodies that may be under compression at a time; beyond, answers go out as they are.
    public var memory = 64 << 20

    /// - Parameter gzip: Called on any thread, for several answers at a time.
    public init(gzip: @escaping @Sendable ([UInt8]) -> [UInt8]?) { self.gzip = gzip }

    /// Whether a body of this type is text at heart; pictures and archives are compressed by themselves.
    static func mayShorten(_ contentType: String) -> Bool {
        contentType.hasPrefix("text/") || contentType.contains("json") || contentType.contains("xml")
            || contentType.hasPrefix("application/vnd.mapbox-vector-tile")
    }
}

extension HTTPRequest {
    /// Whether the client takes gzip.
    ///
    /// - Source: RFC 9110 section 12.5.3.
    public var acceptsGzip: Bool {
        var acceptsAny = false
        for field in headers["Accept-Encoding"] {
            for part in field.split(separator: ",") {
                let pieces = part.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
                let isRefused = pieces.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
                switch pieces.first {
                case "gzip"?, "x-gzip"?: return !isRefused
                case "*"?: acceptsAny = !isRefused
                default: break
                }
            }
        }
        return acceptsAny
    }
}

extension HTTPConnection {
    /// Headers of an answer that depends on what the client takes.
    static let variesByEncoding = (name: "Vary", value: "Accept-Encoding")

    /// Whether the body of an answer to any client may be compressed.
    ///
    /// - Parameter contentType: Asked for only where the length is enough, since most answers are short and making its text costs.
    func mayCompress(
        _ contentType: @autoclosure () -> String?, length: Int, _ headers: [(name: String, value: String)]
    ) -> Bool {
        guard let compression = configuration.compression, length >= compression.leastBytes,
            let contentType = contentType()
        else { return false }
        return AnswerCompression.mayShorten(contentType) && !headers.contains { $0.name == "Content-Encoding" }
    }

    /// Compresses a body for a client that takes it, then sends.
    ///
    /// - Parameter send: Called on the event loop with gzip, or with `nil` where nothing came of it.
    /// - Returns: Whether it will be called.
    func compress(_ body: [UInt8], for request: HTTPRequest, _ send: @escaping @Sendable ([UInt8]?) -> Void) -> Bool {
        guard let compression = configuration.compression, request.method != .HEAD, request.acceptsGzip,
            let index = slotIndex(request.slot)
        else { return false }
        let count = body.count
        guard state.compressionBegan(bytes: count, limit: compression.memory) else { return false }
        slots[index].isCompressing = true
        NIOThreadPool.singleton.submit { [loop, state] _ in
            let gzip = compression.gzip(body)
            loop.deliver([
                {
                    state.compressionEnded(bytes: count)
                    send(gzip.flatMap { $0.count < count ? $0 : nil })
                }
            ])
        }
        return true
    }

    /// The headers of the compressed answer. Its bytes are others, so that a strong tag becomes a weak one
    /// (RFC 9110 section 8.8.3.3).
    static func compressed(_ headers: [(name: String, value: String)]) -> [(name: String, value: String)] {
        headers.map { header in
            header.name == "ETag" && !header.value.hasPrefix("W/") ? ("ETag", "W/" + header.value) : header
        } + [(name: "Content-Encoding", value: "gzip")]
    }
}
