import Testing

@testable import BrokerCore

@Suite struct EntityIDIndexTests {
    @Test func `ids are found while others come and go`() {
        var ids: [UInt32: String] = [:]
        var index = EntityIDIndex()
        var state: UInt64 = 7
        for step in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let slot = UInt32(state >> 40) % 700
            let id = "urn:\(slot)"
            #expect(index.slot(of: id) { ids[$0] == id } == (ids[slot] == nil ? nil : slot), "step \(step)")
            if ids[slot] == nil {
                ids[slot] = id
                index.insert(id, at: slot)
            } else {
                index.remove(id) { $0 == slot }
                ids[slot] = nil
            }
            #expect(index.count == ids.count)
        }
        for (slot, id) in ids { #expect(index.slot(of: id) { ids[$0] == id } == slot) }
    }

    @Test func `two spellings of an accented letter are two ids`() {
        let ids = ["urn:caf\u{E9}", "urn:cafe\u{301}"]
        var index = EntityIDIndex()
        for (slot, id) in ids.enumerated() { index.insert(id, at: UInt32(slot)) }
        for (slot, id) in ids.enumerated() {
            #expect(index.slot(of: id) { ids[Int($0)].isExactly(id) } == UInt32(slot))
        }
    }

    @Test func `removing what is not there changes nothing`() {
        var index = EntityIDIndex()
        index.insert("urn:a", at: 0)
        index.remove("urn:b") { _ in false }
        #expect(index.count == 1)
        index.removeAll()
        #expect(index.count == 0)
        #expect(index.slot(of: "urn:a") { _ in true } == nil)
    }
}
