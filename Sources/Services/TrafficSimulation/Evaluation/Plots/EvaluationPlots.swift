/// An evaluation as pictures, with a page that shows them beside the table.
public struct EvaluationPlots: Sendable {
    /// A file that stands for itself: its name, and its text.
    public struct File: Sendable, Equatable {
        public var name: String
        public var text: String
    }

    /// SVG pictures, and `index.html` with all of them.
    public let files: [File]

    /// Draws what the report has; measures that no run knows are left out.
    public init(_ report: EvaluationReport) {
        var pictures = Self.measures.compactMap { DotPlot(report, $0) }.map {
            File(name: "\($0.measure.name).svg", text: $0.svg)
        }
        for (place, scenario) in report.rows.map(\.scenario).reduce(into: [String](), Self.once).enumerated() {
            // Two scenarios may differ only in what a file's name cannot hold.
            let name = "course-\(place + 1)-\(Self.plainName(scenario))"
            if let plot = CoursePlot(report, scenario: scenario, name: name) {
                pictures.append(File(name: "\(name).svg", text: plot.svg))
            }
        }
        files = pictures + [File(name: "index.html", text: Self.page(report, pictures))]
    }

    private static let measures: [DotPlot.Measure] = [
        .init(name: "delay", title: "Delay", unit: "seconds a vehicle", digits: 1) { $0.delaySeconds },
        .init(name: "waiting", title: "Time spent standing", unit: "seconds a vehicle", digits: 1) {
            $0.waitingSeconds
        },
        .init(name: "travel-time", title: "Travel time of those that arrived", unit: "seconds", digits: 1) { run in
            run.arrived > 0 ? run.travelSeconds : nil
        },
        .init(
            name: "throughput", title: "Throughput: who arrived, of those that wanted to travel", unit: "%", digits: 1,
            isMoreBetter: true
        ) { run in
            run.vehicles > 0 ? Double(run.arrived) / Double(run.vehicles) * 100 : nil
        },
        .init(name: "carbon-dioxide", title: "Carbon dioxide", unit: "kg", digits: 0) { $0.carbonDioxideKilograms },
    ]

    private static func once(_ names: inout [String], _ name: String) {
        if !names.contains(name) { names.append(name) }
    }

    /// Letters, digits and hyphens, 40 at most.
    static func plainName(_ text: String) -> String {
        String(
            text.unicodeScalars.prefix(40).map { scalar in
                scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
                    ? Character(scalar) : "-"
            })
    }

    private static func page(_ report: EvaluationReport, _ pictures: [File]) -> String {
        let table = report.table
        func row(_ cells: [String], _ isHead: Bool) -> String {
            let inner = cells.enumerated().map { column, cell in
                let text = SVGText.escaped(cell)
                return isHead
                    ? "<th scope=\"col\">\(text)</th>"
                    : column < 2 ? "<th scope=\"row\">\(text)</th>" : "<td>\(text)</td>"
            }
            return "<tr>\(inner.joined())</tr>"
        }
        let rows = table.dropFirst().map { row($0, false) }.joined(separator: "\n")
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>Traffic: how controllers did</title>
            <style>
            body{font:15px/1.5 system-ui,sans-serif;margin:24px auto;max-width:900px;padding:0 16px;color:#17222c;background:#f5f7f9}
            figure{margin:20px 0;border:1px solid #dfe5ea;border-radius:12px;overflow:hidden;background:#fff}
            figure svg{display:block}
            .scroll{overflow-x:auto}
            table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums;white-space:nowrap}
            th,td{padding:5px 12px 5px 0;text-align:right;border-bottom:1px solid #dfe5ea;font-weight:400}
            thead th{color:#586674}
            th:first-child,th:nth-child(2){text-align:left}
            @media(prefers-color-scheme:dark){body{color:#e8eef3;background:#11181f}figure{background:#18212a;border-color:#33404c}
            th,td{border-color:#33404c}thead th{color:#9dabb8}}
            </style>
            </head>
            <body>
            <h1>How controllers did</h1>
            <p>\(SVGText.escaped(report.preface.joined(separator: " ")))</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Table of results"><table>
            <thead>\(row(table.first ?? [], true))</thead>
            <tbody>
            \(rows)
            </tbody></table></div>
            \(pictures.map { "<figure>\($0.text)</figure>" }.joined(separator: "\n"))
            </body>
            </html>

            """
    }
}
