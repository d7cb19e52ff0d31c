import NGSILDModel

/// Samples of one series, column by column: when, what, and what kind of instance they were.
///
/// Invariants:
/// 1. All columns have `count` elements; `ends` grows, and `values` ends where it does.
/// 2. Each element of `kinds` is an index of `templates`.
struct SampleColumns: Hashable, Sendable {
    struct Flags: OptionSet {
        let rawValue: UInt8
        /// `time` is the instance's observedAt; else it was recorded without one, at its modifiedAt.
        static let isObserved = Flags(rawValue: 1)
        /// The sample records a deletion.
        static let isDeletion = Flags(rawValue: 2)
        /// Nothing is at this time: the instance that was there, or is there in the present, was deleted from the
        /// history.
        static let isVoid = Flags(rawValue: 4)
    }

    /// The types of the entity when the newest sample was recorded.
    var types: [TermID] = []
    /// Templates in the stored form (`AttributeForest.template`, `EntityCodec`).
    private(set) var templates: [[UInt8]] = []
    private(set) var times: [Int64] = []
    private(set) var createdAt: [Int64] = []
    private(set) var modifiedAt: [Int64] = []
    private(set) var flags: [UInt8] = []
    private(set) var kinds: [Int] = []
    private(set) var values: [UInt8] = []
    private(set) var ends: [Int] = []

    var count: Int { times.count }
    var isEmpty: Bool { times.isEmpty }
    /// About how many bytes of memory the samples take.
    var footprint: Int { count * 41 + values.count + templates.reduce(0) { $0 + $1.count + 32 } }

    func time(_ index: Int) -> Timestamp { Timestamp(microseconds: times[index]) }
    func start(of index: Int) -> Int { index == 0 ? 0 : ends[index - 1] }
    func flags(_ index: Int) -> Flags { Flags(rawValue: flags[index]) }

    func withValue<R>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try values.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[start(of: index)..<ends[index]])) }
    }

    func times(of index: Int) -> InstanceTimes {
        InstanceTimes(
            time: times[index], createdAt: createdAt[index], modifiedAt: modifiedAt[index], flags: flags(index))
    }

    /// The first index whose time is not before `time`.
    func index(from time: Int64) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func reserve(_ capacity: Int, valueBytes: Int) {
        times.reserveCapacity(capacity)
        createdAt.reserveCapacity(capacity)
        modifiedAt.reserveCapacity(capacity)
        flags.reserveCapacity(capacity)
        kinds.reserveCapacity(capacity)
        ends.reserveCapacity(capacity)
        values.reserveCapacity(valueBytes)
    }

    /// The index of a template, taken in if it is new.
    mutating func kind(of template: [UInt8]) -> Int {
        if let known = templates.lastIndex(of: template) { return known }
        templates.append(template)
        return templates.count - 1
    }

    mutating func append(
        time: Int64, createdAt created: Int64, modifiedAt modified: Int64, flags sampleFlags: Flags, kind: Int,
        value: UnsafeRawBufferPointer
    ) {
        times.append(time)
        createdAt.append(created)
        modifiedAt.append(modified)
        flags.append(sampleFlags.rawValue)
        kinds.append(kind)
        values.append(contentsOf: value)
        ends.append(values.count)
    }

    /// Appends a sample of other columns. `map` keeps where templates went; start it empty for each `other`.
    mutating func append(_ index: Int, of other: SampleColumns, map: inout [Int: Int]) {
        let from = other.kinds[index]
        let kind: Int
        if let known = map[from] {
            kind = known
        } else {
            kind = self.kind(of: other.templates[from])
            map[from] = kind
        }
        other.withValue(index) { value in
            append(
                time: other.times[index], createdAt: other.createdAt[index], modifiedAt: other.modifiedAt[index],
                flags: other.flags(index), kind: kind, value: value)
        }
    }

    /// A part of the samples.
    func slice(_ range: Range<Int>) -> SampleColumns {
        if range == 0..<count { return self }
        var result = SampleColumns()
        result.types = types
        var map: [Int: Int] = [:]
        for index in range { result.append(index, of: self, map: &map) }
        return result
    }

    /// The same series without its samples: types and templates stay.
    func withoutSamples() -> SampleColumns {
        var result = SampleColumns()
        result.types = types
        result.templates = templates
        return result
    }

    /// The samples in the order of time; of several at one time the last modified is kept, or the last appended.
    func sorted() -> SampleColumns {
        var isSorted = true
        var index = 1
        while index < count, isSorted {
            isSorted = times[index - 1] < times[index]
            index += 1
        }
        if isSorted { return self }
        let order = times.indices.sorted { (times[$0], modifiedAt[$0], $0) < (times[$1], modifiedAt[$1], $1) }
        var result = SampleColumns()
        result.types = types
        var map: [Int: Int] = [:]
        for (place, index) in order.enumerated() {
            if place + 1 < order.count, times[order[place + 1]] == times[index] { continue }
            result.append(index, of: self, map: &map)
        }
        return result
    }

    /// Both sorted samples in one order; at equal times those last modified are kept, or those of `newer`.
    func merged(with newer: SampleColumns) -> SampleColumns {
        if isEmpty { return newer }
        if newer.isEmpty { return self }
        var result = self
        result.types = newer.types.isEmpty ? types : newer.types
        var map: [Int: Int] = [:]
        for index in 0..<newer.count { result.append(index, of: newer, map: &map) }
        return result.sorted()
    }

    /// The same samples, each modified later than the one of other sorted samples at its time: what a client writes takes
    /// the place of what is there, also when the clock was set back since.
    func raised(over others: SampleColumns) -> SampleColumns {
        var result = self
        var other = 0
        for index in 0..<count {
            while other < others.count, others.times[other] < times[index] { other += 1 }
            guard other < others.count else { break }
            if others.times[other] == times[index], others.modifiedAt[other] >= modifiedAt[index] {
                result.modifiedAt[index] = others.modifiedAt[other] &+ 1
            }
        }
        return result
    }

    /// Makes columns from decoded ones; `nil` when they do not fit together.
    init?(
        types: [TermID], templates: [[UInt8]], times: [Int64], createdAt: [Int64], modifiedAt: [Int64], flags: [Int64],
        kinds: [Int64], values: [UInt8], ends: [Int]
    ) {
        let count = times.count
        // Versions before this took the leap second and the midnight at the end of the year 9999.
        let last = Timestamp.representable.upperBound.adding(seconds: 1).microseconds
        let range = Timestamp.representable.lowerBound.microseconds...last
        guard createdAt.count == count, modifiedAt.count == count, flags.count == count, kinds.count == count,
            ends.count == count, ends.last ?? 0 == values.count,
            kinds.allSatisfy({ templates.indices.contains(Int(truncatingIfNeeded: $0)) }),
            flags.allSatisfy({ $0 >= 0 && $0 < 8 }), zip(ends, ends.dropFirst()).allSatisfy(<),
            ends.first ?? 1 > 0, zip(times, times.dropFirst()).allSatisfy(<),
            times.allSatisfy(range.contains), createdAt.allSatisfy(range.contains),
            modifiedAt.allSatisfy(range.contains)
        else { return nil }
        self.types = types
        self.templates = templates
        self.times = times
        self.createdAt = createdAt
        self.modifiedAt = modifiedAt
        self.flags = flags.map { UInt8($0) }
        self.kinds = kinds.map { Int($0) }
        self.values = values
        self.ends = ends
    }

    init() {}
}

extension InstanceTimes {
    /// The times of a sample, in microseconds, as its flags say what they mean.
    init(time: Int64, createdAt: Int64, modifiedAt: Int64, flags: SampleColumns.Flags) {
        let modified = Timestamp(microseconds: modifiedAt)
        self.init(
            observedAt: flags.contains(.isObserved) ? Timestamp(microseconds: time) : .none,
            createdAt: Timestamp(microseconds: createdAt), modifiedAt: modified,
            deletedAt: flags.contains(.isDeletion) ? modified : .none)
    }
}
