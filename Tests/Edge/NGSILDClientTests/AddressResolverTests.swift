import Dispatch
import Synchronization
import Testing

@testable import NGSILDClient

struct AddressResolverTests {
    private static let address = NetworkAddress(bytes: [192, 0, 2, 1])

    /// Calls are counted; those after the first `answered` wait until they are let go.
    private final class Names: Sendable {
        let calls = Mutex(0)
        private let gate = DispatchSemaphore(value: 0)
        private let answered: Int

        init(answered: Int) { self.answered = answered }

        func lookUp() -> [NetworkAddress]? {
            let number = calls.withLock { calls in
                calls += 1
                return calls
            }
            if number > answered {
                gate.wait()
                gate.signal()
            }
            return [AddressResolverTests.address]
        }

        func letGo() { gate.signal() }
    }

    @Test func `an address that was known is given at once while the resolver hangs`() async {
        let names = Names(answered: 1)
        let resolver = AddressResolver(lifetime: .zero, grace: .seconds(86_400)) { _ in names.lookUp() }
        #expect(await resolver.addresses(of: "a.example", timeout: .seconds(86_400)) == [Self.address])
        for _ in 0..<100 {
            #expect(await resolver.addresses(of: "a.example", timeout: .seconds(86_400)) == [Self.address])
        }
        names.letGo()
        resolver.shutdown()
    }

    @Test func `those who ask for one name share one look-up`() async {
        let names = Names(answered: 0)
        let resolver = AddressResolver(lifetime: .seconds(86_400)) { _ in names.lookUp() }
        await withTaskGroup(of: [NetworkAddress].self) { group in
            for _ in 0..<200 { group.addTask { await resolver.addresses(of: "a.example", timeout: .seconds(86_400)) } }
            while names.calls.withLock({ $0 }) == 0 { await Task.yield() }
            names.letGo()
            for await found in group { #expect(found == [Self.address]) }
        }
        #expect(names.calls.withLock { $0 } == 1)
        resolver.shutdown()
    }

    @Test func `names that the resolver is long about keep no other name waiting`() async {
        let names = Names(answered: 0)
        let resolver = AddressResolver { $0.hasPrefix("slow") ? names.lookUp() : [Self.address] }
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask { _ = await resolver.addresses(of: "slow\(number).example", timeout: .seconds(86_400)) }
            }
            while names.calls.withLock({ $0 }) < 8 { await Task.yield() }
            #expect(await resolver.addresses(of: "quick.example", timeout: .seconds(86_400)) == [Self.address])
            names.letGo()
        }
        resolver.shutdown()
    }

    @Test(arguments: [(nil, 1), ([], 0)] as [([NetworkAddress]?, Int)])
    func `a known address outlives a resolver that fails, but not a name that is gone`(
        later: [NetworkAddress]?, expected: Int
    ) async {
        let calls = Mutex(0)
        let resolver = AddressResolver(lifetime: .zero, grace: .seconds(86_400)) { _ in
            let isFirst = calls.withLock { calls in
                calls += 1
                return calls == 1
            }
            return isFirst ? [Self.address] : later
        }
        _ = await resolver.addresses(of: "a.example", timeout: .seconds(86_400))
        // The second look-up goes on in the background; what it found counts once it is there, before the third begins.
        while calls.withLock({ $0 }) < 3 { _ = await resolver.addresses(of: "a.example", timeout: .seconds(86_400)) }
        let found = await resolver.addresses(of: "a.example", timeout: .seconds(86_400))
        #expect(found.count == expected)
        resolver.shutdown()
    }

    @Test func `a resolver that does not answer in time gives no address`() async {
        let names = Names(answered: 0)
        let resolver = AddressResolver { _ in names.lookUp() }
        #expect(await resolver.addresses(of: "a.example", timeout: .milliseconds(1)).isEmpty)
        names.letGo()
        resolver.shutdown()
    }
}
