public import NGSILDModel
public import NGSILDOperations
import NGSILDQuery

/// Reads and writes histories through the temporal operations.
public struct EntityHistory: Sendable {
    private let temporal: any TemporalService

    /// Reads by the temporal operations of a broker that keeps a history.
    public init(_ temporal: any TemporalService) { self.temporal = temporal }

    /// Instances of some attributes of an entity, from one instant to another (`nil`: open), both inclusive, however
    /// many answers that takes. An attribute may come in several parts, each in the order of time.
    ///
    /// Deletions are among them, as instances with the value `urn:ngsi-ld:null`.
    ///
    /// - Parameters:
    ///   - timeproperty: The time that is meant, as in a temporal query; `nil`: `observedAt`, and of instances that have
    ///     none when they were written.
    ///   - limit: How many instances are enough; an answer or so more may come.
    public func instances(
        of id: String, _ attributes: Set<TermID>, tenant: String, from: Timestamp?, to: Timestamp?,
        timeproperty: String? = nil, limit: Int = .max
    ) async throws(NGSILDError) -> [TemporalAttribute] {
        var found: [TemporalAttribute] = []
        var count = 0
        var start = from
        while true {
            var selection = TemporalSelection()
            selection.picked = attributes
            selection.showsScope = false
            let (first, last) = (start ?? Self.ever.lowerBound, to ?? Self.ever.upperBound)
            guard first <= last else { return found }
            if let timeproperty {
                selection.times = try times(from: start, to: to, timeproperty)
            } else {
                selection.span = first...last
            }
            guard let page = try await retrieve(id, selection, tenant), let entity = page.entities.first else {
                return found
            }
            found += entity.attributes
            count += entity.attributes.reduce(0) { $0 + $1.count }
            if count >= limit { return found }
            // A shortened answer goes on behind its end.
            guard let reached = page.partialRange?.end, reached >= (start ?? .none) else { return found }
            start = Timestamp(microseconds: reached.microseconds + 1)
        }
    }

    /// The newest time at which one of the attributes has an instance; `nil` where none has.
    public func newest(_ id: String, _ attributes: Set<TermID>, tenant: String) async throws(NGSILDError) -> Timestamp?
    {
        var selection = TemporalSelection()
        selection.picked = attributes
        selection.showsScope = false
        selection.times = try TemporalQuery(
            timerel: nil, timeAt: nil, endTimeAt: nil, timeproperty: nil, lastN: "1")
        guard let page = try await retrieve(id, selection, tenant), let entity = page.entities.first else { return nil }
        return entity.attributes.flatMap { attribute in
            attribute.instances.roots.map { attribute.instances.nodes[$0].historyTime }
        }.max()
    }

    /// The oldest such time.
    public func oldest(_ id: String, _ attributes: Set<TermID>, tenant: String) async throws(NGSILDError) -> Timestamp?
    {
        var selection = TemporalSelection()
        selection.picked = attributes
        selection.showsScope = false
        // Without a start, the one period begins with the first value.
        selection.aggregation = try TemporalAggregation(methods: ["totalCount"], period: nil)
        guard let page = try await retrieve(id, selection, tenant), let entity = page.entities.first else { return nil }
        return entity.attributes.flatMap { $0.aggregates.flatMap(\.values) }.map(\.start).min()
    }

    private static let ever = Timestamp(microseconds: .min + 1)...Timestamp(microseconds: .max)

    private func times(
        from: Timestamp?, to: Timestamp?, _ timeproperty: String
    ) throws(NGSILDError) -> TemporalQuery {
        let end = to.map { Timestamp(microseconds: $0.microseconds + 1).text }
        switch (from, end) {
        case (nil, nil): return TemporalQuery()
        case (let from?, nil):
            return try TemporalQuery(
                timerel: "after", timeAt: from.text, endTimeAt: nil, timeproperty: timeproperty, lastN: nil)
        case (nil, let end?):
            return try TemporalQuery(
                timerel: "before", timeAt: end, endTimeAt: nil, timeproperty: timeproperty, lastN: nil)
        case (let from?, let end?):
            return try TemporalQuery(
                timerel: "between", timeAt: from.text, endTimeAt: end, timeproperty: timeproperty, lastN: nil)
        }
    }

    /// - Returns: `nil` where the history has nothing of what is asked.
    private func retrieve(
        _ id: String, _ selection: TemporalSelection, _ tenant: String
    ) async throws(NGSILDError) -> TemporalPage? {
        var attempt = 0
        while true {
            let result = await withCheckedContinuation { continuation in
                temporal.retrieveTemporalEvolution(
                    id: id, selection, tenant: tenant, on: ImmediateReplyScheduler()
                ) { continuation.resume(returning: $0) }
            }
            switch result {
            case .success(let page): return page
            case .failure(.resourceNotFound), .failure(.nonexistentTenant): return nil
            case .failure(.overloaded) where attempt < 20:
                attempt += 1
                do { try await Task.sleep(for: .milliseconds(100 * attempt)) } catch { return nil }
            case .failure(let error): throw error
            }
        }
    }

    /// Adds instances to the history of a result.
    ///
    /// - Returns: why it was refused; `nil` where all is durable.
    public func bringIn(_ draft: EntityDraft, tenant: String) async -> NGSILDError? {
        let result = await withCheckedContinuation { continuation in
            temporal.upsertTemporalEvolution(draft, tenant: tenant, on: ImmediateReplyScheduler()) {
                continuation.resume(returning: $0)
            }
        }
        if case .failure(let error) = result { return error }
        return nil
    }
}

extension TemporalAttribute {
    /// How many instances there are. Cost: linear.
    public var count: Int { instances.roots.reduce(0) { count, _ in count + 1 } }
}
