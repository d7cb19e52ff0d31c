import SampleSignals
import SeededRandom
import SignalControl
import Testing

struct GroupSetTests {
    @Test func `a set holds indices up to its capacity and leaves out others`() {
        let set = GroupSet([-1, 0, 63, 64, 200, 255, 256, 10_000])
        #expect(Array(set) == [0, 63, 64, 200, 255])
        #expect(set.count == 5)
        #expect(!set.contains(256))
        #expect(!set.contains(-1))
    }

    @Test func `union, intersection and difference are those of sets`() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            let one = Set((0..<20).map { _ in Int.random(in: 0..<256, using: &generator) })
            let other = Set((0..<20).map { _ in Int.random(in: 0..<256, using: &generator) })
            #expect(Set(GroupSet(one).union(GroupSet(other))) == one.union(other))
            #expect(Set(GroupSet(one).intersection(GroupSet(other))) == one.intersection(other))
            #expect(Set(GroupSet(one).subtracting(GroupSet(other))) == one.subtracting(other))
            #expect(GroupSet(one).intersects(GroupSet(other)) == !one.isDisjoint(with: other))
        }
    }
}
