import JSONTree
import NGSILDClient
import Synchronization

@testable import NotificationDelivery

/// Takes notifications as a test tells it, and remembers them.
final class ScriptedTransport: NotificationTransport {
    struct Post: Sendable {
        let uri: String
        let headers: [String: String]
        let body: [UInt8]

        var json: String { String(decoding: body, as: UTF8.self) }
    }

    private struct State {
        var posts: [Post] = []
        var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    /// Called with the post and its number, from 0.
    private let answer: @Sendable (Post, Int) async throws(OutgoingHTTPError) -> Int

    init(_ answer: @escaping @Sendable (Post, Int) async throws(OutgoingHTTPError) -> Int = { _, _ in 200 }) {
        self.answer = answer
    }

    var posts: [Post] { state.withLock { $0.posts } }

    func posts(to uri: String) -> [Post] { posts.filter { $0.uri == uri } }

    /// Waits until so many posts came.
    func arrival(of count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.posts.count >= count { return true }
                state.waiting.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func deliver(_ message: NotificationMessage) async throws(NotificationFailure) {
        try await message.deliver { () async throws(OutgoingHTTPError) in try await post(message) }
    }

    private func post(_ message: NotificationMessage) async throws(OutgoingHTTPError) -> Int {
        let post = Post(
            uri: message.uri, headers: Dictionary(message.headers.map { ($0.name, $0.value) }) { $1 },
            body: message.body)
        let (number, ready) = state.withLock { state in
            state.posts.append(post)
            let count = state.posts.count
            let ready = state.waiting.filter { $0.count <= count }
            state.waiting.removeAll { $0.count <= count }
            return (count - 1, ready)
        }
        for waiter in ready { waiter.continuation.resume() }
        return try await answer(post, number)
    }
}
