import NGSILDModel

/// A closed interval; empty when `low` is above `high`.
struct Interval<Bound: Comparable & Sendable>: Sendable {
    var low: Bound
    var high: Bound
    @inline(__always)
    func contains(_ value: Bound) -> Bool { value >= low && value <= high }
}

/// What a single value of an attribute is held against: the right side of a comparison, with its data type.
///
/// A value of another data type never meets it.
enum Criterion: Sendable {
    case number(Interval<Double>)
    case boolean(Bool)
    case text(TextCriterion)
    case order(TextOrder)
    /// Microseconds since 1970.
    case dateTime(Interval<Int64>)
    /// Microseconds since 1970 of the day's start.
    case date(Interval<Int64>)
    /// Microseconds since midnight.
    case time(Interval<Int64>)

    /// Whether a JSON value of a Property meets it.
    func isMet(by json: StoredJSON) -> Bool {
        switch self {
        case .number(let interval): json.number.map { interval.contains($0) } ?? false
        case .boolean(let expected): json.bool == expected
        case .text(let criterion): json.withString { criterion.equals($0) } ?? false
        case .order(let order): json.withString { order.contains($0) } ?? false
        case .dateTime(let interval):
            json.withString { TemporalText.dateTime($0).map(interval.contains) ?? false } ?? false
        case .date(let interval): json.withString { TemporalText.date($0).map(interval.contains) ?? false } ?? false
        case .time(let interval): json.withString { TemporalText.time($0).map(interval.contains) ?? false } ?? false
        }
    }

    /// Whether a text, such as a URI or the text in one language, meets it.
    func isMet(by text: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self {
        case .text(let criterion): criterion.equals(text)
        case .order(let order): order.contains(text)
        case .number, .boolean, .dateTime, .date, .time: false
        }
    }

    /// Whether an IRI of the vocabulary meets it.
    func isMet(by term: TermID) -> Bool {
        if case .text(let criterion) = self { return criterion.equals(term) }
        return false
    }

    /// Whether an instant such as observedAt meets it. A quoted date and time counts as one.
    func isMet(by instant: Timestamp) -> Bool {
        switch self {
        case .dateTime(let interval): interval.contains(instant.microseconds)
        case .text(let criterion): criterion.instant == instant
        case .order(let order): order.instants?.contains(instant.microseconds) ?? false
        case .number, .boolean, .date, .time: false
        }
    }
}

/// A text or URI to be equal to.
final class TextCriterion: Sendable {
    let text: String
    private let bytes: [UInt8]
    /// The instant, when the text is a date and time.
    let instant: Timestamp?
    /// The number of the text as an IRI of the vocabulary.
    private let term: TermID
    /// Where to look when the text was no IRI of the vocabulary yet but may become one.
    private let registry: TermRegistry?

    init(_ text: String, registry: TermRegistry, lifetime: QueryLifetime) {
        self.text = text
        bytes = Array(text.utf8)
        instant = Timestamp(text)
        term = registry.knownID(for: text) ?? .none
        self.registry = lifetime == .standing && term == .none ? registry : nil
    }

    @inline(__always)
    func equals(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count == bytes.count else { return false }
        return bytes.withUnsafeBufferPointer { own in
            var index = 0
            while index < own.count {
                if own[index] != text[index] { return false }
                index += 1
            }
            return true
        }
    }

    /// Whether the text is the IRI with this number.
    func equals(_ other: TermID) -> Bool {
        if let registry { return registry.iri(other) == text }
        return term == other && term != .none
    }
}

/// A stretch of texts, in the order of their code points (which is that of their UTF-8 bytes).
struct TextOrder: Sendable {
    var lower: [UInt8]?
    var upper: [UInt8]?
    var includesBounds: Bool
    /// The same for instants, when the bounds are dates and times.
    var instants: Interval<Int64>?

    func contains(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if let lower {
            if text.lexicographicallyPrecedes(lower) { return false }
            if !includesBounds, text.elementsEqual(lower) { return false }
        }
        if let upper {
            if upper.lexicographicallyPrecedes(text) { return false }
            if !includesBounds, text.elementsEqual(upper) { return false }
        }
        return true
    }
}
