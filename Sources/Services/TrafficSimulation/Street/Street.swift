import Foundation
import NGSILDModel
import SignalControl
import SignalRoadside

/// A run under way: its roadside units, and what they have reported.
///
/// Invariants:
/// 1. In each second the readings of that second and the lamps of the second before are reported in one batch, so that a
///    controller knows what the detectors saw and what the lamps showed meanwhile.
struct Street {
    let description: StreetDescription
    private let options: StreetRun.Options
    private let sites: [NetworkIntersections.Site]
    private let connection: TraCIConnection
    private let zero: Timestamp
    private var feed: DetectorFeed
    private var flow: StreetFlow
    private var breakdowns: Breakdowns
    private var units: [RoadsideUnit]
    private var now: Double
    private var seconds = 0

    /// What was reported last of each unit.
    private var colours: [[SignalColour]]
    private var controls: [ActiveControl?]
    private var acknowledgements: [SignalAcknowledgement?]
    private var newAcknowledgements: [SignalAcknowledgement?]
    private var acknowledgedAt: [Double]
    private var shown: [String]
    private var asked: [Asked]

    private var pace: CommandPace
    private var controlSeconds: [String: Int] = [:]
    private var inTime = 0
    private var missing = 0
    private var refused = 0
    private let began = ContinuousClock.now
    private let processorBegan = ProcessorTime.ofProcess()

    /// What of calls and requests for priority was reported of a unit's groups.
    private struct Asked {
        var calls: [Int: Bool] = [:]
        var priority: [Int: Bool] = [:]
        var priorityToldAt: [Int: Double] = [:]
    }

    /// A request for priority that lasts is told again after so many seconds.
    private static let priorityAgainSeconds = 20.0

    init(
        _ run: StreetRun, _ network: RoadNetwork, _ sites: NetworkIntersections, _ connection: TraCIConnection
    ) throws {
        options = run.options
        self.sites = sites.sites
        self.connection = connection
        zero = run.start.adding(seconds: -run.scenario.beginSeconds)
        now = run.scenario.beginSeconds
        description = try StreetDescription(
            network, sites, key: run.scenario.name,
            map: StreetMap(network, connection, origin: run.options.origin), zero: zero, mode: run.options.mode)
        breakdowns = try Breakdowns(run.options.breakdowns, network)
        feed = DetectorFeed(
            sites.detectors, network, deadPart: run.options.deadDetectors, seed: UInt64(bitPattern: Int64(run.seed)))
        try feed.subscribe(connection)
        flow = StreetFlow(description.roads)
        try flow.subscribe(connection)
        // The unit's clock is the simulation's, on which the plans of the network count.
        units = zip(sites.sites, description.intersections).map { [zero, now] site, description in
            RoadsideUnit(
                site.intersection, groupNumbers: description.groupNumbers, zero: zero, atSeconds: now)
        }
        colours = units.map { _ in [] }
        controls = units.map { _ in nil }
        acknowledgements = units.map { _ in nil }
        newAcknowledgements = acknowledgements
        acknowledgedAt = units.map { _ in -.infinity }
        shown = units.map { _ in "" }
        asked = units.map { _ in Asked() }
        pace = CommandPace(
            description.intersections.map(\.id), deadline: .seconds(run.options.deadlineSeconds),
            pause: .seconds(run.options.retrySeconds))
    }

    mutating func run(
        until end: Double, in city: some StreetCity, watch: (StreetEvent) -> Void
    ) async throws {
        let clock = ContinuousClock()
        let first = now
        var answered = true
        var tellControl: [ActiveControl?] = units.map { _ in nil }
        while now < end, !Task.isCancelled {
            let commands = await pace.exchange(report(), at: zero.adding(seconds: now), waits: isAdaptive, city)
            if (commands != nil) != answered {
                answered.toggle()
                watch(.city(atSeconds: now - first, answers: answered))
            }
            if commands == nil { forgetReported() }
            for index in units.indices { try follow(index, commands ?? [:]) }
            for index in units.indices {
                let control = units[index].activeControl
                controlSeconds[control.rawValue, default: 0] += 1
                if control != .longestRed, tellControl[index] != control {
                    tellControl[index] = control
                    watch(
                        .control(atSeconds: now - first, signals: sites[index].signals, control: control.rawValue))
                }
            }
            try breakdowns.step(connection, afterSeconds: now - first)
            let reports = try connection.step()
            feed.take(reports)
            flow.take(reports, feed.all)
            now += 1
            seconds += 1
            if seconds % 60 == 0 {
                watch(
                    .minute(
                        atSeconds: now - first, vehiclesStanding: Int(feed.all.reduce(0) { $0 + ($1?.standing ?? 0) }),
                        adaptive: units.count { $0.activeControl == .adaptive }, signals: units.count))
            }
            if let speed = options.speed {
                try? await clock.sleep(until: began.advanced(by: .seconds(Double(seconds) / speed)))
            }
        }
    }

    private var isAdaptive: Bool { options.mode == .adaptive }

    /// Takes the newest command in, and lets the lamps follow.
    private mutating func follow(_ index: Int, _ commands: [String: [UInt8]]) throws {
        if isAdaptive {
            if let command = commands[description.intersections[index].id] {
                let acknowledgement = units[index].receive(command, atSeconds: now)
                if acknowledgement.isAccepted { inTime += 1 } else { refused += 1 }
                note(acknowledgement, index)
            } else {
                missing += 1
            }
        }
        let observation = feed.observation(of: sites[index], atSeconds: now)
        let state = SimulationRun.state(units[index].step(observation, atSeconds: now))
        if state != shown[index] {
            try connection.setState(ofSignals: sites[index].signals, state)
            shown[index] = state
        }
    }

    /// An acknowledgement is told when it says something else than the one before, and every ten seconds.
    private mutating func note(_ acknowledgement: SignalAcknowledgement, _ index: Int) {
        let before = acknowledgements[index]
        guard
            before?.isAccepted != acknowledgement.isAccepted || before?.reason != acknowledgement.reason
                || now - acknowledgedAt[index] >= 10
        else { return }
        acknowledgements[index] = acknowledgement
        newAcknowledgements[index] = acknowledgement
        acknowledgedAt[index] = now
    }

    // MARK: - Reporting

    /// What is new since the last second.
    private mutating func report() -> [[UInt8]] {
        let time = zero.adding(seconds: now)
        var writer = SignalEntityWriter()
        for index in units.indices {
            appendState(index, to: &writer)
            appendAsked(index, to: &writer)
        }
        for (number, reading) in feed.all.enumerated() {
            guard let reading, description.reported.contains(number) else { continue }
            writer.begin(description.detectorIDs[number], SignalEntity.detector.rawValue)
            if feed.isStopLine(number) {
                writer.number("passedVehicleCount", reading.vehicles, at: time)
            } else {
                writer.number("vehicleCount", reading.vehicles, at: time)
                writer.number("stoppedVehicleCount", reading.standing, at: time)
                writer.number("occupancy", (reading.occupancy * 1_000).rounded() / 1_000, at: time)
            }
            writer.end()
        }
        if seconds > 0, seconds % StreetFlow.periodSeconds == 0 {
            flow.append(from: time.adding(seconds: -Double(StreetFlow.periodSeconds)), to: time, to: &writer)
        }
        return writer.bodies()
    }

    /// After a report that may not have arrived everything is told again.
    private mutating func forgetReported() {
        for index in units.indices {
            colours[index] = []
            controls[index] = nil
            acknowledgements[index] = nil
            asked[index] = Asked()
        }
    }

    /// Who asks for a group: people who wait at a crossing, public transport that comes.
    private mutating func appendAsked(_ index: Int, to writer: inout SignalEntityWriter) {
        let site = sites[index]
        guard !site.calls.isEmpty || !site.priority.isEmpty else { return }
        let observation = feed.observation(of: site, atSeconds: now)
        let time = zero.adding(seconds: now)
        for group in Set((site.calls + site.priority).map(\.group)).sorted() {
            // A call ends with the green, whoever comes then.
            let isCalled = observation.calls.contains(group) && !units[index].kernel.colours[group].isGreen
            let hasPriority = observation.priority.contains(group)
            let tellsCall = site.calls.contains { $0.group == group } && asked[index].calls[group] != isCalled
            let isOld = now - (asked[index].priorityToldAt[group] ?? now) >= Self.priorityAgainSeconds
            let tellsPriority =
                site.priority.contains { $0.group == group }
                && (asked[index].priority[group] != hasPriority || hasPriority && isOld)
            guard tellsCall || tellsPriority else { continue }
            writer.begin(description.intersections[index].groupID(group), SignalEntity.group.rawValue)
            if tellsCall {
                writer.truth("requested", isCalled, at: time)
                asked[index].calls[group] = isCalled
            }
            if tellsPriority {
                writer.truth("priorityRequest", hasPriority, at: time)
                asked[index].priority[group] = hasPriority
                asked[index].priorityToldAt[group] = now
            }
            writer.end()
        }
    }

    private mutating func appendState(_ index: Int, to writer: inout SignalEntityWriter) {
        let unit = units[index]
        let intersection = description.intersections[index]
        for (group, colour) in unit.kernel.colours.enumerated()
        where !colours[index].indices.contains(group) || colours[index][group] != colour {
            let state: SignalState =
                switch colour {
                case .red: .red
                case .yellow: .yellow
                case .green: .green
                case .permissive: .permissiveGreen
                }
            writer.begin(intersection.groupID(group), SignalEntity.group.rawValue)
            writer.text("signalState", state.rawValue, at: zero.adding(seconds: unit.kernel.since[group]))
            writer.end()
        }
        colours[index] = unit.kernel.colours
        let control = unit.activeControl
        let acknowledgement = newAcknowledgements[index]
        newAcknowledgements[index] = nil
        guard control != controls[index] || acknowledgement != nil else { return }
        let time = zero.adding(seconds: seconds == 0 ? now : now - 1)
        writer.begin(intersection.id, SignalEntity.intersection.rawValue)
        if control != controls[index] { writer.text("activeControl", control.rawValue, at: time) }
        if let acknowledgement { writer.json("acknowledgement", at: time) { acknowledgement.append(to: &$0) } }
        writer.end()
        controls[index] = control
    }

    // MARK: - Result

    func result(_ run: RunResult, _ examples: [SafetyViolation]) -> StreetResult {
        StreetResult(
            run: run, signals: units.count, seconds: seconds, controlSeconds: controlSeconds, commandsInTime: inTime,
            commandsMissing: missing, commandsRefused: refused, meanAnswerMilliseconds: pace.timing.mean,
            mostAnswerMilliseconds: pace.timing.longest,
            processorSeconds: ProcessorTime.ofProcess() - processorBegan,
            wallSeconds: (ContinuousClock.now - began) / .seconds(1), violationExamples: examples)
    }
}
