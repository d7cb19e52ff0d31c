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

    private let handle: OpaquePointer
    private let subscribed = Mutex<CheckedContinuation<Bool, Never>?>(nil)
    let messages: AsyncStream<Message>
    private let teller: AsyncStream<Message>.Continuation
    private let topic: String

    /// Returns once it is subscribed.
    static func start(
        port: Int, topic: String = "#", user: String? = nil, password: String? = nil,
        certificates folder: String? = nil
    ) async throws -> MQTTReceiver {
        let receiver = try MQTTReceiver(topic)
        let isSubscribed = await withCheckedContinuation { continuation in
            receiver.subscribed.withLock { $0 = continuation }
            if let user { mosquitto_username_pw_set(receiver.handle, user, password) }
            if let folder {
                mosquitto_tls_set(
                    receiver.handle, folder + "/ca.pem", nil, folder + "/client.pem", folder + "/client.key", nil)
            }
            let host = folder == nil ? "127.0.0.1" : "localhost"
            if mosquitto_connect(receiver.handle, host, Int32(port), 60) != MOSQ_ERR_SUCCESS.rawValue {
                receiver.tell(false)
            } else {
                mosquitto_loop_start(receiver.handle)
            }
        }
        if !isSubscribed { throw MosquittoServer.Failure(description: "the receiver cannot subscribe") }
        return receiver
    }

    private init(_ topic: String) throws {
        mosquitto_lib_init()
        (messages, teller) = AsyncStream.makeStream()
        self.topic = topic
        guard let handle = mosquitto_new(nil, true, nil) else {
            throw MosquittoServer.Failure(description: "mosquitto_new")
        }
        self.handle = handle
        // Destroyed, with its thread ended, in deinit.
        mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
        mosquitto_connect_callback_set(handle) { handle, me, code in
            guard let receiver = MQTTReceiver.from(me) else { return }
            if code != 0 { return receiver.tell(false) }
            mosquitto_subscribe(handle, nil, receiver.topic, 2)
        }
        mosquitto_subscribe_callback_set(handle) { _, me, _, _, _ in MQTTReceiver.from(me)?.tell(true) }
        mosquitto_message_callback_set(handle) { _, me, message in
            guard let receiver = MQTTReceiver.from(me), let message = message?.pointee else { return }
            let payload = UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen))
            receiver.teller.yield(
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

    private static func from(_ pointer: UnsafeMutableRawPointer?) -> MQTTReceiver? {
        pointer.map { Unmanaged<MQTTReceiver>.fromOpaque($0).takeUnretainedValue() }
    }

    private func tell(_ isSubscribed: Bool) {
        let waiting = subscribed.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        waiting?.resume(returning: isSubscribed)
    }

    /// The next message.
    func next() async -> Message? {
        for await message in messages { return message }
        return nil
    }
}
