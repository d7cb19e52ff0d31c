import Testing

@testable import SampleCity

struct StreetNetworkTests {
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `every seed makes a whole town`(seed: UInt64) {
        let plan = CityPlan(seed: seed)
        let network = plan.network
        #expect(network.segments.count > 400 && network.nodes.count > 250)
        #expect(plan.lines.count == 12)
        #expect(Set(plan.stops.map(\.name)).count == plan.stops.count)
        #expect(Set(network.streets.map(\.name)).count == network.streets.count)
        for line in plan.lines {
            #expect(line.stops.count > 4 && line.way.length > 800)
            // A way through the network never leaves it by more than a street's width.
            for distance in stride(from: 0, through: line.way.length, by: 211) {
                let place = line.way.point(at: distance)
                #expect(network.segments.contains { $0.line.distance(from: place) < 1 })
            }
        }
    }

    @Test func `segments end at their crossings, and every crossing can be reached`() {
        let network = CityPlan(seed: 2).network
        for segment in network.segments {
            #expect(segment.line.start == network.nodes[segment.from] && segment.line.end == network.nodes[segment.to])
            #expect(segment.line.length > 1)
        }
        var reached: Set<Int> = [0]
        var waiting = [0]
        while let node = waiting.popLast() {
            for index in network.segmentsAt[node] {
                for other in [network.segments[index].from, network.segments[index].to]
                where reached.insert(other).inserted {
                    waiting.append(other)
                }
            }
        }
        #expect(reached.count == network.nodes.count)
    }

    @Test func `only rings and avenues cross the river`() {
        let plan = CityPlan(seed: 2)
        for street in plan.network.streets where street.kind == .street || street.kind == .lane {
            for point in street.line.points { #expect(plan.river.distance(from: point) > 30, "\(street.name)") }
        }
        let bridges = plan.network.segments.count { segment in
            segment.line.points.contains { plan.river.distance(from: $0) < 60 }
        }
        #expect(bridges > 4)
    }

    @Test func `a way starts and ends at its crossings and goes no farther than it must`() {
        let network = CityPlan(seed: 2).network
        let (from, to) = (
            network.node(near: Point(x: -1_500, y: -1_200)), network.node(near: Point(x: 1_500, y: 1_200))
        )
        let way = network.way(through: [from, to])
        #expect(way.start == network.nodes[from] && way.end == network.nodes[to])
        #expect(way.length < 1.6 * way.start.distance(to: way.end))
        #expect(network.way(through: [from, from]).length == 0)
    }

    @Test func `names of streets repeat nowhere`() {
        #expect(Set((0..<2_000).map(StreetNames.street)).count == 2_000)
        #expect(StreetNames.short("Rue de l'Horloge") == "Horloge")
        #expect(StreetNames.short("Allée des Lilas") == "Lilas")
        #expect(StreetNames.short("Rocade") == "Rocade")
    }
}
