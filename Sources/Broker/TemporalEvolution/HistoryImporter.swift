import BrokerStorage
import JSONTree
public import NGSILDModel
public import NGSILDOperations

/// The values of one attribute of one entity, in any order, to be brought into the history.
public struct HistoryGroup: Sendable {
    public var entityID: String
    public var types: [TermID]
    public var attribute: TermID
    public var kind: AttributeKind
    /// UN/CEFACT code of the unit.
    public var unitCode: String?
    public var observedAt: [Timestamp]
    /// Value `i` as JSON is `values[ends[i - 1]..<ends[i]]`.
    public var values: [UInt8]
    public var ends: [Int]

    public init(
        entityID: String, types: [TermID], attribute: TermID, kind: AttributeKind = .property, unitCode: String? = nil,
        observedAt: [Timestamp] = [], values: [UInt8] = [], ends: [Int] = []
    ) {
        self.entityID = entityID
        self.types = types
        self.attribute = attribute
        self.kind = kind
        self.unitCode = unitCode
        self.observedAt = observedAt
        self.values = values
        self.ends = ends
    }

    /// Adds a sample: its value as JSON text, and when it was observed.
    public mutating func append(_ value: some Sequence<UInt8>, at time: Timestamp) {
        observedAt.append(time)
        values.append(contentsOf: value)
        ends.append(values.count)
    }
}

/// Brings values into the history in full chunks, without touching the current state.
///
/// Idempotent: a value at a time that is there already replaces it. About 0.3 us a value, and 2 to 4 bytes in the
/// store where values are numbers at even times.
public struct HistoryImporter: Sendable {
    private let history: HistoryStore

    /// Brings samples into this history.
    public init(_ history: HistoryStore) { self.history = history }

    /// - Parameter reply: runs on `scheduler` once all groups are durable.
    /// - Throws: `badRequestData` when times and values do not fit together, or a value is not JSON. Then nothing is
    ///   written.
    public func bringIn(
        _ groups: [HistoryGroup], tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Void, NGSILDError>) -> Void
    ) throws(NGSILDError) {
        let now = history.configuration.clock()
        var additions: [String: HistoryAddition] = [:]
        var weight = 0
        for group in groups {
            let samples = try columns(group, now)
            guard !samples.isEmpty else { continue }
            weight += samples.count
            let key = SeriesKey(tenant: tenant, entity: group.entityID, attribute: group.attribute)
            let known = additions[group.entityID]
            var series = known?.series ?? [:]
            series[key] = series[key]?.merged(with: samples) ?? samples
            additions[group.entityID] = HistoryAddition(
                tenant: tenant, entity: group.entityID, types: group.types, scopes: [], series: series, mustExist: false
            )
        }
        history.submit(.append(Array(additions.values)), weight: max(1, weight), on: scheduler) {
            reply($0.map { _ in })
        }
    }

    private func columns(_ group: HistoryGroup, _ now: Timestamp) throws(NGSILDError) -> SampleColumns {
        let template = template(group)
        guard group.observedAt.count == group.ends.count, group.ends.last ?? 0 == group.values.count else {
            throw .badRequestData(
                "The history of \(group.entityID) has \(group.observedAt.count) times and \(group.ends.count) values")
        }
        var columns = SampleColumns()
        columns.types = group.types
        columns.reserve(group.ends.count, valueBytes: group.values.count)
        let kind = columns.kind(of: template)
        var start = 0
        for (index, end) in group.ends.enumerated() {
            guard end > start, end <= group.values.count, Timestamp.representable.contains(group.observedAt[index])
            else {
                throw .badRequestData(
                    "Value \(index) in the history of \(group.entityID) is empty, or its time is not between the years 0 and 9999"
                )
            }
            let isFine = group.values.withUnsafeBytes { values in
                let value = UnsafeRawBufferPointer(rebasing: values[start..<end])
                guard DecimalNumber(value) != nil || (try? JSONDocument(parsing: value)) != nil else { return false }
                columns.append(
                    time: group.observedAt[index].microseconds, createdAt: now.microseconds,
                    modifiedAt: now.microseconds,
                    flags: .isObserved, kind: kind, value: value)
                return true
            }
            guard isFine else {
                let text = String(decoding: group.values[start..<end].prefix(80), as: UTF8.self)
                throw .badRequestData("The value \(text) in the history of \(group.entityID) is not JSON")
            }
            start = end
        }
        return columns.sorted()
    }

    private func template(_ group: HistoryGroup) -> [UInt8] {
        var forest = AttributeForest()
        forest.appendTemplate(name: group.attribute, kind: group.kind, unitCode: group.unitCode)
        return EntityCodec.encode(forest)
    }
}
