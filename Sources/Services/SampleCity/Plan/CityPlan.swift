/// Everything in the town that does not move: its streets, its river, its bus lines and their stops.
struct CityPlan: Sendable {
    struct BusStop: Sendable {
        let name: String
        let place: Point
        var lines: [Int]
    }

    struct BusLine: Sendable {
        let name: String
        let headsigns: String
        let colour: String
        let way: Polyline
        let isCircular: Bool
        /// Numbers of stops in the order of the way.
        let stops: [Int]
        let lap: Lap
    }

    let noise: Noise
    let network: StreetNetwork
    let river: Polyline
    private(set) var stops: [BusStop] = []
    private(set) var lines: [BusLine] = []
    /// Crossings in order of their distance from the centre.
    private let nodesByRadius: [Int]

    init(seed: UInt64) {
        noise = Noise(seed: seed)
        let plan = StreetPlan(noise: noise)
        network = StreetNetwork(plan: plan)
        river = plan.river
        let nodes = network.nodes
        nodesByRadius = nodes.indices.sorted { (nodes[$0].radius, $0) < (nodes[$1].radius, $1) }
        layOutLines()
    }

    // MARK: - Bus lines

    private static let colours = [
        "E2001A", "0069B4", "009640", "F39200", "951B81", "00A19A", "B17F4A", "D60B52", "575756", "3AAA35", "662483",
        "FFCC00",
    ]

    private mutating func layOutLines() {
        // Four lines across the town on opposite avenues, two rings, six between districts.
        for index in 0..<4 {
            let from = network.node(near: Point(radius: 2_600, degrees: Double(index) * 45))
            let to = network.node(near: Point(radius: 2_600, degrees: Double(index) * 45 + 180))
            let middle = network.node(near: Point(radius: 240, degrees: Double(index) * 45 + 90))
            addLine(through: [from, middle, to], isCircular: false)
        }
        for radius in [430.0, 1_050] {
            let ring = (0...8).map { network.node(near: Point(radius: radius, degrees: Double($0 % 8) * 45 + 22)) }
            addLine(through: ring, isCircular: true)
        }
        for index in 0..<6 {
            let degrees = Double(index) * 60 + 20
            let ends = [1_650.0, 1_750].enumerated().map { number, radius in
                network.node(near: Point(radius: radius, degrees: degrees + Double(number) * 130))
            }
            let middle = network.node(near: Point(radius: index % 2 == 0 ? 1_050 : 430, degrees: degrees + 65))
            addLine(through: [ends[0], middle, ends[1]], isCircular: false)
        }
    }

    private mutating func addLine(through nodes: [Int], isCircular: Bool) {
        let way = network.way(through: nodes)
        guard way.length > 800 else { return }
        let number = lines.count
        let count = max(3, Int((way.length / 390).rounded()))
        let places = (0...count).map { way.length * Double($0) / Double(count) }
        var numbers: [Int] = []
        var distances: [Double] = []
        for distance in isCircular ? places.dropLast() : places[...] {
            let stop = stopNumber(at: way.point(at: distance))
            if numbers.last == stop { continue }
            numbers.append(stop)
            distances.append(distance)
            if !stops[stop].lines.contains(number) { stops[stop].lines.append(number) }
        }
        let lap = Self.lap(
            way, distances, numbers, isCircular: isCircular,
            metresPerSecond: noise.value(Stream.bus, Int64(number), in: 8...10))
        let ends = [numbers.first, numbers.last].compactMap { $0 }.map { stops[$0].name }
        lines.append(
            BusLine(
                name: String(number + 1), headsigns: isCircular ? "Circulaire" : ends.joined(separator: " – "),
                colour: Self.colours[number % Self.colours.count], way: way, isCircular: isCircular, stops: numbers,
                lap: lap))
    }

    /// Out and back with a stay at every stop; distances beyond the way's length lead back along it.
    private static func lap(
        _ way: Polyline, _ distances: [Double], _ stops: [Int], isCircular: Bool, metresPerSecond: Double
    ) -> Lap {
        var lap = Lap(ramp: 9)
        for (index, distance) in distances.enumerated() {
            lap.move(to: distance, metresPerSecond: metresPerSecond, stop: stops[index])
            lap.stay(index == 0 || index == distances.count - 1 ? 90 : 16, stop: stops[index])
        }
        if isCircular {
            lap.move(to: way.length, metresPerSecond: metresPerSecond, stop: stops.first ?? 0)
        } else {
            for index in distances.indices.dropLast().reversed() {
                lap.move(to: 2 * way.length - distances[index], metresPerSecond: metresPerSecond, stop: stops[index])
                lap.stay(16, stop: stops[index])
            }
        }
        return lap
    }

    /// The stop at a place: one that is near already, or a new one.
    private mutating func stopNumber(at place: Point) -> Int {
        if let near = stops.indices.min(by: {
            stops[$0].place.distance(to: place) < stops[$1].place.distance(to: place)
        }),
            stops[near].place.distance(to: place) < 130
        {
            return near
        }
        stops.append(BusStop(name: stopName(at: place), place: place, lines: []))
        return stops.count - 1
    }

    /// The name of the smallest street at the nearest crossings that no other stop has taken.
    private func stopName(at place: Point) -> String {
        let taken = Set(stops.map(\.name))
        let near = network.nodes.indices.sorted {
            (network.nodes[$0].distance(to: place), $0) < (network.nodes[$1].distance(to: place), $1)
        }
        let names = near.prefix(6).flatMap { node in
            network.segmentsAt[node].map { network.streets[network.segments[$0].street] }
                .sorted { $0.kind.rawValue > $1.kind.rawValue }
                .map { StreetNames.short($0.name) }
        }
        if let free = names.first(where: { !taken.contains($0) }) { return free }
        let base = names.first ?? "Arrêt"
        let directions = ["Nord", "Est", "Sud", "Ouest", "Haut", "Bas"]
        if let free = directions.map({ "\(base) \($0)" }).first(where: { !taken.contains($0) }) { return free }
        return "\(base) \(stops.count + 1)"
    }

    // MARK: - Places

    /// A place at a random street, a few metres from its middle.
    ///
    /// - Parameter kinds: The kinds of street to choose from.
    func streetPlace(
        _ stream: UInt64, kinds: Set<StreetPlan.Kind>? = nil, beside metres: Double = 6
    ) -> (place: Point, segment: Int, heading: Double) {
        // Segments are drawn until one is of the right kind; a town always has some of each.
        for attempt in 0..<200 {
            let segment = noise.pick(stream, Int64(attempt), of: network.segments.count)
            guard segment < network.segments.count else { break }
            let one = network.segments[segment]
            if let kinds, !kinds.contains(network.streets[one.street].kind) { continue }
            let distance = one.line.length * noise.value(stream, 1_000, in: 0.2...0.8)
            return (one.line.point(at: distance, beside: metres), segment, one.line.heading(at: distance))
        }
        return (Point(x: 0, y: 0), 0, 0)
    }

    /// A random crossing within a distance from the centre.
    func crossing(_ stream: UInt64, _ index: Int, within metres: Double) -> Int {
        let count = nodesByRadius.count { network.nodes[$0].radius <= metres }
        guard count > 0 else { return 0 }
        return nodesByRadius[noise.pick(stream, Int64(index), of: count)]
    }
}
