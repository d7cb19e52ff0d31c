import NGSILDModel

/// Terms combined with and, or and parentheses, as they were written.
indirect enum LogicalTree<Term: Sendable>: Sendable {
    case term(Term)
    case and([LogicalTree])
    case or([LogicalTree])

    /// How many terms it holds.
    var termCount: Int {
        switch self {
        case .term: 1
        case .and(let parts), .or(let parts): parts.reduce(0) { $0 + $1.termCount }
        }
    }

    /// The terms from left to right.
    var terms: [Term] {
        switch self {
        case .term(let term): [term]
        case .and(let parts), .or(let parts): parts.flatMap(\.terms)
        }
    }
}

/// Reads terms combined with `;` (and), which binds closer, `|` (or) and parentheses.
struct LogicalParser<Term: Sendable> {
    typealias TermReader = (inout QueryText) throws(NGSILDError) -> Term

    /// How deep parentheses may nest.
    static var depthLimit: Int { 32 }
    /// How many terms one query may have.
    static var termLimit: Int { 256 }

    private var text: QueryText
    private let commaMeansOr: Bool
    private let readTerm: TermReader
    private var termCount = 0

    private init(_ text: QueryText, commaMeansOr: Bool, readTerm: @escaping TermReader) {
        self.text = text
        self.commaMeansOr = commaMeansOr
        self.readTerm = readTerm
    }

    /// - Throws: `badRequestData` naming the place; `tooComplexQuery` beyond the limits.
    static func parse(
        _ text: QueryText, commaMeansOr: Bool, term: @escaping TermReader
    ) throws(NGSILDError) -> LogicalTree<Term> {
        var parser = LogicalParser(text, commaMeansOr: commaMeansOr, readTerm: term)
        let tree = try parser.disjunction(depth: 0)
        guard parser.text.isAtEnd else {
            throw parser.text.next == UInt8(ascii: ")")
                ? parser.text.error("this parenthesis closes nothing; remove it or open it before")
                : parser.text.error(
                    "\(parser.text.found) is not understood here; combine terms with ; (and) or | (or), and put texts in double quotes"
                )
        }
        return tree
    }

    private mutating func disjunction(depth: Int) throws(NGSILDError) -> LogicalTree<Term> {
        var parts = [try conjunction(depth: depth)]
        while text.take(UInt8(ascii: "|")) || (commaMeansOr && text.take(UInt8(ascii: ","))) {
            parts.append(try conjunction(depth: depth))
        }
        return parts.count == 1 ? parts[0] : .or(parts)
    }

    private mutating func conjunction(depth: Int) throws(NGSILDError) -> LogicalTree<Term> {
        var parts = [try primary(depth: depth)]
        while text.take(UInt8(ascii: ";")) { parts.append(try primary(depth: depth)) }
        return parts.count == 1 ? parts[0] : .and(parts)
    }

    private mutating func primary(depth: Int) throws(NGSILDError) -> LogicalTree<Term> {
        text.skipSpaces()
        defer { text.skipSpaces() }
        let start = text.position
        if text.take(UInt8(ascii: "(")) {
            guard depth < Self.depthLimit else {
                throw .tooComplexQuery(
                    "Parameter \(text.parameter) nests parentheses deeper than \(Self.depthLimit) levels; write it flatter"
                )
            }
            let inner = try disjunction(depth: depth + 1)
            guard text.take(UInt8(ascii: ")")) else {
                throw text.isAtEnd
                    ? text.error("this parenthesis is never closed; add )", at: start)
                    : text.error("\(text.found) is not understood here; ; | or ) is expected")
            }
            return inner
        }
        termCount += 1
        guard termCount <= Self.termLimit else {
            throw .tooComplexQuery(
                "Parameter \(text.parameter) has more than \(Self.termLimit) terms; ask several smaller questions")
        }
        return .term(try readTerm(&text))
    }
}
