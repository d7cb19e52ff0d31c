import NIOCore

extension HTTPServer {
    /// Where the server listens, and every bound it keeps.
    public struct Configuration: Sendable {
        public var host = "127.0.0.1"
        /// 0 takes a free port.
        public var port = 1026
        /// Event loops; default: one less than the cores, since the committer has a thread of its own.
        public var loops = max(1, System.coreCount - 1)
        /// Bytes of a request body; beyond: 413.
        public var bodyLimit = 4 << 20
        /// Bytes of all request bodies that are being received; beyond: 503 for the next one.
        public var bodyMemory = 256 << 20
        /// Bytes of a request target; beyond: 414.
        public var targetLimit = 8 << 10
        /// Bytes of a header section; beyond: 431.
        public var headerLimit = 32 << 10
        /// Open connections; beyond, new ones are answered 503 and closed.
        public var connectionLimit = 15_000
        /// Connections beyond those that are told so; what comes beyond these is closed without a word.
        public var refusalLimit = 16
        /// Requests of one connection that may be under way before no more are read from it.
        public var pipelineLimit = 64
        /// Bytes of answers that may wait for a client to read before its next request is run.
        public var unsentLimit = 256 << 10
        /// Seconds without a request after which a connection is closed.
        public var idleSeconds = 120
        /// Seconds that a client may take to send the head of a request; beyond: 408.
        public var headSeconds = 15
        /// Seconds that a client may take to send the body of a request; beyond: 408.
        public var bodySeconds = 60
        /// Seconds that a client may leave an answer unread before its connection is closed.
        public var unreadSeconds = 60
        /// How long a round of an event loop with many requests lasts, in milliseconds, before it refuses the rest (503).
        public var lagMilliseconds = 25
        /// Seconds that requests under way get at shutdown.
        public var shutdownSeconds = 10
        /// Open live streams of changes, and as many of notifications; beyond: 503.
        public var streamLimit = 1_000
        /// Origins, such as `https://city.example`, whose pages may open WebSockets here, beside the server's own.
        public var streamOrigins: Set<String> = []
        /// The certificate to show; `nil` speaks plain HTTP.
        public var tls: TLSCertificates?
        /// Seconds that a TLS handshake may take before the connection is closed.
        public var handshakeSeconds = 10
        /// TLS handshakes under way; beyond, new connections are closed.
        public var handshakeLimit = 1_000
        /// For how many seconds browsers are told to use https only; 0: they are not told.
        public var strictTransportSeconds = 31_536_000
        /// Streams that a client may have open on one HTTP/2 connection; beyond, they are refused.
        public var http2Streams = 128
        /// Bytes of answers of one HTTP/2 connection that may wait for its client before a further request of it is run. More
        /// than `unsentLimit`, so that one long answer that is read slowly does not hold up the others.
        public var http2UnsentLimit = 8 << 20
        /// Streams that a client may reset within 30 seconds before its connection is closed; a map that is moved resets
        /// some dozens.
        public var http2Resets = 500
        /// Pings, settings and priorities of a client within 30 seconds before its connection is closed.
        public var http2ControlFrames = 500
        /// How long answers are compressed for clients that ask for it; `nil`: they are not.
        public var compression: AnswerCompression?
        public init() {}
    }
}
