import JSONTree
public import NGSILDModel
public import SignalControl

/// The part of the control that stands at the intersection: it takes commands in, keeps the lamps safe, and goes on by the
/// fixed plan when no valid command comes.
///
/// A value without clock and network: commands, readings and times go in, colours and acknowledgements come out. Whatever
/// comes in, what the lamps show keeps the rules of ``SafetyKernel``.
///
/// Invariants:
/// 1. A command that is followed was measured less than five seconds ago, is within its `validUntil`, names groups of this
///    intersection only, and none that exclude each other. All others are refused with a reason.
public struct RoadsideUnit: Sendable {
    public private(set) var kernel: SafetyKernel
    /// For each group its number in commands.
    public let groupNumbers: [Int]
    private let indices: [Int: Int]
    /// The instant at which the unit's clock shows 0.
    private let zero: Timestamp
    private var demand: DemandEstimator
    private var calls = GroupSet()
    private var newestMeasurement = -Double.infinity
    private var newest: (sequence: Int, measuredAt: Timestamp)?
    private var validUntilSeconds = -Double.infinity

    /// How far a command's clock may be ahead, in seconds.
    static let clockToleranceSeconds = 1.0

    /// A unit whose lamps are all red at `start`.
    ///
    /// - Parameters:
    ///   - groupNumbers: For each group of the intersection its number in commands, each once.
    ///   - zero: The instant at which the clock that the unit is stepped by shows 0; the plan's offset counts from there.
    ///   - start: Seconds on that clock.
    public init(_ intersection: Intersection, groupNumbers: [Int], zero: Timestamp, atSeconds start: Double) {
        kernel = SafetyKernel(intersection, atSeconds: start)
        demand = DemandEstimator(intersection)
        self.groupNumbers = groupNumbers
        self.zero = zero
        indices = Dictionary(
            zip(groupNumbers, intersection.groups.indices), uniquingKeysWith: { first, _ in first })
    }

    /// Takes a command in as it came: the text of the attribute's value.
    public mutating func receive(_ text: [UInt8], atSeconds now: Double) -> SignalAcknowledgement {
        guard text.count <= 65_536, let document = try? JSONDocument(parsing: text) else {
            return SignalAcknowledgement(
                sequence: nil, isAccepted: false, reason: "the command is not JSON of up to 64 KiB")
        }
        do throws(SignalCommand.Fault) {
            return receive(try SignalCommand(document, document.root), atSeconds: now)
        } catch {
            let sequence = document.member(document.root, "sequence").flatMap { document.integer($0) }
            return SignalAcknowledgement(sequence: sequence, isAccepted: false, reason: error.description)
        }
    }

    /// Takes a command in, or refuses it.
    public mutating func receive(_ command: SignalCommand, atSeconds now: Double) -> SignalAcknowledgement {
        let measured = seconds(command.measuredAt)
        let valid = seconds(command.validUntil)
        if let reason = refusal(of: command, measured, valid, now) {
            return SignalAcknowledgement(sequence: command.sequence, isAccepted: false, reason: reason)
        }
        let protected = GroupSet(command.protectedGroups.compactMap { indices[$0] })
        let permissive = GroupSet(command.permissiveGroups.compactMap { indices[$0] })
        newest = (command.sequence, command.measuredAt)
        validUntilSeconds = valid
        kernel.accept(SignalPhase(protected: protected, permissive: permissive), measuredAtSeconds: measured)
        return SignalAcknowledgement(sequence: command.sequence, isAccepted: true)
    }

    /// Moves on to a time, and returns what each group shows from then on.
    ///
    /// - Parameter observation: What the intersection's own detectors tell; `nil` when nothing came. One that is not newer than the
    ///   one before, or not of these five seconds, counts as none. Without it the unit takes it that those wait who waited before.
    @discardableResult
    public mutating func step(_ observation: IntersectionObservation?, atSeconds now: Double) -> [SignalColour] {
        if now >= validUntilSeconds { kernel.withdraw() }
        let observation = observation.flatMap { one in
            one.measuredAtSeconds > newestMeasurement && abs(now - one.measuredAtSeconds) < SafetyKernel.staleSeconds
                ? one : nil
        }
        if let observation {
            newestMeasurement = observation.measuredAtSeconds
            demand.take(observation, colours: kernel.colours, atSeconds: now)
            calls = observation.calls
        }
        return kernel.step(
            atSeconds: now, demand: demand.demand(calls),
            occupied: observation.map(kernel.intersection.occupied) ?? [])
    }

    /// Who has decided at the last step.
    public var activeControl: ActiveControl {
        switch kernel.source {
        case .request: .adaptive
        case .fixedPlan: .fixedPlan
        case .longestRed: .longestRed
        }
    }

    private func seconds(_ time: Timestamp) -> Double {
        let (distance, overflow) = time.microseconds.subtractingReportingOverflow(zero.microseconds)
        return overflow ? (time > zero ? .infinity : -.infinity) : Double(distance) / 1e6
    }

    /// Why a command is not followed; `nil` where it is.
    private func refusal(of command: SignalCommand, _ measured: Double, _ valid: Double, _ now: Double) -> String? {
        guard now.isFinite else { return "the unit's clock is broken" }
        guard now - measured < SafetyKernel.staleSeconds else {
            return
                "it was measured \(Int(min(now - measured, 1e9))) s ago; \(Int(SafetyKernel.staleSeconds)) s are too old"
        }
        guard measured - now <= Self.clockToleranceSeconds else {
            return "measuredAt is in the future; set the clocks by one source"
        }
        guard valid > now, valid > measured else { return "validUntil is over" }
        if let newest, command.measuredAt < newest.measuredAt {
            return "command \(newest.sequence) was measured later and is followed"
        }
        let numbers = command.protectedGroups + command.permissiveGroups
        guard numbers.count <= SignalCommand.mostGroups else { return "it names \(numbers.count) groups" }
        if let unknown = numbers.first(where: { indices[$0] == nil }) {
            return "there is no signal group \(unknown) here"
        }
        let intersection = kernel.intersection
        let protected = GroupSet(command.protectedGroups.compactMap { indices[$0] })
        let green = protected.union(GroupSet(command.permissiveGroups.compactMap { indices[$0] }))
        for group in green {
            if let other = intersection.conflicts[group].intersection(green).first(where: { _ in true }) {
                return "signal groups \(groupNumbers[group]) and \(groupNumbers[other]) exclude each other"
            }
            if protected.contains(group),
                let other = intersection.yields[group].intersection(green).first(where: { _ in true })
            {
                return
                    "signal group \(groupNumbers[group]) has to give way to \(groupNumbers[other]), so it is not protected"
            }
        }
        return nil
    }
}
