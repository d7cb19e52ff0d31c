/// Watches what the lamps of one intersection show, and notes what must never be.
///
/// Written from the rules and the network alone: it shares no line with the kernel that it checks.
struct SignalWatch {
    struct Rules: Sendable {
        /// For each place in the state those that must not be green or yellow with it.
        var conflicts: [Set<Int>]
        /// Shortest yellow of each place, in seconds; 0 where only people cross.
        var yellowSeconds: [Double]
        var minimumGreenSeconds = 5.0
        /// Longest red while vehicles stand or people wait, in seconds.
        var maximumRedSeconds = 120.0
        /// For each place the lanes before its stop line, and the crossings that people wait for.
        var lanes: [[String]]
        /// What the places where people cross need.
        var walks: [Int: Walk] = [:]
    }

    /// The times of a crossing, in seconds.
    struct Walk: Sendable, Equatable {
        var minimumGreenSeconds: Double
        /// From the end of its green until a conflicting place may start.
        var clearanceSeconds: Double

        /// A crossing that is walked over at 1.2 m/s: 7 s of green or half the way, and the whole way to clear.
        init(lengthMetres: Double) {
            clearanceSeconds = lengthMetres / 1.2
            minimumGreenSeconds = max(7, clearanceSeconds / 2)
        }
    }

    let signals: String
    let rules: Rules
    private var shown: [Character] = []
    private var since: [Double] = []
    private var waitingSince: [Double?] = []
    /// When each place turned red.
    private var redSince: [Double] = []
    private(set) var violations: [SafetyViolation] = []
    private(set) var count = 0

    /// Most violations that are kept with their text; all are counted.
    private static let mostKept = 100

    init(signals: String, rules: Rules) {
        self.signals = signals
        self.rules = rules
    }

    /// - Parameter standing: Vehicles that stand on each lane, and people who wait for each crossing.
    mutating func take(_ state: String, standing: [String: Int], atSeconds now: Double) {
        let new = Array(state)
        guard new.count == rules.conflicts.count else {
            note(now, .state, "the state \(state) has \(new.count) places instead of \(rules.conflicts.count)")
            return
        }
        defer { shown = new }
        if shown.isEmpty {
            // What was before is not known: the first colours count from now, without a shortest time.
            since = Array(repeating: -.infinity, count: new.count)
            waitingSince = Array(repeating: nil, count: new.count)
            redSince = since
        } else {
            for place in new.indices where kind(shown[place]) != kind(new[place]) {
                checkChange(place, new[place], now)
                if kind(new[place]) == .red { redSince[place] = now }
            }
            for place in new.indices where kind(new[place]) == .green && kind(shown[place]) != .green {
                checkClearance(before: place, now)
            }
        }
        for place in new.indices where kind(new[place]) != .red {
            for other in rules.conflicts[place] where other < place && kind(new[other]) != .red {
                note(now, .conflict, "\(other) shows \(new[other]) while \(place) shows \(new[place])")
            }
        }
        for place in new.indices {
            if kind(new[place]) == .green {
                waitingSince[place] = nil
            } else if rules.lanes[place].contains(where: { standing[$0] ?? 0 > 0 }) {
                if let waiting = waitingSince[place] {
                    // Once for each time.
                    if now - waiting > rules.maximumRedSeconds, now - waiting <= rules.maximumRedSeconds + 1 {
                        note(now, .longRed, "\(place) is not green though somebody waits since \(waiting)")
                    }
                } else {
                    waitingSince[place] = now
                }
            } else {
                waitingSince[place] = nil
            }
        }
    }

    private mutating func checkChange(_ place: Int, _ colour: Character, _ now: Double) {
        let age = now - since[place]
        switch (kind(shown[place]), kind(colour)) {
        case (.green, .red) where rules.yellowSeconds[place] > 0:
            note(now, .noYellow, "\(place) went from green to red")
        case (.green, _) where age < rules.walks[place]?.minimumGreenSeconds ?? rules.minimumGreenSeconds:
            note(now, .shortGreen, "\(place) was green for \(age) s")
        case (.yellow, .red) where age < rules.yellowSeconds[place]:
            note(now, .shortYellow, "\(place) was yellow for \(age) s instead of \(rules.yellowSeconds[place]) s")
        case (.yellow, .green):
            note(now, .shortYellow, "\(place) went from yellow to green")
        case (.red, .yellow):
            note(now, .state, "\(place) went from red to yellow")
        default: break
        }
        since[place] = now
    }

    /// Whoever started to walk at the end of a green must be across.
    private mutating func checkClearance(before place: Int, _ now: Double) {
        for other in rules.conflicts[place].sorted() {
            guard let walk = rules.walks[other], now - redSince[other] < walk.clearanceSeconds else { continue }
            note(now, .shortClearance, "\(place) started \(now - redSince[other]) s after people at \(other) had green")
        }
    }

    private enum Kind { case red, yellow, green }

    private func kind(_ colour: Character) -> Kind {
        switch colour {
        case "G", "g": .green
        case "y", "Y": .yellow
        default: .red
        }
    }

    private mutating func note(_ now: Double, _ rule: SafetyViolation.Rule, _ text: String) {
        count += 1
        guard violations.count < Self.mostKept else { return }
        violations.append(SafetyViolation(signals: signals, atSeconds: now, rule: rule, text: text))
    }
}

/// Something that lamps must never show, and did.
public struct SafetyViolation: Sendable, Equatable, Codable {
    /// Which rule was broken.
    public enum Rule: String, Sendable, Codable {
        case conflict, noYellow, shortYellow, shortGreen, shortClearance, longRed, state
    }

    public var signals: String
    public var atSeconds: Double
    public var rule: Rule
    public var text: String
}
