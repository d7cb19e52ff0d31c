/// An SVG picture as text: self-contained, readable on light and on dark, with a title and a description for those who hear it.
struct SVGText {
    /// Where a text is anchored.
    enum Anchor: String { case start, middle, end }

    private var body = ""
    let width: Double
    let height: Double

    init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
        body += "<line class=\"\(style)\" x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\" "
        body += "x2=\"\(Self.number(x2))\" y2=\"\(Self.number(y2))\"/>\n"
    }

    mutating func circle(_ x: Double, _ y: Double, radius: Double, _ style: String) {
        body += "<circle class=\"\(style)\" cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" "
        body += "r=\"\(Self.number(radius))\"/>\n"
    }

    mutating func text(_ text: String, _ x: Double, _ y: Double, _ style: String, _ anchor: Anchor = .start) {
        body += "<text class=\"\(style)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" "
        body += "text-anchor=\"\(anchor.rawValue)\">\(Self.escaped(text))</text>\n"
    }

    /// A line through points, or a closed area.
    mutating func path(_ points: [(x: Double, y: Double)], _ style: String, isClosed: Bool = false) {
        guard points.count > 1 else { return }
        let text = points.map { "\(Self.number($0.x)) \(Self.number($0.y))" }.joined(separator: "L")
        body += "<path class=\"\(style)\" d=\"M\(text)\(isClosed ? "Z" : "")\"/>\n"
    }

    /// - Parameter name: Distinguishes the picture's ids from those of others on one page: letters, digits, hyphens.
    func picture(name: String, title: String, description: String) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" class="plot" viewBox="0 0 \(Self.number(width)) \(Self.number(height))" \
        role="img" aria-labelledby="\(name)-title \(name)-description">
        <title id="\(name)-title">\(Self.escaped(title))</title>
        <desc id="\(name)-description">\(Self.escaped(description))</desc>
        <style>\(Self.style)</style>
        <rect class="paper" width="100%" height="100%"/>
        \(body)</svg>

        """
    }

    /// Controllers differ by shape of line and by place as well as by colour.
    static let style = """
        .plot{--paper:#fff;--ink:#17222c;--muted:#586674;--grid:#dfe5ea;--fixed:#5b6875;--actuated:#b3560f;\
        --parvis:#0b6383;--bad:#ad2a1f}
        @media(prefers-color-scheme:dark){.plot{--paper:#18212a;--ink:#e8eef3;--muted:#9dabb8;--grid:#33404c;\
        --fixed:#b4c0cb;--actuated:#f7a34d;--parvis:#7cc8e2;--bad:#f29b92}}
        .plot{font:13px system-ui,sans-serif;max-width:900px;width:100%;height:auto}
        .plot .paper{fill:var(--paper)}.plot text{fill:var(--ink)}
        .plot .head{font-weight:600;font-size:15px}.plot .group{font-weight:600}
        .plot .soft{fill:var(--muted);font-size:12px}.plot .figure{font-variant-numeric:tabular-nums}
        .plot .grid{stroke:var(--grid)}.plot .range{stroke:var(--muted);stroke-width:1}
        .plot .dot{stroke:var(--paper);stroke-width:.8;fill-opacity:.75}
        .plot .mean{stroke-width:3}.plot .worst{fill:none;stroke:var(--bad);stroke-width:2}
        .plot .course{fill:none;stroke-width:2.2;stroke-linejoin:round}.plot .band{opacity:.16;stroke:none}
        .plot .fixed{fill:var(--fixed);stroke:var(--fixed)}.plot .actuated{fill:var(--actuated);stroke:var(--actuated)}
        .plot .parvis{fill:var(--parvis);stroke:var(--parvis)}.plot .course{fill:none}
        .plot .dot.fixed,.plot .dot.actuated,.plot .dot.parvis{stroke:var(--paper)}
        .plot text.fixed,.plot text.actuated,.plot text.parvis{stroke:none;font-weight:600}
        .plot .band.fixed,.plot .band.actuated,.plot .band.parvis{stroke:none}
        .plot .course.actuated{stroke-dasharray:7 4}.plot .course.fixed{stroke-dasharray:2 3}
        """

    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let rounded = (value * 10).rounded() / 10
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }

    /// Text for XML and HTML; what XML cannot hold is left out.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n": result += " "
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: continue
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
