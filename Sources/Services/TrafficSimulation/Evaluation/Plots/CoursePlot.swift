/// How delay grew and fell on one scenario: the mean of the seeds for each five minutes in which vehicles wanted to set out,
/// with a band from the best seed to the worst.
struct CoursePlot {
    private struct Course {
        var controller: SimulationRun.Controller
        var points: [(minute: Double, mean: Double, low: Double, high: Double)]
    }

    let name: String
    private let title: String
    private let courses: [Course]

    /// - Parameter name: The file's name.
    /// - Returns: `nil` where no run tells its course.
    init?(_ report: EvaluationReport, scenario: String, name: String) {
        self.name = name
        title = "Delay over time, \(scenario)"
        courses = report.rows.filter { $0.scenario == scenario }.compactMap { row in
            let steps = row.runs.compactMap(\.course)
            let times = Set(steps.joined().map(\.startSeconds)).sorted()
            guard let start = times.first, times.count > 1 else { return nil }
            let points = times.compactMap { time -> (minute: Double, mean: Double, low: Double, high: Double)? in
                let values = steps.compactMap { $0.first { $0.startSeconds == time }?.delaySeconds }
                guard let low = values.min(), let high = values.max() else { return nil }
                let mean = values.reduce(0, +) / Double(values.count)
                return ((time - start + RunResult.courseStepSeconds / 2) / 60, mean, low, high)
            }
            return Course(controller: row.controller, points: points)
        }
        if courses.isEmpty { return nil }
    }

    private static let (width, height) = (860.0, 400.0)
    private static let (left, right, top, bottom) = (64.0, 740.0, 48.0, 342.0)

    var svg: String {
        let all = courses.flatMap(\.points)
        let across = PlotScale(all.map(\.minute), startsAtZero: true, mayBeLogarithmic: false)
        let up = PlotScale(all.flatMap { [$0.mean, $0.high] }, startsAtZero: true, mayBeLogarithmic: false)
        func x(_ minute: Double) -> Double { Self.left + across.place(minute) * (Self.right - Self.left) }
        func y(_ value: Double) -> Double { Self.bottom - up.place(value) * (Self.bottom - Self.top) }
        var picture = SVGText(width: Self.width, height: Self.height)
        picture.text(title, 16, 28, "head")
        for tick in up.ticks {
            picture.line(Self.left, y(tick), Self.right, y(tick), "grid")
            picture.text(DotPlot.text(tick, tick == tick.rounded() ? 0 : 1), Self.left - 8, y(tick) + 4, "soft", .end)
        }
        for tick in across.ticks { picture.text(DotPlot.text(tick, 0), x(tick), Self.bottom + 20, "soft", .middle) }
        picture.text(
            "minutes from the beginning; seconds a vehicle that wanted to set out then. The band goes from the best seed to the worst.",
            Self.left, Self.bottom + 44, "soft")
        for course in courses {
            let style = course.controller.rawValue
            let band =
                course.points.map { (x: x($0.minute), y: y($0.low)) }
                + course.points.reversed().map { (x: x($0.minute), y: y($0.high)) }
            picture.path(band, "band \(style)", isClosed: true)
            picture.path(course.points.map { (x: x($0.minute), y: y($0.mean)) }, "course \(style)")
        }
        label(y, in: &picture)
        return picture.picture(name: name, title: title, description: description)
    }

    /// Each line's name at its end, apart from one another.
    private func label(_ y: (Double) -> Double, in picture: inout SVGText) {
        let ends = courses.compactMap { course in
            course.points.last.map { (style: course.controller.rawValue, y: y($0.mean)) }
        }
        .sorted { $0.y < $1.y }
        var lowest = Self.top
        for (place, end) in ends.enumerated() {
            let room = Self.bottom - Double(ends.count - 1 - place) * 17
            let line = min(max(end.y, lowest), room)
            picture.text(end.style, Self.right + 10, line + 4, end.style)
            lowest = line + 17
        }
    }

    private var description: String {
        courses.map { course in
            let peak = course.points.max { $0.mean < $1.mean }
            return "\(course.controller.rawValue): at most "
                + "\(DotPlot.text(peak?.mean ?? 0, 1)) s a vehicle, \(DotPlot.text(peak?.minute ?? 0, 0)) minutes from the beginning."
        }.joined(separator: " ")
    }
}
