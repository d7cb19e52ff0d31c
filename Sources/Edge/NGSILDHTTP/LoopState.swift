import JSONTree
import NGSILDModel
import NGSILDOperations
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the connections of one event loop share: the writer that answers are rendered into, the date, the replies.
///
/// `@unchecked Sendable`: everything but `deliver`, `startSweeping` and `beginClosing` is touched on the loop only.
final class LoopState: ReplyScheduler, @unchecked Sendable {
    let eventLoop: any EventLoop
    /// Answers are rendered here, one at a time, then copied out.
    var writer = ByteWriter(capacity: 64 << 10)
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]
    private var dateSecond: Int64 = -1
    private var dateText: [UInt8] = []
    private var touched: [HTTPConnection] = []

    init(loop: any EventLoop) { eventLoop = loop }

    func add(_ connection: HTTPConnection) { connections[ObjectIdentifier(connection)] = connection }

    func remove(_ connection: HTTPConnection) { connections[ObjectIdentifier(connection)] = nil }

    /// Runs the committer's replies, all in one wake of the loop, and flushes each connection once.
    func deliver(_ replies: [@Sendable () -> Void]) {
        eventLoop.execute { [self] in
            for reply in replies { reply() }
            let connections = touched
            touched.removeAll(keepingCapacity: true)
            for connection in connections { connection.flushAnswers() }
        }
    }

    /// Remembers a connection that has answers to flush at the end of `deliver`.
    func touch(_ connection: HTTPConnection) { touched.append(connection) }

    /// The value of the header `Date`, made once a second.
    func date() -> [UInt8] {
        let now = Timestamp.now().microseconds / 1_000_000
        if now != dateSecond {
            dateSecond = now
            dateText = Array(LoopState.httpDate(now).utf8)
        }
        return dateText
    }

    /// - Source: RFC 9110 section 5.6.7, IMF-fixdate.
    static func httpDate(_ second: Int64) -> String {
        var time = time_t(second)
        var parts = tm()
        gmtime_r(&time, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(days[Int(parts.tm_wday) % 7]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon) % 12]) "
            + "\(parts.tm_year + 1900) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }

    /// Closes connections that sent nothing for too long, and drives streams. Runs until the loop ends.
    func startSweeping(_ configuration: HTTPServer.Configuration) {
        eventLoop.execute { [self] in
            _ = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { [self] _ in
                let now = NIODeadline.now()
                for connection in connections.values { connection.closeIfIdle(now, configuration) }
            }
        }
    }

    /// Lets each connection close after the answers it owes.
    func beginClosing() {
        eventLoop.execute { [self] in
            for connection in connections.values { connection.closeWhenAnswered() }
        }
    }

    static func pause(milliseconds: UInt32) { usleep(milliseconds * 1000) }
}
