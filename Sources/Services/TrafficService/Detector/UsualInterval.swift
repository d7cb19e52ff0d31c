import NGSILDModel

/// How often a detector reports: the median of its last gaps.
struct UsualInterval: Sendable {
    private var gaps: [Double] = []
    private static let kept = 9
    private static let fewest = 3

    /// Takes in the time between two readings, in seconds.
    mutating func add(_ seconds: Double) {
        guard seconds > 0 else { return }
        if gaps.count == Self.kept { gaps.removeFirst() }
        gaps.append(seconds)
    }

    /// In seconds; `nil` before three gaps are known.
    var seconds: Double? {
        guard gaps.count >= Self.fewest else { return nil }
        return gaps.sorted()[gaps.count / 2]
    }
}
