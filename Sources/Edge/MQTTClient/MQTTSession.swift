import CMosquitto

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One connection of a subscriber, from the attempt to its end.
///
/// Invariants:
/// 1. Used on one thread; libmosquitto calls back only from inside its own functions, all of which are called here, and
///    is destroyed before `self` goes. Callbacks only take notes.
/// 2. `mosquitto_loop_write` is called only while `messages` is empty, so while all that was read is kept. libmosquitto
///    queues the acknowledgement of a message before it hands the message over; as it is told that the program has threads
///    (`mosquitto_threaded_set`), that queue is written by `mosquitto_loop_write` and by nothing else. So nothing is
///    acknowledged that is not kept.
/// 3. What is still queued when the handle is destroyed is never sent, and the server delivers those messages again.
final class MQTTSession {
    private let configuration: MQTTSubscriber.Configuration
    private let handler: @Sendable ([MQTTIncoming]) -> Bool
    private let note: ((inout MQTTSubscriber.Status) -> Void) -> Void
    private let handle: OpaquePointer
    private var tls: OpaquePointer?
    private(set) var wasSubscribed = false

    private var messages: [MQTTIncoming] = []
    private var bytes = 0
    private var connectAnswer: Int32?
    private var farewell: Int32?
    /// Filters by the number of the request that is not answered yet.
    private var requests: [Int32: String] = [:]
    private var answered: [(number: Int32, granted: Int32)] = []

    /// - Returns: `nil` when there is no memory.
    init?(
        _ configuration: MQTTSubscriber.Configuration, handler: @escaping @Sendable ([MQTTIncoming]) -> Bool,
        note: @escaping ((inout MQTTSubscriber.Status) -> Void) -> Void
    ) {
        self.configuration = configuration
        self.handler = handler
        self.note = note
        guard let handle = mosquitto_new(configuration.clientID, false, nil) else { return nil }
        self.handle = handle
        mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
        setCallbacks()
    }

    deinit { mosquitto_destroy(handle) }

    private var name: String { configuration.server.name }

    // MARK: Coming and going

    /// Connects, subscribes and takes messages until the connection is lost or `isStopped` says so after a ring.
    ///
    /// - Returns: why it ended; `nil` when it was stopped.
    func serve(_ bell: MQTTBell, isStopped: () -> Bool) -> MQTTError? {
        if let error = connect() { return error }
        note { $0.phase = .subscribing }
        let deadline = ContinuousClock.now + configuration.connectTimeout
        var lastMisc = ContinuousClock.now
        while true {
            let isReady = wait(bell)
            if isStopped() {
                leave()
                return nil
            }
            var code = isReady ? read() : MOSQ_ERR_SUCCESS.rawValue
            guard keep() else {
                note { $0.returnedBatches += 1 }
                return .unreachable("what it sent could not be kept, so that it is asked to send it again")
            }
            if let error = settle(code) { return error }
            let now = ContinuousClock.now
            if now - lastMisc >= .seconds(1) {
                lastMisc = now
                code = mosquitto_loop_misc(handle)
            }
            if code == MOSQ_ERR_SUCCESS.rawValue, mosquitto_socket(handle) >= 0, mosquitto_want_write(handle) {
                code = mosquitto_loop_write(handle, 1)
            }
            if let error = settle(code) { return error }
            if !wasSubscribed, now > deadline { return .timedOut("\(name) does not answer in time") }
        }
    }

    private func connect() -> MQTTError? {
        let server = configuration.server
        mosquitto_threaded_set(handle, true)
        mosquitto_int_option(
            handle, MOSQ_OPT_PROTOCOL_VERSION, server.version == .v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311)
        mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1)
        mosquitto_int_option(
            handle, MOSQ_OPT_RECEIVE_MAXIMUM, Int32(clamping: max(1, min(configuration.batchMessages, 65_535))))
        if let user = server.user { mosquitto_username_pw_set(handle, user, server.password) }
        do throws(MQTTError) {
            tls = try configuration.trust.secure(handle, host: server.isSecure ? server.host : nil)
        } catch { return error }
        var properties: OpaquePointer?
        defer { mosquitto_property_free_all(&properties) }
        if server.version == .v5 {
            // MQTT 5.0 sections 3.1.2.11.2 and 3.1.2.11.4; the limit in flight is the option above.
            let lifetime = UInt32(clamping: configuration.sessionLifetime.components.seconds)
            mosquitto_property_add_int32(
                &properties, Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue), max(1, lifetime))
            mosquitto_property_add_int32(
                &properties, Int32(MQTT_PROP_MAXIMUM_PACKET_SIZE.rawValue), UInt32(clamping: configuration.packetBytes))
        }
        let code = mosquitto_connect_bind_v5(
            handle, server.host, Int32(server.port),
            Int32(clamping: max(5, configuration.keepAlive.components.seconds)),
            nil, properties)
        if code == MOSQ_ERR_SUCCESS.rawValue { return nil }
        if code == MOSQ_ERR_TLS.rawValue { return MQTTTrust.untrusted(name, tls) }
        return .unreachable("\(name) cannot be reached: \(MQTTReason.text(code))")
    }

    /// Says goodbye, after all that was acknowledged is written.
    private func leave() {
        mosquitto_disconnect(handle)
        if mosquitto_socket(handle) >= 0 { mosquitto_loop_write(handle, 1) }
    }

    private func subscribe() -> MQTTError? {
        // Retained messages come with a new subscription only; MQTT 3.1.1 cannot be asked for that.
        let options = configuration.server.version == .v5 ? Int32(MQTT_SUB_OPT_SEND_RETAIN_NEW.rawValue) : 0
        for filter in configuration.filters {
            var number: Int32 = 0
            let code = mosquitto_subscribe_v5(handle, &number, filter, 1, options, nil)
            guard code == MOSQ_ERR_SUCCESS.rawValue else {
                return .refused("\(name) cannot be asked for \(filter): \(MQTTReason.text(code))")
            }
            requests[number] = filter
        }
        return nil
    }

    // MARK: Messages

    /// Waits for the socket or the bell, a second at most.
    private func wait(_ bell: MQTTBell) -> Bool {
        let handshake = parvis_tls_handshake_wants_writing(mosquitto_ssl_get(handle))
        let wantsWriting = handshake < 0 ? mosquitto_want_write(handle) : handshake == 1
        var polled = [
            pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(
                fd: mosquitto_socket(handle), events: Int16(wantsWriting ? POLLIN | POLLOUT : POLLIN), revents: 0),
        ]
        return poll(&polled, 2, 1_000) > 0 && polled[1].revents != 0
    }

    /// Takes packets while there are any, up to a batch.
    private func read() -> Int32 {
        while true {
            let before = messages.count
            let code = mosquitto_loop_read(handle, 1)
            if code != MOSQ_ERR_SUCCESS.rawValue || messages.count == before { return code }
            if messages.count >= configuration.batchMessages || bytes >= configuration.batchBytes { return code }
        }
    }

    /// Hands over what was read; afterwards it may be acknowledged.
    private func keep() -> Bool {
        if messages.isEmpty { return true }
        let batch = messages
        messages = []
        bytes = 0
        return handler(batch)
    }

    /// Does what the callbacks noted, and what a code of libmosquitto's means.
    private func settle(_ code: Int32) -> MQTTError? {
        let reason = code == MOSQ_ERR_SUCCESS.rawValue ? nil : MQTTReason.text(code)
        if let answer = connectAnswer {
            connectAnswer = nil
            if answer != 0 { return MQTTReason.refusal(answer, of: name, configuration.server.version) }
            if let error = subscribe() { return error }
        }
        settleAnswered()
        if code == MOSQ_ERR_TLS.rawValue { return MQTTTrust.untrusted(name, tls) }
        if let reason { return .unreachable("\(name): \(reason)") }
        if mosquitto_socket(handle) < 0 {
            return .unreachable("\(name): \(farewell.map { MQTTReason.text(reason: $0) } ?? "the connection was lost")")
        }
        return nil
    }

    private func settleAnswered() {
        for (number, granted) in answered {
            guard let filter = requests.removeValue(forKey: number) else { continue }
            // 3.9.3 in both versions: from 0x80 on the server refuses.
            if granted >= 0x80 {
                note { status in
                    if !status.refusedFilters.contains(filter) { status.refusedFilters.append(filter) }
                }
            } else {
                note { status in status.refusedFilters.removeAll { $0 == filter } }
            }
        }
        guard !answered.isEmpty else { return }
        answered = []
        if requests.isEmpty, !wasSubscribed {
            wasSubscribed = true
            note { status in
                status.phase = .subscribed
                status.reason = nil
                status.connections += 1
            }
        }
    }

    // MARK: Callbacks

    private func setCallbacks() {
        mosquitto_connect_v5_callback_set(handle) { _, me, code, _, _ in MQTTSession.from(me)?.connectAnswer = code }
        mosquitto_disconnect_v5_callback_set(handle) { _, me, code, _ in MQTTSession.from(me)?.farewell = code }
        mosquitto_subscribe_v5_callback_set(handle) { _, me, number, count, granted, _ in
            guard let granted, count > 0 else { return }
            MQTTSession.from(me)?.answered.append((number, granted[0]))
        }
        mosquitto_message_v5_callback_set(handle) { _, me, message, _ in
            guard let session = MQTTSession.from(me), let message = message?.pointee, let topic = message.topic else {
                return
            }
            let payload = UnsafeRawBufferPointer(start: message.payload, count: Int(max(0, message.payloadlen)))
            session.bytes += payload.count
            session.messages.append(
                MQTTIncoming(
                    topic: String(cString: topic), payload: Array(payload), isAcknowledged: message.qos > 0,
                    isRetained: message.retain))
        }
    }

    private static func from(_ pointer: UnsafeMutableRawPointer?) -> MQTTSession? {
        pointer.map { Unmanaged<MQTTSession>.fromOpaque($0).takeUnretainedValue() }
    }
}
