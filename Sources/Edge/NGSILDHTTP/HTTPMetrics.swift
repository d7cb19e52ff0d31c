public import JSONTree
import Synchronization

/// Counts what the edge does, for `/metrics`.
public final class HTTPMetrics: Sendable {
    private let informational = Atomic<Int>(0)
    private let success = Atomic<Int>(0)
    private let clientErrors = Atomic<Int>(0)
    private let serverErrors = Atomic<Int>(0)
    private let sentBytes = Atomic<Int>(0)
    private let malformedRequests = Atomic<Int>(0)
    private let droppedStreams = Atomic<Int>(0)
    let connections = Atomic<Int>(0)
    private let openStreams = Atomic<Int>(0)

    public init() {}

    func answered(status: Int, bytes: Int) {
        switch status {
        case 200..<300: success.wrappingAdd(1, ordering: .relaxed)
        case 400..<500: clientErrors.wrappingAdd(1, ordering: .relaxed)
        case 500...: serverErrors.wrappingAdd(1, ordering: .relaxed)
        default: informational.wrappingAdd(1, ordering: .relaxed)
        }
        sentBytes.wrappingAdd(bytes, ordering: .relaxed)
    }

    func malformed() { malformedRequests.wrappingAdd(1, ordering: .relaxed) }
    func streamOpened() { openStreams.wrappingAdd(1, ordering: .relaxed) }
    func streamClosed() { openStreams.wrappingSubtract(1, ordering: .relaxed) }
    func streamDropped() { droppedStreams.wrappingAdd(1, ordering: .relaxed) }

    /// Appends the counts in the Prometheus text format.
    public func append(to writer: inout ByteWriter) {
        func line(_ name: String, _ value: Int, _ writer: inout ByteWriter) {
            writer.append(utf8: "\(name) \(value)\n")
        }
        writer.append("# HELP parvis_http_responses_total Answers sent, by class of status.\n")
        writer.append("# TYPE parvis_http_responses_total counter\n")
        line("parvis_http_responses_total{class=\"2xx\"}", success.load(ordering: .relaxed), &writer)
        line("parvis_http_responses_total{class=\"4xx\"}", clientErrors.load(ordering: .relaxed), &writer)
        line("parvis_http_responses_total{class=\"5xx\"}", serverErrors.load(ordering: .relaxed), &writer)
        line("parvis_http_responses_total{class=\"other\"}", informational.load(ordering: .relaxed), &writer)
        writer.append("# HELP parvis_http_sent_bytes_total Bytes of answers.\n# TYPE parvis_http_sent_bytes_total counter\n")
        line("parvis_http_sent_bytes_total", sentBytes.load(ordering: .relaxed), &writer)
        writer.append("# HELP parvis_http_malformed_total Requests that were not HTTP.\n# TYPE parvis_http_malformed_total counter\n")
        line("parvis_http_malformed_total", malformedRequests.load(ordering: .relaxed), &writer)
        writer.append("# HELP parvis_http_connections Open connections.\n# TYPE parvis_http_connections gauge\n")
        line("parvis_http_connections", connections.load(ordering: .relaxed), &writer)
        writer.append("# HELP parvis_streams Open live streams.\n# TYPE parvis_streams gauge\n")
        line("parvis_streams", openStreams.load(ordering: .relaxed), &writer)
        writer.append("# HELP parvis_streams_dropped_total Live streams reset because the client was too slow.\n# TYPE parvis_streams_dropped_total counter\n")
        line("parvis_streams_dropped_total", droppedStreams.load(ordering: .relaxed), &writer)
    }
}
