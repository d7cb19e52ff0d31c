import NGSILDModel

/// Finds sudden drops of speed with a rise of occupancy, such as an accident downstream makes.
///
/// A reading is suspect when it is slow and full against the half hour before it, and slower than is usual at this time of
/// day, so that the beginning of each evening's rush is none. Two in a row raise it. It is over when two in a row are
/// near the speed before, or after an hour: then it is what traffic is like now, and ``JamWatch`` tells of queues.
///
/// Of the family of the California algorithms, which compare occupancies along the road and ask for persistence; here a
/// detector is compared with itself, since nobody has to say which stands upstream of which.
///
/// - Source: Payne, Tignor, "Freeway Incident-Detection Algorithms Based on Decision Trees with States", Transportation
///   Research Record 682, 1978, for persistence. The numbers are ours.
struct DropWatch: Sendable {
    enum Limit {
        /// Of the speed in the half hour before; where what is usual is not known yet; and to be over.
        static let (drop, dropWithoutUsual, over) = (0.6, 0.5, 0.8)
        /// Of what is usual at this time of day.
        static let usual = 0.75
        /// How much occupancy must rise: added, and times.
        static let (added, times) = (0.08, 1.5)
        /// km/h; slower traffic than this has no sudden drops.
        static let leastBefore = 20.0
        static let readings = 2
        static let longestSeconds = 3_600.0
        /// Readings before that are held against: 5-minute cells, of which three must be known.
        static let (cellSeconds, cells, fewestCells) = (300.0, 6, 3)
    }

    private struct Cell: Sendable {
        var number: Int64
        var speed = 0.0
        var occupancy = 0.0
        var count = 0.0
    }

    private(set) var incident: TrafficIncident?
    private var cells: [Cell] = []
    private var suspect: TrafficIncident?
    /// Speed and occupancy before the drop, kept while it lasts.
    private var before: (speed: Double, occupancy: Double)?
    private var suspectCount = 0
    private var overCount = 0

    mutating func take(_ measure: TrafficMeasure, usual: DayProfile.Usual?) {
        // Without both there is nothing to see.
        guard let speed = measure.speed, let occupancy = measure.occupancy else { return }
        let known = before ?? baseline(measure.time)
        if incident != nil, let known {
            watch(measure, speed, known.speed)
        } else if let known, isSuspect(speed, occupancy, known, usual) {
            before = known
            var found = suspect ?? TrafficIncident(.drop, onset: measure.time, last: measure.time)
            found.see(measure)
            found.reference = known.speed
            suspect = found
            suspectCount += 1
            if suspectCount >= Limit.readings { incident = found }
        } else {
            (suspect, suspectCount, before) = (nil, 0, nil)
        }
        add(measure.time, speed, occupancy)
    }

    private mutating func watch(_ measure: TrafficMeasure, _ speed: Double, _ before: Double) {
        overCount = speed >= Limit.over * before ? overCount + 1 : 0
        if overCount == 0 { incident?.see(measure) }
        let lasts = incident.map { measure.time.seconds(since: $0.onset) } ?? 0
        guard overCount >= Limit.readings || lasts > Limit.longestSeconds else { return }
        (incident, suspect, suspectCount, overCount, self.before) = (nil, nil, 0, 0, nil)
        // What was during the drop is not what the next one is held against.
        cells = []
    }

    private func isSuspect(
        _ speed: Double, _ occupancy: Double, _ before: (speed: Double, occupancy: Double), _ usual: DayProfile.Usual?
    ) -> Bool {
        guard before.speed >= Limit.leastBefore, occupancy >= before.occupancy + Limit.added,
            occupancy >= before.occupancy * Limit.times
        else { return false }
        if let usual, usual.speed.isFinite {
            return speed <= Limit.drop * before.speed && speed <= Limit.usual * Double(usual.speed)
        }
        return speed <= Limit.dropWithoutUsual * before.speed
    }

    // MARK: - The half hour before

    private static func number(_ time: Timestamp) -> Int64 { time.microseconds / Int64(Limit.cellSeconds * 1e6) }

    private func baseline(_ time: Timestamp) -> (speed: Double, occupancy: Double)? {
        let now = Self.number(time)
        let past = cells.filter { $0.number < now && $0.number >= now - Int64(Limit.cells) }
        guard past.count >= Limit.fewestCells else { return nil }
        let count = Double(past.count)
        return (
            past.reduce(0) { $0 + $1.speed / $1.count } / count,
            past.reduce(0) { $0 + $1.occupancy / $1.count } / count
        )
    }

    private mutating func add(_ time: Timestamp, _ speed: Double, _ occupancy: Double) {
        let number = Self.number(time)
        if cells.last?.number != number {
            cells.append(Cell(number: number))
            if cells.count > Limit.cells + 1 { cells.removeFirst() }
        }
        let place = cells.count - 1
        cells[place].speed += speed
        cells[place].occupancy += occupancy
        cells[place].count += 1
    }
}
