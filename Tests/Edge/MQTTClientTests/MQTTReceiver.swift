import CMosquitto
import Foundation
import RealMosquitto
import Synchronization

/// Receives what a server is sent, as any subscriber of it does.
///
/// `@unchecked Sendable`: libmosquitto's thread only calls back; notes are kept under a lock.
final class MQTTReceiver: @unchecked Sendable {
    struct Message: Equatable, Sendable {
        let topic: String
        let payload: String
        let qos: Int32
        let isRetained: Bool
    }

    /// What libmosquitto's thread works with. It never holds the receiver, whose end waits for that thread.
    private final class Inbox: Sendable {
        let topic: String
        let subscribed = Mutex<CheckedContinuation<Bool, Never>?>(nil)
        let teller: AsyncStream<Message>.Continuation

        init(_ topic: String, _ teller: AsyncStream<Message>.Continuation) {
            self.topic = topic
            self.teller = teller
        }

        static func from(_ pointer: UnsafeMutableRawPointer?) -> Inbox? {
            pointer.map { Unmanaged<Inbox>.fromOpaque($0).takeUnretainedValue() }
        }

        func tell(_ isSubscribed: Bool) {
            let waiting = subscribed.withLock { waiting in
                defer { waiting = nil }
                return waiting
            }
            waiting?.resume(returning: isSubscribed)
        }
    }

    private let handle: OpaquePointer
    private let inbox: Inbox
    let messages: AsyncStream<Message>

    /// Returns once it is subscribed.
    static func start(
        port: Int, topic: String = "#", user: String? = nil, password: String? = nil,
        certificates folder: String? = nil
    ) async throws -> MQTTReceiver {
        let receiver = try MQTTReceiver(topic)
        let isSubscribed = await withCheckedContinuation { continuation in
            receiver.inbox.subscribed.withLock { $0 = continuation }
            if let user { mosquitto_username_pw_set(receiver.handle, user, password) }
            if let folder {
                mosquitto_tls_set(
                    receiver.handle, folder + "/ca.pem", nil, folder + "/client.pem", folder + "/client.key", nil)
            }
            let host = folder == nil ? "127.0.0.1" : "localhost"
            if mosquitto_connect(receiver.handle, host, Int32(port), 60) != MOSQ_ERR_SUCCESS.rawValue {
                receiver.inbox.tell(false)
            } else {
                mosquitto_loop_start(receiver.handle)
            }
        }
        if !isSubscribed { throw MosquittoServer.Failure(description: "the receiver cannot subscribe") }
        return receiver
    }

    private init(_ topic: String) throws {
        mosquitto_lib_init()
        let (messages, teller) = AsyncStream<Message>.makeStream()
        self.messages = messages
        inbox = Inbox(topic, teller)
        guard let handle = mosquitto_new(nil, true, nil) else {
            throw MosquittoServer.Failure(description: "mosquitto_new")
        }
        self.handle = handle
        // The thread ends in deinit, before the inbox does.
        mosquitto_user_data_set(handle, Unmanaged.passUnretained(inbox).toOpaque())
        mosquitto_connect_callback_set(handle) { handle, me, code in
            guard let inbox = Inbox.from(me) else { return }
            if code != 0 { return inbox.tell(false) }
            mosquitto_subscribe(handle, nil, inbox.topic, 2)
        }
        mosquitto_subscribe_callback_set(handle) { _, me, _, _, _ in Inbox.from(me)?.tell(true) }
        mosquitto_message_callback_set(handle) { _, me, message in
            guard let inbox = Inbox.from(me), let message = message?.pointee else { return }
            let payload = UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen))
            inbox.teller.yield(
                Message(
                    topic: String(cString: message.topic), payload: String(decoding: payload, as: UTF8.self),
                    qos: message.qos, isRetained: message.retain))
        }
    }

    deinit {
        mosquitto_disconnect(handle)
        mosquitto_loop_stop(handle, true)
        mosquitto_destroy(handle)
    }

    /// The next message.
    func next() async -> Message? {
        for await message in messages { return message }
        return nil
    }
}
