import Foundation

/// A street network as SUMO's `.net.xml` has it: lanes, connections, right of way, signal programs.
struct RoadNetwork {
    /// A place on the network's plane, in metres.
    struct Point: Equatable {
        var x: Double
        var y: Double
    }

    struct Lane {
        var id: String
        var edge: String
        var index: Int
        var lengthMetres: Double
        var speedMetresPerSecond: Double
        /// Its line on the network's plane, in metres; empty inside junctions, but for crossings.
        var line: [Point] = []
        /// A pavement: nobody drives there.
        var isForPeople = false
        /// Lies inside a junction.
        var isInternal: Bool { edge.hasPrefix(":") }
    }

    struct Connection {
        var from: String
        var to: String
        var via: String?
        /// The signals that control it, and its place in their state.
        var signals: String?
        var link: Int?
        /// s straight, l and L left, r and R right, t turnaround.
        var direction: String
    }

    /// The right of way in a junction, by the order of its internal lanes.
    struct Junction {
        var id: String
        var place: Point?
        var internalLanes: [String]
        var foes: [Int: Set<Int>] = [:]
        /// Whom each must let pass.
        var response: [Int: Set<Int>] = [:]
    }

    /// Where people cross a road: an edge of a junction, between two walking areas.
    struct Crossing {
        var edge: String
        var lane: String
        var lengthMetres: Double
        var junction: Junction
        /// How far from the junction's place people are who wait for it or are on it, in metres.
        var reachMetres: Double
    }

    struct Program {
        struct Phase {
            var durationSeconds: Double
            var state: String
        }

        var signals: String
        var id: String
        var offsetSeconds: Double
        var phases: [Phase] = []
    }

    struct Fault: Error, CustomStringConvertible { let description: String }

    private(set) var lanes: [String: Lane] = [:]
    private(set) var connections: [Connection] = []
    private(set) var junctions: [Junction] = []
    private(set) var programs: [Program] = []
    /// Crossings by their lanes.
    private(set) var crossings: [String: Crossing] = [:]
    /// Names of streets by their edges, where the network has them.
    private(set) var streetNames: [String: String] = [:]
    /// Whether places on the plane can be turned into longitude and latitude.
    private(set) var hasProjection = false
    /// Connections by the lane they start from, and by the lane they lead to.
    private(set) var leaving: [String: [Int]] = [:]
    private(set) var entering: [String: [Int]] = [:]
    private var placesOfInternalLanes: [String: (junction: Int, place: Int)] = [:]

    /// Largest file that is read, 512 MiB.
    static let mostBytes = 512 << 20

    /// - Throws: ``Fault`` or an error of the file system, both with the path.
    init(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Fault(description: "\(path) cannot be read; name a scenario with a network (.net.xml)")
        }
        guard data.count <= Self.mostBytes else {
            throw Fault(description: "\(path) has \(data.count) bytes; at most \(Self.mostBytes) are read")
        }
        do { try self.init(xml: Array(data)) } catch let error as XMLTags.Broken {
            throw Fault(description: "\(path): \(error)")
        }
    }

    init(xml: [UInt8]) throws {
        var tags = XMLTags(xml)
        var edge = ""
        var isCrossing = false
        var crossingLanes: [Lane] = []
        var junction: Junction?
        var program: Program?
        while let tag = try tags.next() {
            let values = tag.attributes
            switch (tag.name, tag.isEnd) {
            case ("location", false):
                hasProjection = !["", "!", "-"].contains(values["projParameter"] ?? "")
            case ("edge", false):
                edge = values["id"] ?? ""
                isCrossing = values["function"] == "crossing"
                if let name = values["name"], !name.isEmpty { streetNames[edge] = name }
            case ("lane", false):
                guard let id = values["id"], let length = Double(values["length"] ?? "") else { break }
                let lane = Lane(
                    id: id, edge: edge, index: Int(values["index"] ?? "") ?? 0, lengthMetres: length,
                    speedMetresPerSecond: Double(values["speed"] ?? "") ?? 13.9,
                    line: edge.hasPrefix(":") && !isCrossing ? [] : Self.line(values["shape"]),
                    isForPeople: values["allow"] == "pedestrian")
                lanes[id] = lane
                if isCrossing { crossingLanes.append(lane) }
            case ("connection", false):
                guard let from = values["from"], let to = values["to"] else { break }
                connections.append(
                    Connection(
                        from: "\(from)_\(values["fromLane"] ?? "0")", to: "\(to)_\(values["toLane"] ?? "0")",
                        via: values["via"], signals: values["tl"], link: values["linkIndex"].flatMap { Int($0) },
                        direction: values["dir"] ?? "s"))
            case ("junction", false):
                let found = Junction(
                    id: values["id"] ?? "",
                    place: Double(values["x"] ?? "").flatMap { x in
                        Double(values["y"] ?? "").map { Point(x: x, y: $0) }
                    },
                    internalLanes: (values["intLanes"] ?? "").split(separator: " ").map(String.init))
                if tag.isEmpty { junctions.append(found) } else { junction = found }
            case ("junction", true):
                if let found = junction { junctions.append(found) }
                junction = nil
            case ("request", false):
                guard let index = values["index"].flatMap({ Int($0) }) else { break }
                junction?.foes[index] = Self.indices(values["foes"])
                junction?.response[index] = Self.indices(values["response"])
            case ("tlLogic", false):
                program = Program(
                    signals: values["id"] ?? "", id: values["programID"] ?? "0",
                    offsetSeconds: Double(values["offset"] ?? "") ?? 0)
            case ("phase", false):
                guard let state = values["state"], let duration = Double(values["duration"] ?? "") else { break }
                program?.phases.append(Program.Phase(durationSeconds: duration, state: state))
            case ("tlLogic", true):
                if let found = program { programs.append(found) }
                program = nil
            default: break
            }
        }
        for (index, connection) in connections.enumerated() {
            leaving[connection.from, default: []].append(index)
            entering[connection.to, default: []].append(index)
        }
        // A waiting place inside a junction lists the lanes that cross it; the right of way is that of the junction.
        for (index, junction) in junctions.enumerated() where !junction.foes.isEmpty {
            for (place, lane) in junction.internalLanes.enumerated() { placesOfInternalLanes[lane] = (index, place) }
        }
        for lane in crossingLanes {
            guard let place = placesOfInternalLanes[lane.id] else { continue }
            crossings[lane.id] = Crossing(lane, in: junctions[place.junction])
        }
    }

    /// Reads `x,y x,y`, heights being left out.
    private static func line(_ text: String?) -> [Point] {
        (text ?? "").split(separator: " ").compactMap { part in
            let numbers = part.split(separator: ",").compactMap { Double($0) }
            guard numbers.count >= 2, numbers.allSatisfy(\.isFinite) else { return nil }
            return Point(x: numbers[0], y: numbers[1])
        }
    }

    /// The places of the ones in a bit string, the last character being place 0.
    private static func indices(_ bits: String?) -> Set<Int> {
        Set((bits ?? "").utf8.reversed().enumerated().filter { $0.element == UInt8(ascii: "1") }.map(\.offset))
    }

    /// The crossing that a connection leads people onto, from either side; `nil` for the ways of vehicles.
    func crossing(of connection: Connection) -> Crossing? {
        crossings.isEmpty ? nil : crossings[connection.to] ?? crossings[connection.from]
    }

    /// Where a connection stands in its junction's right of way: the junction and the place of its internal lane.
    func rightOfWay(of connection: Connection) -> (junction: Int, place: Int)? {
        if let crossing = crossing(of: connection) { return placesOfInternalLanes[crossing.lane] }
        var lane = connection.via
        // A movement that waits inside the junction goes on from its first internal lane by another.
        for _ in 0..<4 {
            guard let current = lane else { return nil }
            if let found = placesOfInternalLanes[current] { return found }
            lane = leaving[current]?.lazy.compactMap { connections[$0].via }.first
        }
        return nil
    }
}

extension RoadNetwork.Crossing {
    /// How far those who wait are from its ends, and where that is not known, from the junction, in metres.
    private static let (waitingMetres, assumedReachMetres) = (15.0, 100.0)

    fileprivate init(_ lane: RoadNetwork.Lane, in junction: RoadNetwork.Junction) {
        edge = lane.edge
        self.lane = lane.id
        lengthMetres = lane.lengthMetres
        self.junction = junction
        let distances = junction.place.map { place in
            lane.line.map { (($0.x - place.x) * ($0.x - place.x) + ($0.y - place.y) * ($0.y - place.y)).squareRoot() }
        }
        reachMetres = distances?.max().map { $0 + Self.waitingMetres } ?? Self.assumedReachMetres
    }
}
