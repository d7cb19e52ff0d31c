import Testing

@testable import ServiceRuntime

struct RecentlyUsedTests {
    @Test func `the entry that was not used for longest goes first`() {
        var table = RecentlyUsed<Int, String>(limit: 2)
        table[1] = "one"
        table[2] = "two"
        #expect(table[1] == "one")
        table[3] = "three"
        #expect(table[2] == nil)
        #expect(table[1] == "one")
        #expect(table.count == 2)
        table[1] = nil
        #expect(table.count == 1)
    }

    @Test func `a thread of its own runs jobs one after the other`() async {
        let thread = WorkThread("test", niceness: 1)
        async let first = thread.run { 1 }
        async let second = thread.run { 2 }
        #expect(await first + second == 3)
        #expect(await thread.run { 4 } == 4)
    }
}
