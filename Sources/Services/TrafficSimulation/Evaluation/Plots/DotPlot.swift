/// How controllers did on scenarios: a row for each, a dot for each seed, a stroke at their mean, a ring around the worst.
struct DotPlot {
    /// What is compared.
    struct Measure {
        /// Letters and hyphens: the file's name.
        var name: String
        var title: String
        /// Of the values, after a space; empty for none.
        var unit: String
        var digits: Int
        /// Whether more is better, as of vehicles that arrive.
        var isMoreBetter = false
        /// `nil` where it was not computed.
        var value: @Sendable (RunResult) -> Double?
    }

    private struct Line {
        var row: EvaluationReport.Row
        var points: [(seed: Int, value: Double)]
        var mean: Double { points.reduce(0) { $0 + $1.value } / Double(max(points.count, 1)) }
    }

    let measure: Measure
    private let lines: [Line]

    /// - Returns: `nil` where no run has the value.
    init?(_ report: EvaluationReport, _ measure: Measure) {
        self.measure = measure
        lines = report.rows.compactMap { row in
            let points = zip(row.seeds, row.runs).compactMap { seed, run in
                measure.value(run).flatMap { $0.isFinite ? (seed: seed, value: $0) : nil }
            }
            return points.isEmpty ? nil : Line(row: row, points: points)
        }
        if lines.isEmpty { return nil }
    }

    private static let width = 860.0
    private static let left = 104.0
    private static let right = 660.0
    private static let top = 48.0
    private static let rowHeight = 26.0
    private static let groupHeight = 30.0

    var svg: String {
        let scale = PlotScale(
            lines.flatMap { $0.points.map(\.value) }, startsAtZero: !measure.isMoreBetter, mayBeLogarithmic: true)
        let scenarios = lines.map(\.row.scenario).reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
        let bottom = Self.top + Double(scenarios.count) * Self.groupHeight + Double(lines.count) * Self.rowHeight
        var picture = SVGText(width: Self.width, height: bottom + 50)
        func x(_ value: Double) -> Double { Self.left + scale.place(value) * (Self.right - Self.left) }
        picture.text(measure.title, 16, 28, "head")
        for tick in scale.ticks {
            picture.line(x(tick), Self.top, x(tick), bottom, "grid")
            picture.text(Self.text(tick, tick == tick.rounded() ? 0 : 1), x(tick), bottom + 18, "soft", .middle)
        }
        let note =
            (measure.unit.isEmpty ? "" : measure.unit + "; ")
            + (measure.isMoreBetter ? "more is better" : "less is better")
        picture.text(
            note + (scale.isLogarithmic ? "; the scale is logarithmic" : "")
                + ". A dot is a seed, the stroke their mean, the ring the worst.", Self.left, bottom + 38, "soft")
        var y = Self.top
        var scenario: String?
        for line in lines {
            if line.row.scenario != scenario {
                scenario = line.row.scenario
                picture.text(line.row.scenario, 16, y + 20, "group")
                y += Self.groupHeight
            }
            draw(line, y + Self.rowHeight / 2, x, in: &picture)
            y += Self.rowHeight
        }
        return picture.picture(name: measure.name, title: measure.title, description: description)
    }

    private func draw(_ line: Line, _ y: Double, _ x: (Double) -> Double, in picture: inout SVGText) {
        let style = line.row.controller.rawValue
        let values = line.points.map(\.value)
        picture.text(style, Self.left - 10, y + 4, style, .end)
        if let least = values.min(), let most = values.max() { picture.line(x(least), y, x(most), y, "range") }
        for value in values { picture.circle(x(value), y, radius: 4.5, "dot \(style)") }
        picture.line(x(line.mean), y - 9, x(line.mean), y + 9, "mean \(style)")
        picture.text(Self.text(line.mean, measure.digits), Self.right + 60, y + 4, "figure", .end)
        if line.points.count > 1, let worst = worst(line) {
            picture.circle(x(worst.value), y, radius: 7.5, "worst")
            picture.text(
                "worst \(Self.text(worst.value, measure.digits)), seed \(worst.seed)", Self.right + 74, y + 4, "soft")
        }
    }

    private func worst(_ line: Line) -> (seed: Int, value: Double)? {
        measure.isMoreBetter
            ? line.points.min { $0.value < $1.value } : line.points.max { $0.value < $1.value }
    }

    /// The figures in sentences.
    private var description: String {
        lines.map { line in
            let unit = measure.unit.isEmpty ? "" : " \(measure.unit)"
            var sentence =
                "\(line.row.scenario), \(line.row.controller.rawValue): \(Self.text(line.mean, measure.digits))\(unit)"
            if line.points.count > 1, let worst = worst(line) {
                sentence += ", at worst \(Self.text(worst.value, measure.digits)) with seed \(worst.seed)"
            }
            return sentence + "."
        }.joined(separator: " ")
    }

    static func text(_ value: Double, _ digits: Int) -> String { EvaluationReport.text(value, digits) }
}
