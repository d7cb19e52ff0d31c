/// How many people wait at crossings and walk on them, as the simulator tells it.
///
/// Counts only: of each person near a junction it is read where she is and where she goes on to, and it is added up; who it is
/// is passed over in the message.
struct CrossingCounts {
    /// People who wait for a crossing or are about to enter it, from either side, by its lane; none for those without.
    private(set) var waiting: [String: Int] = [:]
    /// People who are on a crossing, by its lane.
    private(set) var walking: [String: Int] = [:]

    private let crossings: [RoadNetwork.Crossing]
    private let lanes: [String: String]

    private enum Variable { static let (edge, nextEdge): (UInt8, UInt8) = (0x50, 0xC1) }

    init(_ crossings: [RoadNetwork.Crossing]) {
        self.crossings = crossings
        lanes = Dictionary(crossings.map { ($0.edge, $0.lane) }, uniquingKeysWith: { first, _ in first })
    }

    /// Subscribes to the people around the junctions of the crossings.
    func subscribe(_ connection: TraCIConnection) throws -> [TraCIConnection.Report] {
        let reaches = Dictionary(crossings.map { ($0.junction.id, $0.reachMetres) }, uniquingKeysWith: max)
        return try reaches.sorted { $0.key < $1.key }.map { junction, reach in
            try connection.subscribe(
                toPeopleAround: junction, withinMetres: reach, [Variable.edge, Variable.nextEdge])
        }
    }

    /// Takes in all that was told of one second.
    mutating func take(_ reports: [TraCIConnection.Report]) {
        guard !crossings.isEmpty else { return }
        waiting = [:]
        walking = [:]
        for person in reports.lazy.flatMap(\.nearby) {
            for (variable, value) in person {
                guard case .string(let edge) = value, let lane = lanes[edge] else { continue }
                switch variable {
                case Variable.edge: walking[lane, default: 0] += 1
                case Variable.nextEdge: waiting[lane, default: 0] += 1
                default: break
                }
            }
        }
    }
}
