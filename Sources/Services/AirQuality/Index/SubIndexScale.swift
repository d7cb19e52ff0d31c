/// The table that turns a pollutant's concentration into its sub-index.
struct SubIndexScale: Sendable {
    /// A line of a table with breakpoints; both ends belong to it.
    struct Segment: Sendable {
        let concentrations: ClosedRange<Double>
        let indices: ClosedRange<Double>

        func index(at concentration: Double) -> Double {
            let width = concentrations.upperBound - concentrations.lowerBound
            guard width > 0 else { return indices.lowerBound }
            return indices.lowerBound + (indices.upperBound - indices.lowerBound)
                * (concentration - concentrations.lowerBound) / width
        }
    }

    /// What a concentration beyond the table's last line means.
    enum Above: Sendable {
        /// The last line goes on.
        case continued
        /// The last index, marked as above the scale.
        case capped
        /// The last index, which the index itself defines so.
        case fixed(Double)
        /// The table says nothing; another table of the pollutant does.
        case undefined
    }

    /// What a table says about a concentration.
    enum Verdict {
        case index(Double, isAboveScale: Bool)
        /// Below the table's first line, where the table is not to be used.
        case belowScale
        case undefinedAbove
    }

    private let segments: [Segment]
    private let above: Above
    /// Level `n + 1` reaches up to and with `levels[n]`; the last level is open.
    private let levels: [Double]
    private let levelCount: Int
    /// Above it a level's concentration counts as beyond the scale; infinite where the scale is open.
    private let levelLimit: Double

    /// Lines between breakpoints that both neighbours share.
    static func joined(
        _ concentrations: [Double], _ indices: [Double] = [0, 50, 100, 150, 200, 300, 400, 500], above: Above
    ) -> SubIndexScale {
        let segments = zip(concentrations, concentrations.dropFirst()).enumerated().map { place, ends in
            Segment(concentrations: ends.0...ends.1, indices: indices[place]...indices[place + 1])
        }
        return SubIndexScale(segments: segments, above: above, levels: [], levelCount: 0, levelLimit: .infinity)
    }

    /// Lines as a table prints them, from and to, for concentrations that are rounded to the table's digits.
    static func printed(
        _ lines: [(ClosedRange<Double>, ClosedRange<Double>)], above: Above
    ) -> SubIndexScale {
        SubIndexScale(
            segments: lines.map { Segment(concentrations: $0.0, indices: $0.1) }, above: above, levels: [],
            levelCount: 0, levelLimit: .infinity)
    }

    /// Levels 1, 2, 3 ... that reach up to and with the bounds; one more level is above the last.
    static func levels(_ bounds: [Double], limit: Double = .infinity) -> SubIndexScale {
        SubIndexScale(
            segments: [], above: .capped, levels: bounds, levelCount: bounds.count + 1, levelLimit: limit)
    }

    /// The bounds of a table of levels; `nil` for one with breakpoints.
    var levelBounds: [Double]? { levels.isEmpty ? nil : levels }

    func verdict(at concentration: Double) -> Verdict {
        if levelCount > 0 {
            var level = 1
            for bound in levels where concentration > bound { level += 1 }
            return .index(Double(level), isAboveScale: concentration > levelLimit)
        }
        guard let first = segments.first, let last = segments.last else { return .undefinedAbove }
        if concentration < first.concentrations.lowerBound { return .belowScale }
        for segment in segments where concentration <= segment.concentrations.upperBound {
            return .index(segment.index(at: concentration), isAboveScale: false)
        }
        switch above {
        case .continued: return .index(last.index(at: concentration), isAboveScale: true)
        case .capped: return .index(last.indices.upperBound, isAboveScale: true)
        case .fixed(let index): return .index(index, isAboveScale: true)
        case .undefined: return .undefinedAbove
        }
    }
}
