import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// Aggregates the instances of one attribute over periods.
///
/// `stddev` is the sample standard deviation (n - 1), 0 for one value; sums are compensated (Neumaier), the deviation
/// by Welford's method.
///
/// - Source: CIM 009 clause 4.5.19.1.
struct SampleAggregator {
    /// A string, in the order of its characters however they are written.
    private struct Text {
        private let content: [UInt8]
        private let json: [UInt8]

        init(_ value: UnsafeRawBufferPointer) {
            json = Array(value)
            guard json.contains(UInt8(ascii: "\\")), let document = try? JSONDocument(parsing: json) else {
                content = Array(json.dropFirst().dropLast())
                return
            }
            content = document.withStringBytes(document.root) { Array($0) }
        }

        static func < (one: Text, other: Text) -> Bool { one.content.lexicographicallyPrecedes(other.content) }

        var written: String { String(decoding: json, as: UTF8.self) }
        var distinguished: [UInt8] { [UInt8(ascii: "\"")] + content }
    }

    private struct Bucket {
        var end: Timestamp
        var count = 0
        var distinct: Set<[UInt8]> = []
        var numbers = 0
        var sum = 0.0
        var compensation = 0.0
        var squares = 0.0
        var mean = 0.0
        var deviation = 0.0
        var least = Double.infinity
        var most = -Double.infinity
        var firstText: Text?
        var lastText: Text?
        var hasArrays = false
        var others = 0

        mutating func add(_ value: Double) {
            numbers += 1
            let next = sum + value
            compensation += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
            sum = next
            squares += value * value
            let difference = value - mean
            mean += difference / Double(numbers)
            deviation += difference * (value - mean)
            least = min(least, value)
            most = max(most, value)
        }

        /// Joins what was rolled up (Chan, Golub, LeVeque 1979 for the deviation).
        mutating func add(_ rolled: RolledPeriod) {
            count += rolled.count
            guard rolled.numbers > 0 else { return }
            let (own, other) = (Double(numbers), Double(rolled.numbers))
            let theirs = rolled.sum / other
            let difference = theirs - mean
            deviation +=
                max(0, rolled.squares - rolled.sum * theirs) + difference * difference * own * other / (own + other)
            mean += difference * other / (own + other)
            numbers += rolled.numbers
            let next = sum + rolled.sum
            compensation += abs(sum) >= abs(rolled.sum) ? (sum - next) + rolled.sum : (rolled.sum - next) + sum
            sum = next
            squares += rolled.squares
            least = min(least, rolled.least)
            most = max(most, rolled.most)
        }
    }

    private let aggregation: TemporalAggregation
    private let times: TemporalQuery
    private let periodLimit: Int
    private let countsDistinct: Bool
    private let ordersTexts: Bool
    private var origin: Timestamp?
    private var buckets: [Timestamp: Bucket] = [:]
    private var current: (start: Timestamp, end: Timestamp)?
    private var newest = Timestamp.none
    private var oldest = Timestamp.representable.upperBound
    private static let distinctLimit = 1_000_000
    private var distinct = 0

    init(_ aggregation: TemporalAggregation, _ times: TemporalQuery, periodLimit: Int) {
        self.aggregation = aggregation
        self.times = times
        self.periodLimit = periodLimit
        countsDistinct = aggregation.methods.contains(.distinctCount)
        ordersTexts = aggregation.methods.contains(.min) || aggregation.methods.contains(.max)
    }

    /// Takes in a value. Times need not grow, but it is quickest when they do.
    mutating func add(_ value: UnsafeRawBufferPointer, at time: Timestamp) throws(NGSILDError) {
        let start = try bucketStart(time)
        newest = max(newest, time)
        buckets[start]?.count += 1
        if countsDistinct, buckets[start]?.distinct.insert(Self.distinguished(value)).inserted == true {
            distinct += 1
            if distinct > Self.distinctLimit {
                throw .tooComplexQuery(
                    "distinctCount finds more than \(Self.distinctLimit) values; ask for a shorter time")
            }
        }
        switch value.first {
        case UInt8(ascii: "t"): buckets[start]?.add(1)
        case UInt8(ascii: "f"): buckets[start]?.add(0)
        case UInt8(ascii: "["):
            buckets[start]?.hasArrays = true
            buckets[start]?.add(Double(Self.elements(value)))
        case UInt8(ascii: "\""):
            guard ordersTexts else { break }
            let text = Text(value)
            if buckets[start]?.firstText.map({ text < $0 }) ?? true { buckets[start]?.firstText = text }
            if buckets[start]?.lastText.map({ $0 < text }) ?? true { buckets[start]?.lastText = text }
        default:
            if let number = Self.number(value) { buckets[start]?.add(number) } else { buckets[start]?.others += 1 }
        }
    }

    /// Takes in a rolled-up period; as a whole it belongs to the period that holds its start. Which values it had is not
    /// known any more, so it does not count as distinct ones.
    mutating func add(_ rolled: RolledPeriod) throws(NGSILDError) {
        let time = Timestamp(microseconds: rolled.start)
        let start = try bucketStart(time)
        newest = max(newest, time)
        buckets[start]?.add(rolled)
    }

    private var hasStart: Bool { times.relation == .after || times.relation == .between }

    private mutating func bucketStart(_ time: Timestamp) throws(NGSILDError) -> Timestamp {
        oldest = min(oldest, time)
        if let current, time >= current.start, time < current.end { return current.start }
        let first = origin ?? (hasStart ? times.timeAt : time)
        origin = origin ?? first
        let period: (start: Timestamp, end: Timestamp)
        if let length = aggregation.period {
            period = length.period(holding: time, from: first)
        } else {
            period = (Timestamp.representable.lowerBound, Timestamp.representable.upperBound)
        }
        current = period
        if buckets[period.start] == nil {
            guard buckets.count < periodLimit else {
                throw .tooComplexQuery(
                    "The aggregation has more than \(periodLimit) periods; ask for longer periods or a shorter time")
            }
            buckets[period.start] = Bucket(end: period.end)
        }
        return period.start
    }

    /// The number that a value counts as alone; `nil` for texts, arrays and objects.
    static func comparable(_ value: UnsafeRawBufferPointer) -> Double? {
        switch value.first {
        case UInt8(ascii: "t"): 1
        case UInt8(ascii: "f"): 0
        case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "\""), UInt8(ascii: "n"): nil
        default: number(value)
        }
    }

    /// What is the same for values that are, and for no others. Whole numbers and decimals count by value, texts by characters.
    private static func distinguished(_ value: UnsafeRawBufferPointer) -> [UInt8] {
        if value.first == UInt8(ascii: "\"") { return Text(value).distinguished }
        guard let number = number(value) else { return Array(value) }
        if number == 0, !value.contains(where: { $0 > UInt8(ascii: "0") }) { return [UInt8(ascii: "0")] }
        guard let decimal = DecimalNumber(value), decimal.mantissa.magnitude < 1_000_000_000_000_000 else {
            return Array(value)
        }
        return Array(number.description.utf8)
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    ]

    static func number(_ text: UnsafeRawBufferPointer) -> Double? {
        // A whole number below 2^53 over a power of ten is rounded once, so it is the nearest double.
        if let decimal = DecimalNumber(text), decimal.mantissa.magnitude < 1 << 53, decimal.decimals <= 18 {
            return Double(decimal.mantissa) / powersOfTen[Int(decimal.decimals)]
        }
        return Double(String(decoding: text, as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
    }

    /// How many elements the text of an array has.
    private static func elements(_ text: UnsafeRawBufferPointer) -> Int {
        var (depth, commas, isString, isEscaped, hasContent) = (0, 0, false, false, false)
        for byte in text {
            if isString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                if depth > 0 { hasContent = true }
                depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: ","): if depth == 1 { commas += 1 }
            case UInt8(ascii: "\""):
                isString = true
                hasContent = true
            default: hasContent = true
            }
        }
        return hasContent ? commas + 1 : 0
    }

    /// The values of each method that is defined for the values of the attribute, period by period; periods without
    /// values are left out.
    func results(of kind: AttributeKind) -> [(method: TemporalAggregation.Method, values: [AggregatedValue])] {
        let starts = buckets.keys.sorted()
        // Table 4.5.19.1-3.
        let isCountedOnly = kind == .relationship || kind == .listRelationship
        var results: [(method: TemporalAggregation.Method, values: [AggregatedValue])] = []
        for method in aggregation.methods
        where !isCountedOnly || method == .totalCount || method == .distinctCount {
            var values: [AggregatedValue] = []
            for start in starts {
                guard let bucket = buckets[start], let value = Self.value(method, bucket) else { continue }
                values.append(AggregatedValue(value: value, start: shown(start), end: end(of: bucket)))
            }
            if !values.isEmpty { results.append((method, values)) }
        }
        return results
    }

    /// The start of a period; that of the whole range is the query's, or the oldest value where the query has none.
    private func shown(_ start: Timestamp) -> Timestamp {
        aggregation.period != nil ? start : hasStart ? times.timeAt : oldest
    }

    /// The end of a period; that of the whole range is the query's, or the newest value where the query has none.
    private func end(of bucket: Bucket) -> Timestamp {
        guard bucket.end == Timestamp.representable.upperBound else { return bucket.end }
        switch times.relation {
        case .before: return times.timeAt
        case .between: return times.endTimeAt
        default: return newest
        }
    }

    private static func value(_ method: TemporalAggregation.Method, _ bucket: Bucket) -> String? {
        let hasNumbers = bucket.numbers > 0
        switch method {
        case .totalCount: return "\(bucket.count)"
        case .distinctCount: return "\(bucket.distinct.count)"
        case .sum: return hasNumbers ? text(bucket.sum + bucket.compensation) : nil
        case .avg: return hasNumbers ? text((bucket.sum + bucket.compensation) / Double(bucket.numbers)) : nil
        case .min: return hasNumbers ? text(bucket.least) : bucket.firstText?.written
        case .max: return hasNumbers ? text(bucket.most) : bucket.lastText?.written
        case .sumsq: return hasNumbers && !bucket.hasArrays ? text(bucket.squares) : nil
        case .stddev:
            guard hasNumbers, !bucket.hasArrays else { return nil }
            return text(bucket.numbers > 1 ? (bucket.deviation / Double(bucket.numbers - 1)).squareRoot() : 0)
        }
    }

    private static func text(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : value.description
    }
}
