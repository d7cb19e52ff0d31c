import NGSILDOperations
import Synchronization
import Testing

@testable import NotificationDelivery

struct NotificationStreamsTests {
    private func deliver(_ streams: NotificationStreams, _ text: String, _ subscription: String = "s") async throws {
        try await streams.deliver(
            NotificationMessage(
                subscription: subscription, uri: NotificationStreams.uri, headers: [], body: Array(text.utf8)))
    }

    private func texts(_ notifications: [StreamedNotification]?) -> [String]? {
        notifications?.map { String(decoding: $0.body, as: UTF8.self) }
    }

    @Test func `a reader goes on where it was, without a gap and without a second time`() async throws {
        let streams = NotificationStreams()
        var place = streams.newestPlace(subscription: "s", tenant: "")
        for number in 1...5 { try await deliver(streams, "\(number)") }
        var read: [String] = []
        while let next = streams.notifications(subscription: "s", tenant: "", after: place, limit: 2), !next.isEmpty {
            read += texts(next) ?? []
            place = try #require(next.last?.place)
        }
        #expect(read == ["1", "2", "3", "4", "5"])
        #expect(place == streams.newestPlace(subscription: "s", tenant: ""))
        #expect(streams.notifications(subscription: "s", tenant: "other", after: place, limit: 2) == nil)
    }

    @Test func `a place that is no longer kept, or of another process, is none`() async throws {
        var configuration = NotificationStreams.Configuration()
        configuration.countLimit = 3
        let streams = NotificationStreams(configuration: configuration)
        let first = streams.newestPlace(subscription: "s", tenant: "")
        for number in 1...3 { try await deliver(streams, "\(number)") }
        #expect(texts(streams.notifications(subscription: "s", tenant: "", after: first, limit: 9)) == ["1", "2", "3"])
        try await deliver(streams, "4")
        #expect(streams.notifications(subscription: "s", tenant: "", after: first, limit: 9) == nil)
        let epoch = first.prefix { $0 != "-" }
        #expect(texts(streams.notifications(subscription: "s", tenant: "", after: "\(epoch)-1", limit: 9))?.count == 3)
        for wrong in ["", "4", "\(epoch)-5", "\(epoch)-x", "other-1", "\(epoch)-1-1", "\(epoch)--1"] {
            #expect(streams.notifications(subscription: "s", tenant: "", after: wrong, limit: 9) == nil, "\(wrong)")
        }
    }

    @Test func `bytes are bounded for each subscription and in all`() async throws {
        var configuration = NotificationStreams.Configuration()
        configuration.byteLimit = 10
        configuration.totalByteLimit = 15
        let streams = NotificationStreams(configuration: configuration)
        let first = streams.newestPlace(subscription: "a", tenant: "")
        let epoch = first.prefix { $0 != "-" }
        for text in ["12345", "67890", "abcde"] { try await deliver(streams, text, "a") }
        #expect(
            texts(streams.notifications(subscription: "a", tenant: "", after: "\(epoch)-1", limit: 9))
                == ["67890", "abcde"])
        // One that is longer than all is kept; others make room for it.
        let other = streams.newestPlace(subscription: "b", tenant: "")
        try await deliver(streams, "12345678901234567890", "b")
        #expect(streams.notifications(subscription: "a", tenant: "", after: "\(epoch)-2", limit: 9) == nil)
        #expect(streams.notifications(subscription: "b", tenant: "", after: other, limit: 9)?.count == 1)
    }

    @Test func `followers are woken until they leave`() async throws {
        let streams = NotificationStreams()
        let count = Counter()
        let follower = streams.follow(subscription: "s", tenant: "") { _ = count.next() }
        try await deliver(streams, "1")
        try await deliver(streams, "2", "other")
        try await deliver(streams, "3")
        follower.cancel()
        try await deliver(streams, "4")
        #expect(count.next() == 3)
    }

    @Test func `what is forgotten begins anew`() async throws {
        let streams = NotificationStreams()
        let place = streams.newestPlace(subscription: "s", tenant: "")
        try await deliver(streams, "1")
        streams.forget(subscription: "s", tenant: "")
        #expect(streams.notifications(subscription: "s", tenant: "", after: place, limit: 9) == nil)
        #expect(streams.newestPlace(subscription: "s", tenant: "").hasSuffix("-0"))
    }

    @Test func `a subscription that is read from Parvis itself`() throws {
        let subscription = try Vocabulary().subscription(
            #"{\#(SubscriptionMatchingTests.rooms),"notification":{"endpoint":{"uri":"parvis:stream"}}}"#)
        #expect(subscription.endpoint.uri == NotificationStreams.uri)
        #expect(throws: (any Error).self) {
            try Vocabulary().subscription(
                #"{\#(SubscriptionMatchingTests.rooms),"notification":{"endpoint":{"uri":"parvis:other"}}}"#)
        }
    }
}
