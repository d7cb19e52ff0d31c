import SeededRandom
import Testing

@testable import NGSILDQuery

struct KeyTableTests {
    @Test(arguments: [0, 1, 2, 3, 64, 1_000])
    func `a key has the numbers it was given, another has none`(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        var lists: [UInt64: [Int]] = [:]
        while lists.count < count {
            // Small ones and great ones, as those of types and scopes are.
            let key = Bool.random(using: &generator) ? UInt64(lists.count) : generator.next()
            let size = Int.random(in: 1...3, using: &generator)
            lists[key] = (0..<size).map { _ in Int.random(in: 0..<99, using: &generator) }
        }
        let table = KeyTable(lists)
        #expect(table.isEmpty == lists.isEmpty)
        for key in Array(lists.keys) + (0..<200).map({ UInt64($0) }) + [.max] {
            #expect(table.range(of: key).map { table.numbers[$0] } == lists[key] ?? [])
        }
    }

    /// Keys whose places are the first one of the table, or the last one, from which a search goes on at the first.
    @Test(arguments: [0, UInt64.max - 50])
    func `keys that crowd are told apart`(first: UInt64) {
        let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
        var inverse = multiplier
        for _ in 0..<6 { inverse &*= 2 &- multiplier &* inverse }
        let keys = (0..<40).map { (first + $0) &* inverse }
        let table = KeyTable(Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1, [$0]) }))
        for (number, key) in keys.enumerated() { #expect(table.range(of: key).map { table.numbers[$0] } == [number]) }
        #expect(table.range(of: (first + 40) &* inverse).isEmpty)
    }
}
