import BrokerStorage
import JSONTree
import NGSILDModel

/// What is left of the instances of one period after they were rolled up.
///
/// Kept as the value of one sample at the period's start: a JSON array of the count of all instances, of those that
/// are numbers, then of these the sum, least, most and sum of squares, and the first and last value of all.
struct RolledPeriod: Hashable {
    let start: Int64
    var count = 0
    var numbers = 0
    var sum = 0.0
    var least = Double.infinity
    var most = -Double.infinity
    var squares = 0.0
    var first: [UInt8]
    var last: [UInt8]

    init(start: Int64, _ value: UnsafeRawBufferPointer) {
        self.start = start
        first = Array(value)
        last = first
        count = 1
        if let number = SampleAggregator.comparable(value) {
            numbers = 1
            (sum, least, most, squares) = (number, number, number, number * number)
        }
    }

    /// Takes in what follows.
    mutating func add(_ later: RolledPeriod) {
        count += later.count
        numbers += later.numbers
        sum += later.sum
        least = min(least, later.least)
        most = max(most, later.most)
        squares += later.squares
        last = later.last
    }

    init?(start: Int64, rolled text: UnsafeRawBufferPointer) {
        guard let document = try? JSONDocument(parsing: Array(text)), document.isArray(document.root) else {
            return nil
        }
        let items: [[UInt8]] = document.elements(document.root).map { Array(document.text($0).utf8) }
        guard items.count == 8 else { return nil }
        func number(_ index: Int) -> Double? { Double(String(decoding: items[index], as: UTF8.self)) }
        guard let count = number(0), let numbers = number(1), count >= 1, count < 1e15, numbers >= 0, numbers <= count
        else { return nil }
        self.start = start
        self.count = Int(count)
        self.numbers = Int(numbers)
        sum = number(2) ?? 0
        least = number(3) ?? .infinity
        most = number(4) ?? -.infinity
        squares = number(5) ?? 0
        first = items[6]
        last = items[7]
    }

    var value: [UInt8] {
        var writer = ByteWriter(capacity: 96)
        func put(_ number: Double) -> String {
            !number.isFinite
                ? "null" : number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : number.description
        }
        writer.append(utf8: "[\(count),\(numbers),")
        writer.append(utf8: "\(put(sum)),\(put(least)),\(put(most)),\(put(squares)),")
        first.withUnsafeBufferPointer { writer.append($0) }
        writer.append(",")
        last.withUnsafeBufferPointer { writer.append($0) }
        writer.append("]")
        return writer.array()
    }
}

/// The series that rolled-up periods of a length are kept in: that of the attribute, its dataset marked.
extension SeriesKey {
    private static let mark: Character = "\u{1}"

    /// The datasets of clients are URIs, which hold no control characters.
    var isRolled: Bool { dataset.contains(Self.mark) }

    func rolled(every seconds: Int) -> SeriesKey {
        SeriesKey(tenant: tenant, entity: entity, attribute: attribute, dataset: "\(dataset)\(Self.mark)\(seconds)")
    }

    /// The length of its periods in seconds; 0 where it is not rolled up.
    var rolledLength: Int { isRolled ? dataset.split(separator: Self.mark).last.flatMap { Int($0) } ?? 0 : 0 }

    /// The dataset of the attribute itself.
    var plainDataset: String {
        dataset.split(separator: Self.mark, omittingEmptySubsequences: false).first.map(String.init) ?? ""
    }
}

extension SampleColumns {
    /// Rolls samples up to periods of a length in microseconds; deletions are left out.
    ///
    /// - Parameter isRolled: whether they are rolled-up periods themselves.
    func rolled(every length: Int64, isRolled: Bool) -> [RolledPeriod] {
        var periods: [RolledPeriod] = []
        for index in 0..<count where flags(index).isDisjoint(with: [.isDeletion, .isVoid]) {
            let time = times[index]
            // The first period may begin before the year 0, which no time can be in.
            let start = max(time - (time % length + length) % length, Timestamp.representable.lowerBound.microseconds)
            let next = withValue(index) { value in
                isRolled ? RolledPeriod(start: start, rolled: value) : RolledPeriod(start: start, value)
            }
            guard let next else { continue }
            if let last = periods.indices.last, periods[last].start == start {
                periods[last].add(next)
            } else {
                periods.append(next)
            }
        }
        return periods
    }

    /// Makes samples of rolled-up periods, with the types and the template of what they were made from; observed where
    /// that was.
    init(_ periods: [RolledPeriod], like source: SampleColumns) {
        self.init()
        types = source.types
        guard let template = source.templates.first, !source.isEmpty else { return }
        let kind = kind(of: template)
        let flags = source.flags(0).intersection(.isObserved)
        for period in periods {
            period.value.withUnsafeBytes { value in
                append(
                    time: period.start, createdAt: period.start, modifiedAt: period.start, flags: flags, kind: kind,
                    value: value)
            }
        }
    }
}
