import CMosquitto
import NGSILDClient

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A connection to one MQTT server as one user, and the messages on their way over it.
///
/// States: down -> connecting -> open -> down. While it is down it waits out a pause that doubles with each failure;
/// messages that come meanwhile wait with it. A message that was handed to a connection which then breaks fails, since
/// nobody knows whether it arrived; whoever sent it tries again.
///
/// Invariants:
/// 1. Touched on the thread of `MQTTLoop` only, so that libmosquitto is called by one thread at a time.
/// 2. `handle` is there exactly while the state is not down.
/// 3. libmosquitto holds `self` unretained. It calls back only from inside its own functions, all of which are called
///    here, by methods of `self`, and it is destroyed before `self` goes: so `self` is alive in every callback. Callbacks
///    only take notes (`connectAnswer`, `confirmed`, `farewell`); what follows from them is done after the function that
///    called back has returned.
/// 4. Each message is answered exactly once: when it leaves `waiting` or `pending`, and it is in one of them only.
final class MQTTConnection {
    enum Phase { case down(until: ContinuousClock.Instant), connecting(until: ContinuousClock.Instant), open }

    let server: MQTTEndpoint.Server
    /// As messages name the server.
    let name: String
    private let configuration: MQTTPublisher.Configuration
    /// Where the server is; checked. The next attempt to connect goes there.
    var address: NetworkAddress
    private(set) var phase: Phase
    private var handle: OpaquePointer?
    /// TLS's context, the handle's own; `nil` without a handle.
    private var tls: OpaquePointer?
    private var waiting: [MQTTMessage] = []
    /// By libmosquitto's number of the message.
    private var pending: [Int32: MQTTMessage] = [:]
    /// Messages that timed out and that libmosquitto still has.
    private var abandoned = 0
    /// No message ends its time before this; may be too early.
    private var earliestEnd: ContinuousClock.Instant?
    private var failures = 0
    private(set) var lastUse: ContinuousClock.Instant

    /// Whether the socket has said something: it is connected, or has failed.
    private var isReachable = false
    private var connectAnswer: Int32?
    private var confirmed: [(number: Int32, reason: Int32)] = []
    private var farewell: Int32?

    private static let abandonedLimit = 100
    private static let longestPause = Duration.seconds(10)

    init(
        _ endpoint: MQTTEndpoint, at address: NetworkAddress, configuration: MQTTPublisher.Configuration,
        now: ContinuousClock.Instant
    ) {
        server = endpoint.server
        name = endpoint.serverName
        self.address = address
        self.configuration = configuration
        phase = .down(until: now)
        lastUse = now
    }

    deinit {
        if let handle { mosquitto_destroy(handle) }
    }

    var isIdle: Bool { waiting.isEmpty && pending.isEmpty }

    // MARK: Messages

    func add(_ message: MQTTMessage, now: ContinuousClock.Instant) {
        lastUse = now
        earliestEnd = min(earliestEnd ?? message.end, message.end)
        waiting.append(message)
        switch phase {
        case .down(let until): if until <= now { connect(now) }
        case .connecting: break
        case .open:
            sendWaiting(now)
            settle(MOSQ_ERR_SUCCESS.rawValue, now)
        }
    }

    /// Gives a message up, if it is here; it may arrive all the same.
    func cancel(_ id: UInt64) {
        if let place = waiting.firstIndex(where: { $0.id == id }) {
            waiting.remove(at: place).answer(.closed)
        } else if let entry = pending.first(where: { $0.value.id == id }) {
            pending[entry.key] = nil
            abandoned += 1
            entry.value.answer(.closed)
        }
    }

    private func sendWaiting(_ now: ContinuousClock.Instant) {
        guard let handle else { return }
        let messages = waiting
        waiting = []
        for message in messages {
            var number: Int32 = 0
            let code = message.payload.withUnsafeBytes { bytes in
                mosquitto_publish_v5(
                    handle, &number, message.topic, Int32(clamping: bytes.count), bytes.baseAddress,
                    message.qos.rawValue, message.isRetained, nil)
            }
            if let error = publishError(code) { message.answer(error) } else { pending[number] = message }
        }
    }

    // MARK: Coming and going

    private func connect(_ now: ContinuousClock.Instant) {
        let clientID = "parvis" + String(UInt64.random(in: .min ... .max), radix: 36)
        guard let handle = mosquitto_new(clientID, true, Unmanaged.passUnretained(self).toOpaque()) else {
            return lose(.unreachable("there is no memory for a connection to \(name)"), now)
        }
        self.handle = handle
        connectAnswer = nil
        farewell = nil
        isReachable = false
        phase = .connecting(until: now + configuration.connectTimeout)
        mosquitto_int_option(
            handle, MOSQ_OPT_PROTOCOL_VERSION, server.version == .v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311)
        mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1)
        if let user = server.user { mosquitto_username_pw_set(handle, user, server.password) }
        do throws(MQTTError) {
            tls = try configuration.trust.secure(handle, host: server.isSecure ? server.host : nil)
        } catch {
            return lose(error, now)
        }
        setCallbacks(handle)
        let code = mosquitto_connect_async(
            handle, address.description, Int32(server.port), Int32(configuration.keepAlive.components.seconds))
        // A server that answers at once may have failed the handshake already.
        if code == MOSQ_ERR_TLS.rawValue { return lose(untrusted, now) }
        let reason = code == MOSQ_ERR_SUCCESS.rawValue ? "" : MQTTReason.text(code)
        if !reason.isEmpty { lose(.unreachable("\(name) cannot be reached: \(reason)"), now) }
    }

    private func setCallbacks(_ handle: OpaquePointer) {
        mosquitto_connect_v5_callback_set(handle) { _, me, code, _, _ in
            MQTTConnection.from(me)?.connectAnswer = code
        }
        mosquitto_publish_v5_callback_set(handle) { _, me, number, reason, _ in
            MQTTConnection.from(me)?.confirmed.append((number, reason))
        }
        mosquitto_disconnect_v5_callback_set(handle) { _, me, code, _ in
            MQTTConnection.from(me)?.farewell = code
        }
    }

    private static func from(_ pointer: UnsafeMutableRawPointer?) -> MQTTConnection? {
        pointer.map { Unmanaged<MQTTConnection>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Ends the connection; all messages on their way fail.
    private func lose(_ error: MQTTError, _ now: ContinuousClock.Instant) {
        tls = nil
        if let handle { mosquitto_destroy(handle) }
        handle = nil
        failures += 1
        let doubled = Duration.milliseconds(250) * (1 << min(failures - 1, 10))
        let pause = min(doubled, Self.longestPause) * Double.random(in: 0.75...1)
        phase = .down(until: now + pause)
        failAll(error)
    }

    /// Says goodbye to the server; messages on their way fail.
    func close() {
        if let handle {
            if case .open = phase { mosquitto_disconnect(handle) }
            mosquitto_destroy(handle)
        }
        tls = nil
        handle = nil
        phase = .down(until: .now)
        failAll(.closed)
    }

    private func failAll(_ error: MQTTError) {
        let messages = waiting + pending.values
        waiting = []
        pending = [:]
        confirmed = []
        abandoned = 0
        earliestEnd = nil
        for message in messages { message.answer(error) }
    }

    // MARK: The loop's calls

    /// What to poll for; `nil` while there is no connection.
    var interest: (descriptor: Int32, wantsWriting: Bool)? {
        guard let handle else { return nil }
        let descriptor = mosquitto_socket(handle)
        guard descriptor >= 0 else { return nil }
        if !isReachable { return (descriptor, true) }
        let handshake = parvis_tls_handshake_wants_writing(mosquitto_ssl_get(handle))
        return (descriptor, handshake < 0 ? mosquitto_want_write(handle) : handshake == 1)
    }

    /// Reads and writes what can be.
    func ready(now: ContinuousClock.Instant) {
        guard let handle else { return }
        if case .connecting = phase, let reason = Self.fault(of: mosquitto_socket(handle), peeks: server.isSecure) {
            return lose(.unreachable("\(name) cannot be reached: \(reason)"), now)
        }
        isReachable = true
        var code = mosquitto_loop_read(handle, 1)
        if code == MOSQ_ERR_SUCCESS.rawValue, mosquitto_socket(handle) >= 0, mosquitto_want_write(handle) {
            code = mosquitto_loop_write(handle, 1)
        }
        settle(code, now)
    }

    /// What a socket that does not connect suffers from.
    private static func fault(of socket: Int32, peeks: Bool) -> String? {
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 else { return nil }
        if error != 0 { return String(cString: strerror(error)) }
        // OpenSSL reports the end of a connection inside a handshake to libmosquitto in a way that it takes for nothing.
        var byte: UInt8 = 0
        let isClosed = peeks && recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) == 0
        return isClosed ? "the connection is closed before TLS is agreed on" : nil
    }

    /// Does what the callbacks noted, and what a code of libmosquitto's means.
    private func settle(_ code: Int32, _ now: ContinuousClock.Instant) {
        let reason = code == MOSQ_ERR_SUCCESS.rawValue ? nil : MQTTReason.text(code)
        if let answer = connectAnswer {
            connectAnswer = nil
            if answer != 0 { return lose(MQTTReason.refusal(answer, of: name, server.version), now) }
            phase = .open
            failures = 0
            sendWaiting(now)
        }
        settleConfirmed()
        guard let handle else { return }
        if code == MOSQ_ERR_TLS.rawValue {
            lose(untrusted, now)
        } else if let reason {
            lose(.unreachable("\(name): \(reason)"), now)
        } else if mosquitto_socket(handle) < 0 {
            let reason = farewell.map { MQTTReason.text(reason: $0) } ?? "the connection was lost"
            lose(.unreachable("\(name): \(reason)"), now)
        }
    }

    private var untrusted: MQTTError { MQTTTrust.untrusted(name, tls) }

    private func settleConfirmed() {
        while !confirmed.isEmpty {
            let notes = confirmed
            confirmed = []
            for (number, reason) in notes {
                guard let message = pending.removeValue(forKey: number) else {
                    abandoned = max(0, abandoned - 1)
                    continue
                }
                message.answer(refusal(ofMessage: reason))
            }
        }
    }

    /// Keeps the connection alive, and ends what takes too long.
    func tick(now: ContinuousClock.Instant) {
        if let handle, case .open = phase { settle(mosquitto_loop_misc(handle), now) }
        expire(now)
        switch phase {
        case .connecting(let until) where until <= now:
            lose(.timedOut("\(name) does not accept a connection in time"), now)
        case .down(let until) where until <= now && !waiting.isEmpty: connect(now)
        case .open where abandoned > Self.abandonedLimit:
            lose(.timedOut("\(name) does not confirm messages"), now)
        default: break
        }
    }

    private func expire(_ now: ContinuousClock.Instant) {
        guard let earliest = earliestEnd, earliest <= now else { return }
        let late = waiting.filter { $0.end <= now }
        waiting.removeAll { $0.end <= now }
        for message in late { message.answer(.timedOut("\(name) cannot be reached in time")) }
        for (number, message) in pending where message.end <= now {
            pending[number] = nil
            abandoned += 1
            message.answer(.timedOut("\(name) does not confirm the message in time"))
        }
        earliestEnd = (waiting.map(\.end) + pending.values.map(\.end)).min()
    }

    func isDue(_ now: ContinuousClock.Instant) -> Bool { nextTick.map { $0 <= now } ?? false }

    /// When `tick` has something to do, apart from keeping alive.
    var nextTick: ContinuousClock.Instant? {
        let own: ContinuousClock.Instant? =
            switch phase {
            case .connecting(let until): until
            case .down(let until): waiting.isEmpty ? nil : until
            case .open: nil
            }
        guard let own, let earliestEnd else { return own ?? earliestEnd }
        return min(own, earliestEnd)
    }
}
