import NGSILDModel
import NGSILDOperations
import Synchronization
import Testing

@testable import NGSILDHTTP

struct NotificationsAdministrationTests {
    /// One subscription of the tenant north, with one dead letter; remembers what was asked.
    final class Recorded: NotificationAdministration {
        static let id = "urn:ngsi-ld:Subscription:1"
        let calls = Mutex<[String]>([])

        private var status: DeliveryStatus {
            DeliveryStatus(
                subscription: Self.id, tenant: "north", endpoint: "http://a.example/\"", condition: .open, waiting: 3,
                sent: 4, failed: 5, dropped: 6, deadLetters: 1, lastError: "it answers 500",
                lastSuccess: Timestamp(microseconds: 0), lastFailure: .none)
        }

        func deliveries(offset: Int, limit: Int) -> [DeliveryStatus] {
            calls.withLock { $0.append("list \(offset) \(limit)") }
            return [status]
        }

        private func check(_ id: String, _ tenant: String) throws(NGSILDError) {
            if id != Self.id || tenant != "north" { throw .resourceNotFound("Subscription \(id) does not exist") }
        }

        func delivery(of subscription: String, tenant: String) throws(NGSILDError) -> DeliveryStatus {
            try check(subscription, tenant)
            return status
        }

        func deadLetters(of subscription: String, tenant: String) throws(NGSILDError) -> [DeadLetterStatus] {
            try check(subscription, tenant)
            return [
                DeadLetterStatus(
                    id: "l1", at: Timestamp(microseconds: 1_000_000), reason: "no", length: 7, isReplayed: true)
            ]
        }

        private func note(_ text: String, _ id: String, _ tenant: String) -> Result<Int, NGSILDError> {
            calls.withLock { $0.append(text) }
            return Result { () throws(NGSILDError) in
                try check(id, tenant)
                return 1
            }
        }

        func test(
            _ subscription: String, tenant: String, on scheduler: any ReplyScheduler,
            reply: @escaping @Sendable (Result<NotificationTest, NGSILDError>) -> Void
        ) {
            let isTaken = calls.withLock { $0.isEmpty }
            let result = note("test", subscription, tenant).map { _ in
                NotificationTest(
                    endpoint: "http://a.example/", isTaken: isTaken, status: isTaken ? nil : 500,
                    reason: isTaken ? nil : "it \"answers\" 500", entities: 1, duration: .microseconds(2_900))
            }
            scheduler.deliver([{ reply(result) }])
        }

        func replay(
            _ letter: String?, of subscription: String, tenant: String, on scheduler: any ReplyScheduler,
            reply: @escaping @Sendable (Result<Int, NGSILDError>) -> Void
        ) {
            let result = note("replay \(letter ?? "all")", subscription, tenant)
            scheduler.deliver([{ reply(result) }])
        }

        func drop(
            _ letter: String?, of subscription: String, tenant: String, on scheduler: any ReplyScheduler,
            reply: @escaping @Sendable (Result<Int, NGSILDError>) -> Void
        ) {
            let result = note("drop \(letter ?? "all")", subscription, tenant)
            scheduler.deliver([{ reply(result) }])
        }
    }

    private static let north = ["NGSILD-Tenant: north"]
    private static let one = "/admin/notifications/\(Recorded.id)"

    @Test func `states are listed, and shown with the dead letters of one`() throws {
        let recorded = Recorded()
        let client = try TestBroker(notifications: recorded).client()
        let status = """
            {"subscription":"urn:ngsi-ld:Subscription:1","tenant":"north","endpoint":"http://a.example/\\"",\
            "state":"open","waiting":3,"sent":4,"failed":5,"dropped":6,"deadLetters":1,\
            "lastSuccess":"1970-01-01T00:00:00Z","lastError":"it answers 500"
            """
        #expect(try client.request("GET", "/admin/notifications").body == "[\(status)}]")
        #expect(try client.request("GET", "/admin/notifications/?limit=7&offset=2").status == 200)
        let letter = #"{"id":"l1","at":"1970-01-01T00:00:01Z","reason":"no","bytes":7,"replayed":true}"#
        #expect(try client.request("GET", Self.one, Self.north).body == "\(status),\"letters\":[\(letter)]}")
        #expect(recorded.calls.withLock { $0 } == ["list 0 20", "list 2 7"])
    }

    @Test func `one or all dead letters are replayed or dropped`() throws {
        let recorded = Recorded()
        let client = try TestBroker(notifications: recorded).client()
        let encoded = "/admin/notifications/urn%3Angsi-ld%3ASubscription%3A1"
        #expect(try client.request("POST", encoded + "/replay", Self.north, "").body == #"{"replayed":1}"#)
        #expect(try client.request("POST", Self.one + "/l1/replay", Self.north, "").body == #"{"replayed":1}"#)
        #expect(try client.request("DELETE", Self.one + "/l1", Self.north).body == #"{"dropped":1}"#)
        #expect(try client.request("DELETE", Self.one + "/", Self.north).body == #"{"dropped":1}"#)
        #expect(recorded.calls.withLock { $0 } == ["replay all", "replay l1", "drop l1", "drop all"])
    }

    @Test func `an endpoint is tried out`() throws {
        let recorded = Recorded()
        let client = try TestBroker(notifications: recorded).client()
        #expect(
            try client.request("POST", Self.one + "/test", Self.north, "").body
                == #"{"taken":true,"endpoint":"http://a.example/","entities":1,"milliseconds":2}"#)
        let refused = try client.request("POST", Self.one + "/test", Self.north, "")
        #expect(refused.status == 200)
        #expect(
            refused.body == #"{"taken":false,"endpoint":"http://a.example/","entities":1,"milliseconds":2,"#
                + #""status":500,"reason":"it \"answers\" 500"}"#)
        #expect(recorded.calls.withLock { $0 } == ["test", "test"])
    }

    @Test(
        arguments: [
            ("GET", one, 404), ("POST", one + "/replay", 404), ("POST", one + "/test", 404),
            ("GET", one + "/test", 405),
            ("DELETE", one + "/test", 405), ("DELETE", one, 404),
            ("POST", "/admin/notifications", 405),
            ("PUT", one, 405), ("GET", one + "/replay", 405), ("GET", one + "/l1", 405),
            ("GET", "/admin/notifications/a/b/c", 404), ("GET", "/admin/notifications?limit=1001", 400),
            ("GET", "/admin/notifications?type=A", 400), ("GET", "/admin/notifications/%4", 400),
            ("GET", "/admin/notificationsx", 404),
        ])
    func `other requests are refused`(method: String, path: String, status: Int) throws {
        let client = try TestBroker(notifications: Recorded()).client()
        #expect(try client.request(method, path, [], ["POST", "PUT"].contains(method) ? "{}" : nil).status == status)
    }

    @Test func `where notifications are not administered there is nothing`() throws {
        #expect(try TestBroker().client().request("GET", "/admin/notifications").status == 404)
    }
}
