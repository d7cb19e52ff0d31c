public import JSONTree
import Synchronization

/// Counts what the edge does, for `/metrics`.
public final class HTTPMetrics: Sendable {
    private let loops = Mutex<[LoopCounts]>([])
    private let open = Atomic<Int>(0)
    private let accepted = Atomic<Int>(0)
    private let malformedRequests = Atomic<Int>(0)
    private let droppedStreams = Atomic<Int>(0)
    private let failedHandshakes = Atomic<Int>(0)
    private let openStreams = Atomic<Int>(0)

    public init() {}

    func addLoop() -> LoopCounts {
        let counts = LoopCounts()
        loops.withLock { $0.append(counts) }
        return counts
    }

    /// - Returns: the connections that are open now.
    func connectionOpened() -> Int {
        accepted.wrappingAdd(1, ordering: .relaxed)
        return open.wrappingAdd(1, ordering: .relaxed).newValue
    }

    func connectionClosed() -> Int { open.wrappingSubtract(1, ordering: .relaxed).newValue }

    var connections: Int { open.load(ordering: .relaxed) }

    func malformed() { malformedRequests.wrappingAdd(1, ordering: .relaxed) }
    func handshakeFailed() { failedHandshakes.wrappingAdd(1, ordering: .relaxed) }
    func streamOpened() { openStreams.wrappingAdd(1, ordering: .relaxed) }
    func streamClosed() { openStreams.wrappingSubtract(1, ordering: .relaxed) }
    func streamDropped() { droppedStreams.wrappingAdd(1, ordering: .relaxed) }

    /// Appends the counts in the Prometheus text format.
    public func append(to writer: inout ByteWriter) {
        let loops = loops.withLock { $0 }
        header("parvis_http_requests_total", "counter", "Requests answered, by operation and class of status.", &writer)
        for operation in Operation.allCases {
            for statusClass in 0..<LoopCounts.statusClasses {
                let total = loops.reduce(0) { $0 + $1.answers(operation, statusClass: statusClass) }
                if total == 0 { continue }
                writer.append(
                    utf8:
                        "parvis_http_requests_total{operation=\"\(operation.name)\",status=\"\(statusClass + 1)xx\"} \(total)\n"
                )
            }
        }
        header(
            "parvis_http_request_seconds", "histogram", "Time from the last byte of a request to its answer.", &writer)
        var below = 0
        for (index, bound) in LoopCounts.bounds.enumerated() {
            below += loops.reduce(0) { $0 + $1.latencies(index) }
            writer.append(utf8: "parvis_http_request_seconds_bucket{le=\"\(Double(bound) / 1e6)\"} \(below)\n")
        }
        below += loops.reduce(0) { $0 + $1.latencies(LoopCounts.bounds.count) }
        writer.append(utf8: "parvis_http_request_seconds_bucket{le=\"+Inf\"} \(below)\n")
        let sum = Double(loops.reduce(0) { $0 + $1.latencySum }) / 1e6
        writer.append(utf8: "parvis_http_request_seconds_sum \(sum)\nparvis_http_request_seconds_count \(below)\n")
        single(
            "parvis_http_sent_bytes_total", "counter", "Bytes of answers.", loops.reduce(0) { $0 + $1.sentBytes },
            &writer)
        single("parvis_http_connections", "gauge", "Open connections.", connections, &writer)
        single(
            "parvis_http_connections_total", "counter", "Connections accepted.", accepted.load(ordering: .relaxed),
            &writer)
        single(
            "parvis_http_malformed_total", "counter", "Requests that were not HTTP as it is taken here.",
            malformedRequests.load(ordering: .relaxed), &writer)
        single(
            "parvis_tls_handshakes_failed_total", "counter", "TLS handshakes that failed.",
            failedHandshakes.load(ordering: .relaxed), &writer)
        single("parvis_streams", "gauge", "Open live streams.", openStreams.load(ordering: .relaxed), &writer)
        single(
            "parvis_streams_dropped_total", "counter", "Live streams reset because the client was too slow.",
            droppedStreams.load(ordering: .relaxed), &writer)
    }

    private func header(_ name: String, _ type: String, _ help: String, _ writer: inout ByteWriter) {
        writer.append(utf8: "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n")
    }

    private func single(_ name: String, _ type: String, _ help: String, _ value: Int, _ writer: inout ByteWriter) {
        header(name, type, help, &writer)
        writer.append(utf8: "\(name) \(value)\n")
    }
}
