import SignalControl

/// Who excludes whom at one intersection, and which greens follow.
struct RightOfWay {
    private(set) var conflicts: [GroupSet]
    private(set) var yields: [GroupSet]
    private let program: RoadNetwork.Program

    /// Most phases that a controller chooses from; the plan's own come first.
    static let mostPhases = 40

    init(
        _ network: RoadNetwork, _ program: RoadNetwork.Program, _ links: [RoadNetwork.Connection], _ count: Int
    ) {
        self.program = program
        conflicts = Array(repeating: [], count: count)
        yields = Array(repeating: [], count: count)
        var together = Array(repeating: GroupSet(), count: count)
        for phase in program.phases {
            let green = GroupSet(Self.places(in: phase.state) { $0 == "G" || $0 == "g" })
            for index in green { together[index] = together[index].union(green) }
        }
        let places = links.map { network.rightOfWay(of: $0) }
        for (one, onePlace) in zip(links, places) {
            for (other, otherPlace) in zip(links, places) {
                guard let a = one.link, let b = other.link, a != b, let onePlace, let otherPlace,
                    onePlace.junction == otherPlace.junction
                else { continue }
                let junction = network.junctions[onePlace.junction]
                guard junction.foes[onePlace.place]?.contains(otherPlace.place) ?? false else { continue }
                if !together[a].contains(b) {
                    conflicts[a].insert(b)
                    conflicts[b].insert(a)
                } else if junction.response[onePlace.place]?.contains(otherPlace.place) ?? false {
                    yields[a].insert(b)
                }
            }
        }
    }

    private static func places(in state: String, where matches: (Character) -> Bool) -> [Int] {
        state.enumerated().filter { matches($0.element) }.map(\.offset)
    }

    /// The greens of a state of the plan; whoever has to give way to another green does so whatever the plan calls it.
    func phase(_ state: String) -> SignalPhase {
        let green = GroupSet(Self.places(in: state) { $0 == "G" || $0 == "g" })
        let weak = GroupSet(Self.places(in: state) { $0 == "g" })
        return SignalPhase(
            protected: GroupSet(green.filter { !weak.contains($0) && !yields[$0].intersects(green) }),
            permissive: GroupSet(green.filter { weak.contains($0) || yields[$0].intersects(green) }))
    }

    /// What a controller may choose from: the plan's greens, then all largest sets of lanes that exclude nobody, with and
    /// without movements that give way.
    ///
    /// A lane has green for all its movements or for none: one vehicle that wants the way that has none would stop all
    /// behind it.
    ///
    /// - Parameter lanes: The groups of each lane.
    func phases(lanes: [GroupSet]) -> [SignalPhase] {
        var found: [SignalPhase] = []
        var seen: Set<SignalPhase> = []
        func add(_ phase: SignalPhase) {
            guard found.count < Self.mostPhases, !phase.green.isEmpty, seen.insert(phase).inserted else { return }
            found.append(phase)
        }
        for step in program.phases where !step.state.contains("y") { add(phase(step.state)) }
        for yieldingToo in [true, false] {
            let excluding = lanes.map { lane in
                lane.reduce(GroupSet()) { set, group in
                    set.union(conflicts[group]).union(yieldingToo ? [] : yields[group])
                }
            }
            // Sets of lanes, by their place in `lanes`.
            let excluded = lanes.indices.map { one in
                GroupSet(
                    lanes.indices.filter { other in
                        other != one
                            && (excluding[one].intersects(lanes[other]) || excluding[other].intersects(lanes[one]))
                    })
            }
            let whole = GroupSet(lanes.indices.filter { !excluding[$0].intersects(lanes[$0]) })
            var budget = 5_000
            Self.largestSets(GroupSet(), whole, GroupSet(), excluded, &budget) { chosen in
                let green = chosen.reduce(GroupSet()) { $0.union(lanes[$1]) }
                add(
                    SignalPhase(
                        protected: GroupSet(green.filter { !yields[$0].intersects(green) }),
                        permissive: GroupSet(green.filter { yields[$0].intersects(green) })))
            }
        }
        return found
    }

    /// The largest sets of lanes without two that exclude each other (Bron and Kerbosch, with a pivot).
    private static func largestSets(
        _ chosen: GroupSet, _ open: GroupSet, _ done: GroupSet, _ excluded: [GroupSet], _ budget: inout Int,
        _ take: (GroupSet) -> Void
    ) {
        budget -= 1
        guard budget > 0 else { return }
        if open.isEmpty {
            if done.isEmpty { take(chosen) }
            return
        }
        let pivot = open.union(done).min {
            excluded[$0].intersection(open).count < excluded[$1].intersection(open).count
        }
        var open = open
        var done = done
        for group in open where pivot.map({ $0 == group || excluded[$0].contains(group) }) ?? true {
            var next = chosen
            next.insert(group)
            var others = excluded[group]
            others.insert(group)
            largestSets(next, open.subtracting(others), done.subtracting(others), excluded, &budget, take)
            open.remove(group)
            done.insert(group)
        }
    }
}
