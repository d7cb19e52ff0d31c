/// Durations as ISO 8601 writes them, of weeks, days, hours, minutes and seconds: `PT15M`, `P1DT12H`.
public enum RuleDuration {
    /// - Returns: seconds; `nil` for anything else, also for months and years, which have no certain length.
    public static func seconds(_ text: String) -> Double? {
        var rest = Substring(text)
        guard rest.popFirst() == "P", rest.utf8.count <= 40 else { return nil }
        var units: [(Character, Double)] = [("W", 604_800), ("D", 86_400)]
        var isTime = false
        var found = false
        var total = 0.0
        while let first = rest.first {
            if first == "T" {
                guard !isTime, rest.count > 1 else { return nil }
                isTime = true
                units = [("H", 3_600), ("M", 60), ("S", 1)]
                rest.removeFirst()
                continue
            }
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count)
            guard let number = Double(digits), number.isFinite, let unit = rest.popFirst(),
                let place = units.firstIndex(where: { $0.0 == unit })
            else { return nil }
            // Units come in their order, each once.
            total += number * units[place].1
            units.removeFirst(place + 1)
            found = true
        }
        return found ? total : nil
    }
}
