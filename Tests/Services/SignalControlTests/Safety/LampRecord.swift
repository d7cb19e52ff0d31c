import SignalControl

/// Watches lamps from outside and notes what must never be: written from the rules, not from the kernel.
struct LampRecord {
    private let intersection: Intersection
    private var shown: [SignalColour]
    private var since: [Double]
    private var greenEndedAt: [Double]
    private var waitingSince: [Double?]
    private(set) var violations: [String] = []

    init(_ intersection: Intersection, atSeconds start: Double) {
        self.intersection = intersection
        let count = intersection.groups.count
        shown = Array(repeating: .red, count: count)
        since = Array(repeating: start, count: count)
        greenEndedAt = Array(repeating: -.infinity, count: count)
        waitingSince = Array(repeating: nil, count: count)
    }

    mutating func take(_ colours: [SignalColour], demand: GroupSet, atSeconds now: Double) {
        for group in colours.indices {
            let rules = intersection.groups[group]
            let (old, new) = (shown[group], colours[group])
            // Tenths of seconds do not add up exactly.
            let age = now - since[group] + 1e-6
            func note(_ text: String) { violations.append("\(now): group \(group) \(text)") }
            if old.isGreen, new == .red, rules.yellowSeconds > 0 { note("went from green to red") }
            if old == .yellow, new.isGreen { note("went from yellow to green") }
            if old == .red, new == .yellow { note("went from red to yellow") }
            if old == .yellow, new == .red, age < rules.yellowSeconds { note("had a yellow of \(age) s") }
            if old.isGreen, !new.isGreen, age < rules.minimumGreenSeconds { note("had a green of \(age) s") }
            if old == .green, new == .permissive { note("lost its protection while green") }
            if new.isGreen || new == .yellow {
                for other in intersection.conflicts[group] where colours[other] != .red {
                    note("is \(new) while \(other) is \(colours[other])")
                }
            }
            if new == .green {
                for other in intersection.yields[group] where colours[other] != .red {
                    note("is protected while \(other), which it must let pass, is \(colours[other])")
                }
            }
            if old.isGreen || old == .yellow, new == .red { greenEndedAt[group] = now }
            if new.isGreen, !old.isGreen {
                for other in intersection.conflicts[group] where other != group {
                    let clear = intersection.groups[other].allRedSeconds
                    if now - greenEndedAt[other] + 1e-6 < clear { note("started before \(other) had cleared") }
                }
            }
            if old.isGreen != new.isGreen || old != new && !(old.isGreen && new.isGreen) { since[group] = now }
            if new.isGreen {
                waitingSince[group] = nil
            } else if let waiting = waitingSince[group] {
                if now - waiting > intersection.maximumRedSeconds + 1e-6 { note("waits since \(waiting)") }
            } else if demand.contains(group) {
                waitingSince[group] = now
            }
        }
        shown = colours
    }
}
