import Testing

@testable import JSONLD

struct RecentlyUsedTests {
    @Test func `the least recently used goes first when there are too many`() {
        var cache = RecentlyUsed<String, Int>(countLimit: 3, costLimit: 100)
        for (index, key) in ["a", "b", "c"].enumerated() { cache.insert(index, for: key, cost: 1) }
        #expect(cache.use("a") == 0)
        cache.insert(3, for: "d", cost: 1)
        #expect(["a", "b", "c", "d"].map { cache.peek($0) } == [0, nil, 2, 3])
        #expect(cache.count == 3)
    }

    @Test func `values go until the cost fits, and one that can never fit is not kept`() {
        var cache = RecentlyUsed<Int, String>(countLimit: 10, costLimit: 10)
        for key in 1...3 { cache.insert("x", for: key, cost: 3) }
        cache.insert("y", for: 4, cost: 6)
        #expect((1...4).map { cache.peek($0) } == [nil, nil, "x", "y"])
        #expect(cache.cost == 9)
        cache.insert("z", for: 4, cost: 11)
        #expect(cache.peek(4) == nil)
        #expect(cache.cost == 3)
    }

    @Test func `removing keeps the order of the rest`() {
        var cache = RecentlyUsed<Int, Int>(countLimit: 4, costLimit: 100)
        for key in 1...4 { cache.insert(key, for: key, cost: key) }
        cache.remove(2)
        cache.removeAll { key, _ in key == 4 }
        #expect(cache.cost == 4)
        for key in 5...6 { cache.insert(key, for: key, cost: 1) }
        cache.insert(7, for: 7, cost: 1)
        #expect((1...7).map { cache.peek($0) } == [nil, nil, 3, nil, 5, 6, 7])
    }

    @Test func `it agrees with a plain list over many random steps`() {
        var random = SystemRandomNumberGenerator()
        var cache = RecentlyUsed<Int, Int>(countLimit: 8, costLimit: 40)
        var model: [(key: Int, value: Int, cost: Int)] = []
        for step in 0..<5_000 {
            let key = Int.random(in: 0..<16, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                let expected = model.first { $0.key == key }
                if let expected {
                    model.removeAll { $0.key == key }
                    model.insert(expected, at: 0)
                }
                #expect(cache.use(key) == expected?.value)
            case 1:
                cache.remove(key)
                model.removeAll { $0.key == key }
            default:
                let cost = Int.random(in: 1..<12, using: &random)
                cache.insert(step, for: key, cost: cost)
                model.removeAll { $0.key == key }
                while model.count >= 8 || model.reduce(cost, { $0 + $1.cost }) > 40 { model.removeLast() }
                model.insert((key, step, cost), at: 0)
            }
        }
        #expect(cache.count == model.count)
        #expect(cache.cost == model.reduce(0) { $0 + $1.cost })
        #expect((0..<16).map { cache.peek($0) } == (0..<16).map { key in model.first { $0.key == key }?.value })
    }
}
