import CMosquitto
import NGSILDClient
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The thread that all MQTT connections live on: it waits for their sockets and for commands, and calls libmosquitto.
///
/// One thread serves all connections, since nothing on it blocks: names were looked up before, connections are made
/// without waiting, and sockets are written as far as they take. libmosquitto is never called from anywhere else.
final class MQTTLoop: Sendable {
    enum Command: Sendable {
        case publish(MQTTEndpoint, NetworkAddress, MQTTMessage)
        case cancel(UInt64)
        case stop(CheckedContinuation<Void, Never>?)
    }

    private struct Inbox {
        var commands: [Command] = []
        var isRunning = false
        var isClosed = false
    }

    private let configuration: MQTTPublisher.Configuration
    private let inbox = Mutex(Inbox())
    /// Rings when there are commands.
    private let bell = MQTTBell()

    init(_ configuration: MQTTPublisher.Configuration) {
        self.configuration = configuration
    }

    /// Hands a command to the thread, which starts with the first one.
    func submit(_ command: Command) {
        let (isTaken, mustStart) = inbox.withLock { inbox -> (Bool, Bool) in
            if inbox.isClosed || !bell.works { return (false, false) }
            if case .stop = command { inbox.isClosed = true }
            inbox.commands.append(command)
            defer { inbox.isRunning = true }
            return (true, !inbox.isRunning)
        }
        guard isTaken else { return Self.refuse(command) }
        if mustStart {
            MQTTThread.start("parvis-mqtt") { [self] in run() }
        } else {
            bell.ring()
        }
    }

    private static func refuse(_ command: Command) {
        switch command {
        case .publish(_, _, let message): message.answer(.closed)
        case .cancel: break
        case .stop(let caller): caller?.resume()
        }
    }

    // MARK: On the thread

    private func run() {
        var connections: [MQTTEndpoint.Server: MQTTConnection] = [:]
        var lastSweep = ContinuousClock.now
        while true {
            let commands = inbox.withLock { inbox in
                defer { inbox.commands = [] }
                return inbox.commands
            }
            var stopping: [CheckedContinuation<Void, Never>?] = []
            for command in commands {
                switch command {
                case .publish(let endpoint, let address, let message):
                    publish(message, endpoint, address, in: &connections)
                case .cancel(let id): for connection in connections.values { connection.cancel(id) }
                case .stop(let caller): stopping.append(caller)
                }
            }
            if !stopping.isEmpty {
                for connection in connections.values { connection.close() }
                for caller in stopping { caller?.resume() }
                return
            }
            wait(for: Array(connections.values))
            let now = ContinuousClock.now
            for connection in connections.values where now - lastSweep >= .seconds(1) || connection.isDue(now) {
                connection.tick(now: now)
            }
            if now - lastSweep >= .seconds(1) {
                lastSweep = now
                for (server, connection) in connections
                where connection.isIdle && now - connection.lastUse > configuration.idleTime {
                    connection.close()
                    connections[server] = nil
                }
            }
        }
    }

    private func publish(
        _ message: MQTTMessage, _ endpoint: MQTTEndpoint, _ address: NetworkAddress,
        in connections: inout [MQTTEndpoint.Server: MQTTConnection]
    ) {
        let now = ContinuousClock.now
        let server = endpoint.server
        if let connection = connections[server] {
            connection.address = address
            return connection.add(message, now: now)
        }
        if connections.count >= configuration.connectionLimit {
            let idle = connections.values.filter(\.isIdle).min { $0.lastUse < $1.lastUse }
            guard let idle else {
                return message.answer(
                    .unreachable("as many connections to MQTT servers are open as are taken; all of them are in use"))
            }
            idle.close()
            connections[idle.server] = nil
        }
        let connection = MQTTConnection(endpoint, at: address, configuration: configuration, now: now)
        connections[server] = connection
        connection.add(message, now: now)
    }

    /// Waits for a socket, a command, or the next thing that is due, and serves the sockets.
    private func wait(for connections: [MQTTConnection]) {
        var polled = [pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0)]
        var owners: [MQTTConnection] = []
        var due: ContinuousClock.Instant?
        for connection in connections {
            if let next = connection.nextTick { due = min(due ?? next, next) }
            guard let interest = connection.interest else { continue }
            let events = interest.wantsWriting ? POLLIN | POLLOUT : POLLIN
            polled.append(pollfd(fd: interest.descriptor, events: Int16(events), revents: 0))
            owners.append(connection)
        }
        // Without connections only a command can bring something to do.
        var milliseconds = connections.isEmpty ? -1 : 1_000
        if let due {
            let (seconds, attoseconds) = (due - .now).components
            milliseconds = max(
                0, min(milliseconds, Int(clamping: seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000) + 1))
        }
        guard poll(&polled, nfds_t(polled.count), Int32(milliseconds)) > 0 else { return }
        if polled[0].revents != 0 { bell.silence() }
        let now = ContinuousClock.now
        for (connection, entry) in zip(owners, polled.dropFirst()) where entry.revents != 0 {
            connection.ready(now: now)
        }
    }
}
