import SignalControl

/// Intersections for tests.
enum SampleIntersections {
    /// Four arms, one lane each way and one for left turns, a crossing for people over the southern arm.
    ///
    /// Groups: 0 north through, 1 north left, 2 south through, 3 south left, 4 east, 5 west, 6 people over the south.
    static func crossroads(maximumRedSeconds: Double = 120) throws -> Intersection {
        var conflicts = Array(repeating: GroupSet(), count: 7)
        for ns in 0...3 { for ew in 4...5 { conflicts[ns].insert(ew) } }
        conflicts[6] = [1, 2, 3, 0]
        var yields = Array(repeating: GroupSet(), count: 7)
        yields[1] = [2]
        yields[3] = [0]
        let groups = (0..<7).map { index in
            index == 6
                ? SignalGroup(
                    name: "people", kind: .pedestrian, minimumGreenSeconds: 8, yellowSeconds: 0, allRedSeconds: 7)
                : SignalGroup(
                    name: "g\(index)", minimumGreenSeconds: 5, yellowSeconds: index < 4 ? 4 : 3, allRedSeconds: 1)
        }
        let phases = [
            SignalPhase(protected: [0, 2], permissive: [1, 3]), SignalPhase(protected: [1, 3]),
            SignalPhase(protected: [4, 5, 6]),
        ]
        let none = SignalPhase(protected: [])
        let lanes = [0, 1, 2, 3, 4, 5].map { group in
            ApproachLane(
                name: "lane\(group)", movements: [.init(group: group, exit: 0)],
                zones: [
                    .init(detector: group * 3, distanceMetres: 0, lengthMetres: 50),
                    .init(detector: group * 3 + 1, distanceMetres: 50, lengthMetres: 100),
                ], stopLineDetector: group * 3 + 2)
        }
        return try Intersection(
            name: "crossroads", groups: groups, conflicts: conflicts, yields: yields,
            plan: FixedPlan(
                steps: [
                    .init(durationSeconds: 25, phase: phases[0]), .init(durationSeconds: 5, phase: none),
                    .init(durationSeconds: 10, phase: phases[1]), .init(durationSeconds: 5, phase: none),
                    .init(durationSeconds: 25, phase: phases[2]), .init(durationSeconds: 8, phase: none),
                ]),
            phases: phases, lanes: lanes, exits: [.init(name: "out", detectors: [18], lengthMetres: 60)],
            detectorCount: 19, maximumRedSeconds: maximumRedSeconds)
    }

    /// A random intersection: any conflicts, plans and times that the model takes.
    static func random(_ generator: inout some RandomNumberGenerator) -> Intersection? {
        let count = Int.random(in: 2...14, using: &generator)
        let groups = (0..<count).map { index in
            let isCrossing = Int.random(in: 0..<5, using: &generator) == 0
            return SignalGroup(
                name: "g\(index)", kind: isCrossing ? .pedestrian : .vehicle,
                minimumGreenSeconds: Double(Int.random(in: 3...8, using: &generator)),
                yellowSeconds: isCrossing ? 0 : Double(Int.random(in: 3...5, using: &generator)),
                allRedSeconds: Double(Int.random(in: 0...4, using: &generator)))
        }
        var conflicts = Array(repeating: GroupSet(), count: count)
        var yields = conflicts
        for one in 0..<count {
            for other in 0..<one {
                switch Int.random(in: 0..<10, using: &generator) {
                case 0..<5: conflicts[one].insert(other)
                case 5: yields[one].insert(other)
                default: break
                }
            }
        }
        func isExcluded(_ one: Int, _ other: Int) -> Bool {
            conflicts[one].contains(other) || conflicts[other].contains(one)
        }
        // Phases that together serve all: each group with all that fit to it.
        var phases: [SignalPhase] = []
        var open = GroupSet(0..<count)
        while let first = open.first(where: { _ in true }) {
            var green: GroupSet = [first]
            for other in (0..<count).shuffled(using: &generator)
            where !green.contains(where: { isExcluded($0, other) }) {
                green.insert(other)
            }
            let permissive = GroupSet(green.filter { yields[$0].intersects(green) })
            phases.append(SignalPhase(protected: green.subtracting(permissive), permissive: permissive))
            open = open.subtracting(green)
        }
        let lanes = groups.indices.filter { groups[$0].kind == .vehicle }.map {
            ApproachLane(name: "lane\($0)", movements: [.init(group: $0)])
        }
        return try? Intersection(
            name: "random", groups: groups, conflicts: conflicts, yields: yields,
            plan: FixedPlan(
                steps: phases.map {
                    .init(durationSeconds: Double(Int.random(in: 5...30, using: &generator)), phase: $0)
                }), phases: phases, lanes: lanes)
    }
}
