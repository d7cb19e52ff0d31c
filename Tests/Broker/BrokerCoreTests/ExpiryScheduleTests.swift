import NGSILDModel
import Testing

@testable import BrokerCore

struct ExpiryScheduleTests {
    private func key(_ number: Int) -> ExpirySchedule.Key { ExpirySchedule.Key(tenant: "", id: "urn:x:\(number)") }

    private func time(_ seconds: Int) -> Timestamp { Timestamp(microseconds: Int64(seconds) * 1_000_000) }

    @Test func `what is due comes out in the order of time, as many as asked`() {
        var schedule = ExpirySchedule()
        for number in [5, 3, 9, 1, 7] { schedule.set(time(number), key(number)) }
        #expect(schedule.next == time(1))
        #expect(schedule.takeDue(time(0), most: 9).isEmpty)
        #expect(schedule.takeDue(time(7), most: 2) == [key(1), key(3)])
        #expect(schedule.takeDue(time(7), most: 9) == [key(5), key(7)])
        #expect(schedule.count == 1)
        #expect(schedule.next == time(9))
    }

    @Test func `a time that moves counts as it is last, later or sooner`() {
        var schedule = ExpirySchedule()
        schedule.set(time(5), key(1))
        schedule.set(time(50), key(1))
        schedule.set(time(60), key(2))
        schedule.set(time(6), key(2))
        #expect(schedule.takeDue(time(10), most: 9) == [key(2)])
        #expect(schedule.takeDue(time(55), most: 9) == [key(1)])
        #expect(schedule.takeDue(time(99), most: 9).isEmpty)
        #expect(schedule.next == .none)
    }

    @Test func `what is to stay is not waited for`() {
        var schedule = ExpirySchedule()
        schedule.set(time(5), key(1))
        schedule.set(.none, key(1))
        #expect(schedule.next == .none)
        schedule.set(time(8), key(1))
        #expect(schedule.takeDue(time(7), most: 9).isEmpty)
        #expect(schedule.takeDue(time(8), most: 9) == [key(1)])
    }

    @Test func `it agrees with a plain table over many random changes`() {
        var generator = SystemRandomNumberGenerator()
        var schedule = ExpirySchedule()
        var table: [Int: Int] = [:]
        var now = 0
        for _ in 0..<20_000 {
            let number = Int.random(in: 0..<200, using: &generator)
            if Int.random(in: 0..<4, using: &generator) == 0 {
                schedule.set(.none, key(number))
                table[number] = nil
            } else {
                let due = now + Int.random(in: 1..<500, using: &generator)
                schedule.set(time(due), key(number))
                table[number] = due
            }
            if Int.random(in: 0..<10, using: &generator) == 0 {
                now += 20
                let due = Set(table.filter { $0.value <= now }.keys.map(key))
                #expect(Set(schedule.takeDue(time(now), most: .max)) == due)
                table = table.filter { $0.value > now }
            }
            #expect(schedule.count == table.count)
        }
    }
}
