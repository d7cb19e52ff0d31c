/// The lines of the town before anything is built: a square, three rings, eight avenues, an old town, two skewed grids
/// and a river.
struct StreetPlan: Sendable {
    enum Kind: Int, Sendable {
        case ringRoad, avenue, boulevard, street, lane

        /// The classification of the Smart Data Models Road.
        var roadClass: String {
            switch self {
            case .ringRoad: "trunk"
            case .avenue: "primary"
            case .boulevard: "secondary"
            case .street: "residential"
            case .lane: "unclassified"
            }
        }

        var speedLimitKilometresPerHour: Int {
            switch self {
            case .ringRoad: 70
            case .avenue, .boulevard: 50
            case .street: 30
            case .lane: 20
            }
        }

        var lanes: Int {
            switch self {
            case .ringRoad: 4
            case .avenue: 3
            case .boulevard, .street: 2
            case .lane: 1
            }
        }
    }

    struct Street: Sendable {
        let name: String
        let kind: Kind
        let line: Polyline
    }

    let streets: [Street]
    let river: Polyline
    private let wobble: [Double]

    init(noise: Noise) {
        wobble = (0..<8).map { noise.unit(Stream.plan, Int64($0)) * 360 }
        let river = Self.river(wobble)
        self.river = river
        let angles = (0..<8).map { Double($0) * 45 + noise.value(Stream.plan, Int64(100 + $0), in: -9...9) }
        var builder = Builder(wobble: wobble, angles: angles, river: river, noise: noise)
        builder.addRings()
        builder.addAvenues()
        builder.addOldTown()
        builder.addGrid(turned: 17, spacing: (150, 185), sectors: 0...1)
        builder.addGrid(turned: -28, spacing: (165, 140), sectors: 4...5)
        builder.addArcs(sectors: [2, 3, 6, 7])
        streets = builder.streets
    }

    private static func river(_ wobble: [Double]) -> Polyline {
        Polyline(
            stride(from: -3_000.0, through: 3_000, by: 60).map { y in
                Point(x: -640 + 190 * sine(y / 9 + wobble[5]) + 60 * sine(y / 3.7 + wobble[6]), y: y)
            })
    }

    /// Lays out one group of streets after the other.
    private struct Builder {
        let wobble: [Double]
        let angles: [Double]
        let river: Polyline
        let noise: Noise
        var streets: [Street] = []
        private var names = 0

        init(wobble: [Double], angles: [Double], river: Polyline, noise: Noise) {
            self.wobble = wobble
            self.angles = angles
            self.river = river
            self.noise = noise
        }

        private func ringRadius(_ radius: Double, at degrees: Double) -> Double {
            radius * (1 + 0.05 * sine(2 * degrees + wobble[0] + radius) + 0.025 * sine(5 * degrees + wobble[1]))
        }

        private func ring(_ radius: Double, step: Double) -> Polyline {
            Polyline(
                stride(from: 0.0, through: 360, by: step).map { degrees in
                    Point(radius: ringRadius(radius, at: degrees == 360 ? 0 : degrees), degrees: degrees)
                })
        }

        mutating func addRings() {
            streets.append(Street(name: StreetNames.square, kind: .lane, line: ring(75, step: 30)))
            streets.append(Street(name: StreetNames.oldRing, kind: .lane, line: ring(235, step: 15)))
            streets.append(Street(name: StreetNames.ramparts, kind: .boulevard, line: ring(430, step: 10)))
            streets.append(Street(name: StreetNames.boulevard, kind: .boulevard, line: ring(1_050, step: 7.5)))
            streets.append(Street(name: StreetNames.ringRoad, kind: .ringRoad, line: ring(2_200, step: 5)))
        }

        private func avenueAngle(_ index: Int, at radius: Double) -> Double {
            angles[index] + 5 * sine(radius / 12 + wobble[2] + Double(index) * 70) * min(1, radius / 600)
        }

        mutating func addAvenues() {
            for (index, name) in StreetNames.avenues.enumerated() {
                let line = stride(from: 60.0, through: 2_700, by: 120).map {
                    Point(radius: $0, degrees: avenueAngle(index, at: $0))
                }
                streets.append(Street(name: name, kind: .avenue, line: Polyline(line)))
            }
        }

        mutating func addOldTown() {
            for index in 0..<8 {
                let next = index == 7 ? angles[0] + 360 : angles[index + 1]
                let middle = (angles[index] + next) / 2 + noise.value(Stream.plan, Int64(200 + index), in: -4...4)
                let line = stride(from: 60.0, through: 470, by: 82).map { radius in
                    Point(radius: radius, degrees: middle + 7 * sine(radius + wobble[3] + Double(index) * 50))
                }
                add(.lane, Polyline(line))
            }
        }

        /// Parallel streets in two directions, clipped to the land between boulevard and ring road in some sectors.
        mutating func addGrid(turned degrees: Double, spacing: (Double, Double), sectors: ClosedRange<Int>) {
            let from = angles[sectors.lowerBound]
            let to = sectors.upperBound == 7 ? angles[0] + 360 : angles[sectors.upperBound + 1]
            for (turn, space) in [(degrees, spacing.0), (degrees + 86, spacing.1)] {
                for row in -16...16 {
                    let across = Point(radius: Double(row) * space, degrees: turn + 90)
                    var run: [Point] = []
                    for along in stride(from: -2_500.0, through: 2_500, by: 20) {
                        let step = Point(radius: abs(along), degrees: along < 0 ? turn + 180 : turn)
                        let point = Point(x: across.x + step.x, y: across.y + step.y)
                        if isBuildable(point, between: from, and: to) {
                            run.append(point)
                        } else {
                            addRun(run)
                            run = []
                        }
                    }
                    addRun(run)
                }
            }
        }

        private mutating func addRun(_ run: [Point]) {
            guard let first = run.first, let last = run.last, first.distance(to: last) > 220 else { return }
            add(.street, Polyline([first, last]))
        }

        private func isBuildable(_ point: Point, between from: Double, and to: Double) -> Bool {
            let degrees = point.degrees
            let radius = point.radius
            guard radius > ringRadius(1_050, at: degrees) - 22, radius < ringRadius(2_200, at: degrees) + 22 else {
                return false
            }
            let slack = 22 / radius * 57.3
            let inside = [degrees, degrees + 360, degrees - 360].contains {
                $0 > from + avenueSwing(from, radius) - slack && $0 < to + avenueSwing(to, radius) + slack
            }
            return inside && river.distance(from: point) > 45
        }

        /// How far the avenue that starts at an angle has swung aside at a radius.
        private func avenueSwing(_ start: Double, _ radius: Double) -> Double {
            guard let index = angles.firstIndex(where: { $0 == start || $0 + 360 == start }) else { return 0 }
            return avenueAngle(index, at: radius) - angles[index]
        }

        mutating func addArcs(sectors: [Int]) {
            for sector in sectors {
                let next = sector == 7 ? angles[0] + 360 : angles[sector + 1]
                for (number, radius) in [1_330.0, 1_610, 1_900].enumerated() {
                    var run: [Point] = []
                    for share in stride(from: 0.0, through: 1, by: 0.05) {
                        let bend = radius * (1 + 0.03 * sine(share * 300 + Double(number) * 90))
                        let from = avenueAngle(sector, at: bend) - 0.7
                        let to = next - angles[(sector + 1) % 8] + avenueAngle((sector + 1) % 8, at: bend) + 0.7
                        let point = Point(radius: bend, degrees: from + (to - from) * share)
                        if river.distance(from: point) > 45 {
                            run.append(point)
                        } else {
                            addArc(run)
                            run = []
                        }
                    }
                    addArc(run)
                }
                let middle = (angles[sector] + next) / 2
                addSpoke(at: middle)
            }
        }

        private mutating func addArc(_ run: [Point]) {
            guard run.count > 3 else { return }
            add(.street, Polyline(run))
        }

        /// A street that crosses the arcs of a sector from the boulevard to the ring road.
        private mutating func addSpoke(at degrees: Double) {
            var run: [Point] = []
            for radius in stride(from: 1_010.0, through: 2_330, by: 60) {
                let point = Point(radius: radius, degrees: degrees + 3 * sine(radius / 5 + wobble[4]))
                if river.distance(from: point) > 45 {
                    run.append(point)
                } else {
                    addArc(run)
                    run = []
                }
            }
            addArc(run)
        }

        private mutating func add(_ kind: Kind, _ line: Polyline) {
            streets.append(Street(name: StreetNames.street(names), kind: kind, line: line))
            names += 1
        }
    }
}
