import JSONLD
import JSONTree
import NGSILDModel

/// Reads the right side of a comparison: values, lists of them and ranges.
///
/// - Source: CIM 009 clause 4.9, production rules ComparableValue and CompEqualityValue.
struct QueryValueParser {
    let registry: TermRegistry
    let lifetime: QueryLifetime
    /// Set when the values are terms to be expanded.
    let expansion: ResolvedContext?

    private enum Literal {
        case number(Double)
        case boolean(Bool)
        case text(String)
        case dateTime(Int64)
        case date(Int64)
        case time(Int64)
        /// A URI or term without quotes.
        case word(String)

        /// Whether it can bound a range.
        var isComparable: Bool {
            switch self {
            case .boolean, .word: false
            default: true
            }
        }
    }

    /// Values of which one is enough: `a`, `a,b,c` or `a..b`.
    func list(_ text: inout QueryText) throws(NGSILDError) -> [Criterion] {
        let start = text.position
        let first = try literal(&text)
        if text.take("..") {
            let second = try literal(&text)
            let range = try range(first, second, text, at: start)
            text.skipSpaces()
            if text.next == UInt8(ascii: ",") {
                throw text.error("a range stands alone, not in a list; combine two terms with |")
            }
            return [range]
        }
        var criteria = [equality(first)]
        text.skipSpaces()
        while text.take(UInt8(ascii: ",")) {
            text.skipSpaces()
            criteria.append(equality(try literal(&text)))
            if text.next == UInt8(ascii: ".") {
                throw text.error("a range stands alone, not in a list; combine two terms with |")
            }
            text.skipSpaces()
            guard criteria.count <= LogicalParser<AttributeTest>.termLimit else {
                throw .tooComplexQuery(
                    "Parameter \(text.parameter) has a list of more than \(LogicalParser<AttributeTest>.termLimit) values; ask several smaller questions"
                )
            }
        }
        return criteria
    }

    /// The value of `>` `>=` `<` or `<=`.
    func bound(_ text: inout QueryText, isLower: Bool, isIncluded: Bool) throws(NGSILDError) -> Criterion {
        let start = text.position
        let value = try literal(&text)
        let step: Int64 = isIncluded ? 0 : 1
        func instants(_ instant: Int64) -> Interval<Int64> {
            isLower
                ? Interval(low: instant + step, high: .max) : Interval(low: .min, high: instant - step)
        }
        switch value {
        case .number(let number):
            return .number(
                isLower
                    ? Interval(low: isIncluded ? number : number.nextUp, high: .infinity)
                    : Interval(low: -.infinity, high: isIncluded ? number : number.nextDown))
        case .dateTime(let instant): return .dateTime(instants(instant))
        case .date(let day): return .date(instants(day))
        case .time(let time): return .time(instants(time))
        case .text(let content):
            let bytes = Array(content.utf8)
            return .order(
                TextOrder(
                    lower: isLower ? bytes : nil, upper: isLower ? nil : bytes, includesBounds: isIncluded,
                    instants: TemporalText.dateTime(bytes).map(instants)))
        case .boolean, .word:
            throw text.error(
                "\(text.text(from: start)) has no order; compare with a number, a date, a time or a text in double quotes",
                at: start)
        }
    }

    private func equality(_ literal: Literal) -> Criterion {
        switch literal {
        case .number(let number): return .number(Interval(low: number, high: number))
        case .boolean(let value): return .boolean(value)
        case .dateTime(let instant): return .dateTime(Interval(low: instant, high: instant))
        case .date(let day): return .date(Interval(low: day, high: day))
        case .time(let time): return .time(Interval(low: time, high: time))
        case .text(let content), .word(let content):
            let content = expansion.map { $0.expand(term: content) } ?? content
            return .text(TextCriterion(content, registry: registry, lifetime: lifetime))
        }
    }

    private func range(
        _ low: Literal, _ high: Literal, _ text: QueryText, at place: Int
    ) throws(NGSILDError) -> Criterion {
        switch (low, high) {
        case (.number(let low), .number(let high)): return .number(Interval(low: low, high: high))
        case (.dateTime(let low), .dateTime(let high)): return .dateTime(Interval(low: low, high: high))
        case (.date(let low), .date(let high)): return .date(Interval(low: low, high: high))
        case (.time(let low), .time(let high)): return .time(Interval(low: low, high: high))
        case (.text(let low), .text(let high)):
            var instants: Interval<Int64>?
            if let first = TemporalText.dateTime(low.utf8), let last = TemporalText.dateTime(high.utf8) {
                instants = Interval(low: first, high: last)
            }
            return .order(
                TextOrder(lower: Array(low.utf8), upper: Array(high.utf8), includesBounds: true, instants: instants))
        default:
            throw text.error(
                "the ends of a range are both numbers, both dates, both times or both texts in double quotes", at: place
            )
        }
    }

    private func literal(_ text: inout QueryText) throws(NGSILDError) -> Literal {
        if text.next == UInt8(ascii: "\"") { return .text(try text.takeQuotedText()) }
        let start = text.position
        let isOperator = text.next.map { "=<>!~".utf8.contains($0) } ?? false
        if !isOperator { text.skipBareValue() }
        guard text.position > start else { throw text.error("a value is expected, not \(text.found)") }
        let token = text.bytes[start..<text.position]
        if let known = try Self.known(token, text, at: start) { return known }
        // Two dots make a range only behind something that can bound one: a URI may hold dots.
        for index in token.indices.dropLast()
        where token[index] == UInt8(ascii: ".") && token[index + 1] == UInt8(ascii: ".") {
            if index > start, let bound = try Self.known(token[..<index], text, at: start), bound.isComparable {
                text.position = index
                return bound
            }
        }
        let word = String(decoding: token, as: UTF8.self)
        // A term, as in gender==Male, is a value whether or not expandValues names the attribute (example 12).
        let isTerm = word.unicodeScalars.first?.properties.isAlphabetic == true && AttributeName.isValid(word)
        if expansion != nil || isTerm || EntityID.isValid(word) { return .word(word) }
        throw text.error(
            "\(word) is no number, date, time, true, false, URI or term; put texts in double quotes", at: start)
    }

    /// A number, boolean, date or time.
    private static func known(
        _ token: ArraySlice<UInt8>, _ text: QueryText, at place: Int
    ) throws(NGSILDError) -> Literal? {
        guard let first = token.first else { return nil }
        if token.elementsEqual("true".utf8) { return .boolean(true) }
        if token.elementsEqual("false".utf8) { return .boolean(false) }
        guard first == UInt8(ascii: "-") || (first >= UInt8(ascii: "0") && first <= UInt8(ascii: "9")) else {
            return nil
        }
        if let document = try? JSONDocument(parsing: Array(token)), document.isNumber(document.root) {
            guard let number = document.double(document.root) else {
                throw text.error("the number is beyond the range of a double", at: place)
            }
            return .number(number)
        }
        return token.withUnsafeBufferPointer { token in
            if let instant = TemporalText.dateTime(token) { return .dateTime(instant) }
            if let day = TemporalText.date(token) { return .date(day) }
            return TemporalText.time(token).map { .time($0) }
        }
    }
}

extension QueryText {
    /// Takes a JSON string.
    fileprivate mutating func takeQuotedText() throws(NGSILDError) -> String {
        let start = position
        position += 1
        while let byte = next, byte != UInt8(ascii: "\"") {
            position = min(position + (byte == UInt8(ascii: "\\") ? 2 : 1), bytes.count)
        }
        guard take(UInt8(ascii: "\"")) else { throw error("this quote is never closed; add \"", at: start) }
        do throws(JSONParseError) {
            let document = try JSONDocument(parsing: Array(bytes[start..<position]))
            return document.string(document.root) ?? ""
        } catch {
            throw self.error("the text in quotes is not written as a JSON string: \(error)", at: start)
        }
    }

    /// Moves over a value without quotes: up to what cannot be part of one.
    fileprivate mutating func skipBareValue() {
        while let byte = next {
            switch byte {
            case 0...0x20, UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: ")"),
                UInt8(ascii: "\""):
                return
            case UInt8(ascii: ","):
                guard let length = decimalCommaLength() else { return }
                position += length
            default: position += 1
            }
        }
    }

    /// The length of `,123Z` behind the seconds of a time: the comma is then a decimal sign (clause 4.6.3).
    private func decimalCommaLength() -> Int? {
        func isDigit(_ index: Int) -> Bool {
            index >= 0 && index < bytes.count && bytes[index] >= UInt8(ascii: "0") && bytes[index] <= UInt8(ascii: "9")
        }
        guard position >= 3, bytes[position - 3] == UInt8(ascii: ":"), isDigit(position - 2), isDigit(position - 1),
            isDigit(position + 1)
        else { return nil }
        var index = position + 1
        while isDigit(index) { index += 1 }
        guard index < bytes.count, bytes[index] == UInt8(ascii: "Z") else { return nil }
        return index + 1 - position
    }
}
