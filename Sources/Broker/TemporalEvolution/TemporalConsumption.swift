import BrokerStorage
public import NGSILDModel
public import NGSILDOperations
public import NGSILDQuery
import Synchronization

extension HistoryStore {
    /// Candidates taken from the current state at once.
    private static let candidatePage = 200

    /// CIM 009 clause 5.7.3.
    public func retrieveTemporalEvolution(
        id: String, _ selection: TemporalSelection, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<TemporalPage, NGSILDError>) -> Void
    ) {
        read(on: scheduler, reply) { [self] in try retrieve(id, selection, tenant) }
    }

    /// CIM 009 clause 5.7.4.
    public func queryTemporalEvolution(
        _ query: EntityQuery, _ selection: TemporalSelection, tenant: String, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<TemporalPage, NGSILDError>) -> Void
    ) {
        read(on: scheduler, reply) { [self] in try find(query, selection, tenant) }
    }

    private func read(
        on scheduler: any ReplyScheduler, _ reply: @escaping @Sendable (Result<TemporalPage, NGSILDError>) -> Void,
        _ body: @escaping @Sendable () throws -> TemporalPage
    ) {
        let isTaken = readers.run { [self] in
            let result: Result<TemporalPage, NGSILDError>
            do {
                try refuseWhileStopping()
                result = .success(try body())
            } catch {
                result = .failure(Self.translate(error))
            }
            scheduler.deliver([{ reply(result) }])
        }
        if isTaken { return }
        let refusal = NGSILDError.overloaded(
            "More temporal requests wait than the broker takes; try again in a second")
        scheduler.deliver([{ reply(.failure(refusal)) }])
    }

    private func head(_ record: EntityRecord) -> TemporalHead {
        TemporalHead(
            id: record.id, types: record.types, scopes: record.scopes, createdAt: record.createdAt,
            modifiedAt: record.modifiedAt)
    }

    private func retrieve(_ id: String, _ selection: TemporalSelection, _ tenant: String) throws -> TemporalPage {
        guard keeping.tenantNames.contains(tenant) else {
            throw NGSILDError.nonexistentTenant(
                "Tenant \(tenant) does not exist; it comes into being when its first entity is created")
        }
        let entity = try known(tenant: tenant, id: id)
        let head: TemporalHead
        if let record = entity.record {
            head = self.head(record)
        } else if let entry = try directory.entry(tenant: tenant, id: id) {
            head = TemporalHead(id: id, types: entry.types, scopes: entry.scopes)
        } else {
            guard let last = try entity.series.lazy.compactMap({ try self.lastSample(of: $0, in: entity) }).first else {
                throw Self.unknown(id)
            }
            head = TemporalHead(id: id, types: last.types, scopes: [])
        }
        guard let attributes = reach(head, entity, selection) else { throw Self.unknown(id) }
        var reader = TemporalReader(self, selection, TemporalEffort(in: self))
        reader.reached = attributes.names
        var page = TemporalPage()
        if selection.aggregation != nil {
            page.entities = [try aggregated(head, entity, &reader, selection)]
            return page
        }
        try collect(head, entity, &reader)
        finish(&page, reader)
        if page.entities.isEmpty { page.entities = [answer(head, [])] }
        if selection.picked?.isEmpty == false, page.entities[0].attributes.isEmpty, selection.times.relation == nil,
            selection.span == nil, !selection.after.isSet
        {
            throw NGSILDError.resourceNotFound("The history of entity \(id) has none of the attributes asked for")
        }
        return page
    }

    /// - Parameter periods: where given, only instances within one of them.
    private func collect(
        _ head: TemporalHead, _ entity: KnownEntity, _ reader: inout TemporalReader,
        within periods: [Range<Int64>]? = nil
    ) throws {
        var head = head
        var series: [(SeriesKey, SampleColumns)] = []
        for key in reader.series(of: entity) {
            let samples = try reader.samples(of: key, entity, within: periods)
            // The evolution of the scope takes the place of the scope that holds now.
            if reader.isScope(key) { head.scopes = [] }
            if !samples.isEmpty { series.append((key, samples)) }
        }
        reader.add(head, series)
    }

    private func finish(_ page: inout TemporalPage, _ reader: TemporalReader) {
        var instances = InstanceForest()
        for (head, series) in reader.collected { page.entities.append(answer(head, instances.attributes(series))) }
        page.partialRange = reader.partialRange
    }

    private func answer(_ head: TemporalHead, _ attributes: [TemporalAttribute]) -> TemporalEntity {
        TemporalEntity(
            id: head.id, types: head.types, scopes: head.scopes, createdAt: head.createdAt, modifiedAt: head.modifiedAt,
            attributes: attributes)
    }

    private func aggregated(
        _ head: TemporalHead, _ entity: KnownEntity, _ reader: inout TemporalReader, _ selection: TemporalSelection,
        within periods: [Range<Int64>]? = nil
    ) throws -> TemporalEntity {
        guard let aggregation = selection.aggregation else { return answer(head, []) }
        var attributes: [TemporalAttribute] = []
        var aggregator = SampleAggregator(aggregation, selection.times, periodLimit: configuration.periodLimit)
        var templates = InstanceForest()
        for key in reader.series(of: entity) where !reader.isScope(key) {
            if attributes.last?.name != key.attribute {
                aggregator = SampleAggregator(aggregation, selection.times, periodLimit: configuration.periodLimit)
            }
            var kind: AttributeKind?
            var left = selection.times.lastN ?? .max
            // The oldest first: periods are counted from the first value.
            for rolled in entity.rolled where rolled.attribute == key.attribute && rolled.plainDataset == key.dataset {
                try reader.visit(rolled, of: entity, within: periods) { samples, index in
                    if kind == nil {
                        kind = templates.template(samples.templates[samples.kinds[index]])?.nodes.first?.kind
                    }
                    let period = samples.withValue(index) { RolledPeriod(start: samples.times[index], rolled: $0) }
                    if let period, selection.times.lastN == nil { try aggregator.add(period) }
                    return true
                }
            }
            try reader.visit(key, of: entity, within: periods) { samples, index in
                if samples.flags(index).contains(.isDeletion) { return true }
                if kind == nil { kind = templates.template(samples.templates[samples.kinds[index]])?.nodes.first?.kind }
                let time = samples.times(of: index)[selection.times.property]
                try samples.withValue(index) { try aggregator.add($0, at: time.isSet ? time : samples.time(index)) }
                left -= 1
                return left > 0
            }
            guard let kind else { continue }
            if attributes.last?.name != key.attribute {
                attributes.append(TemporalAttribute(name: key.attribute, kind: kind))
            }
            attributes[attributes.count - 1].aggregates = aggregator.results(of: kind)
        }
        if let asked = selection.picked,
            let none = attributes.first(where: { $0.aggregates.isEmpty && asked.contains($0.name) })
        {
            _ = none
            throw NGSILDError.invalidRequest(
                "An attribute asked for has values that none of the methods in aggrMethods is defined for; totalCount and distinctCount always are"
            )
        }
        return answer(head, attributes.filter { !$0.aggregates.isEmpty })
    }

    // MARK: Queries

    private func find(_ query: EntityQuery, _ selection: TemporalSelection, _ tenant: String) throws -> TemporalPage {
        var page = TemporalPage()
        let effort = TemporalEffort(in: self)
        var reader = TemporalReader(self, selection, effort)
        var matched = 0
        var taken = 0
        let skipped = selection.place == nil ? query.offset : 0
        /// Whether to go on.
        func visit(_ head: TemporalHead, _ place: TemporalPlace) throws -> Bool {
            try effort.lookAtEntity()
            let entity = try known(tenant: tenant, id: head.id)
            guard let match = try match(head, entity, query, selection, effort) else { return true }
            matched += 1
            if matched <= skipped { return true }
            if taken >= query.limit {
                page.hasMore = true
                return query.counts && selection.place == nil
            }
            taken += 1
            page.last = place
            reader.reached = match.reached
            if selection.aggregation != nil {
                page.entities.append(try aggregated(head, entity, &reader, selection, within: match.periods))
            } else {
                try collect(head, entity, &reader, within: match.periods)
            }
            return true
        }
        if let isAscending = query.order?.isByIDAscending {
            try visitByID(query, tenant, isAscending: isAscending, visit)
            page.last = nil
        } else {
            try visitAll(query, tenant, after: selection.place, visit)
        }
        if query.counts {
            page.total = selection.place == nil ? matched : try count(query, selection, tenant, effort)
        }
        try query.checkLimits()
        if selection.aggregation == nil { finish(&page, reader) }
        return page
    }

    /// How many entities match, wherever a page begins.
    private func count(
        _ query: EntityQuery, _ selection: TemporalSelection, _ tenant: String, _ effort: TemporalEffort
    ) throws -> Int {
        var count = 0
        try visitAll(query, tenant, after: nil) { head, _ in
            try effort.lookAtEntity()
            let entity = try known(tenant: tenant, id: head.id)
            if try match(head, entity, query, selection, effort) != nil { count += 1 }
            return true
        }
        return count
    }

    /// All candidates by their ids. Memory: about 100 bytes for each, while the query runs.
    private func visitByID(
        _ query: EntityQuery, _ tenant: String, isAscending: Bool,
        _ visit: (TemporalHead, TemporalPlace) throws -> Bool
    ) throws {
        var found: [(head: TemporalHead, place: TemporalPlace)] = []
        try visitAll(query, tenant, after: nil) { head, place in
            found.append((head, place))
            return true
        }
        found.sort { $0.head.id.utf8.lexicographicallyPrecedes($1.head.id.utf8) }
        if isAscending {
            for (head, place) in found where try !visit(head, place) { return }
        } else {
            for (head, place) in found.reversed() where try !visit(head, place) { return }
        }
    }

    /// Candidates behind a place: those with a current state in the order of creation, then the others by id.
    private func visitAll(
        _ query: EntityQuery, _ tenant: String, after place: TemporalPlace?,
        _ visit: (TemporalHead, TemporalPlace) throws -> Bool
    ) throws {
        switch place {
        case .past(let id):
            try visitDirectory(query, tenant, after: id, visit)
        case .current, nil:
            var start = Int64.min
            if case .current(let number) = place { start = number }
            if try visitCurrent(query, tenant, after: start, visit) {
                try visitDirectory(query, tenant, after: nil, visit)
            }
        }
    }

    /// Candidates with a current state, by what the broker has indexes for.
    ///
    /// - Returns: whether to go on.
    private func visitCurrent(
        _ query: EntityQuery, _ tenant: String, after start: Int64,
        _ visit: (TemporalHead, TemporalPlace) throws -> Bool
    ) throws -> Bool {
        var candidates = EntityQuery()
        candidates.types = query.types
        candidates.ids = query.ids
        candidates.idPattern = query.idPattern
        candidates.selectors = query.selectors
        candidates.limit = Self.candidatePage
        candidates.place = .after(start)
        while true {
            let found = try entities.queryEntities(candidates, tenant: tenant)
            for (record, number) in zip(found.entities, found.places) {
                if try !visit(head(record), .current(number)) { return false }
            }
            guard found.hasMore, let last = found.last else { return true }
            candidates.place = .after(last)
        }
    }

    private func visitDirectory(
        _ query: EntityQuery, _ tenant: String, after start: String?,
        _ visit: (TemporalHead, TemporalPlace) throws -> Bool
    ) throws {
        // An entity that was deleted meanwhile is in the directory once the deletion is taken in.
        try settle()
        if !query.ids.isEmpty {
            let wanted = Set(query.ids.map { ExactText($0) }).sorted()
            for id in wanted where start.map({ $0.isExactlyBefore(id.text) }) ?? true {
                guard let entry = try directory.entry(tenant: tenant, id: id.text) else { continue }
                if try !visitPast((id.text, entry), query, tenant, visit) { return }
            }
            return
        }
        var start = start
        var length = Self.candidatePage
        while true {
            // Entities of other types are passed over without a look at their history.
            try refuseWhileStopping()
            let page = try directory.page(tenant: tenant, after: start, limit: length)
            // Who has not found enough on the first page will hardly on the next.
            length = 5 * Self.candidatePage
            for one in page.entries where try !visitPast(one, query, tenant, visit) { return }
            guard let next = page.next else { return }
            start = next
        }
    }

    /// - Returns: whether to go on.
    private func visitPast(
        _ candidate: (id: String, entry: TemporalDirectory.Entry), _ query: EntityQuery, _ tenant: String,
        _ visit: (TemporalHead, TemporalPlace) throws -> Bool
    ) throws -> Bool {
        let (id, entry) = candidate
        if let types = query.types, !types.matches(entry.types) { return true }
        if let pattern = query.idPattern, !pattern.matches(id) { return true }
        let none = Timestamp(microseconds: 0)
        let bare = EntityRecord(
            id: id, types: entry.types, createdAt: none, modifiedAt: none, attributes: AttributeForest())
        if !query.selectors.isEmpty, !query.selectors.contains(where: { $0.matches(bare) }) { return true }
        // One that was created again while the query ran was visited before.
        if (try? entities.retrieveEntity(id: id, tenant: tenant)) != nil { return true }
        return try visit(TemporalHead(id: id, types: entry.types, scopes: entry.scopes), .past(id))
    }

    /// An entity that a query selects.
    private struct Match {
        /// When its scopes matched, where the query asks for them and they are known over time; only instances of those
        /// times count.
        var periods: [Range<Int64>]?
        /// The attributes that the caller reaches; `nil`: all.
        var reached: Set<TermID>?
    }

    /// What of an entity's history the caller reaches; `nil` where it is not reached.
    private func reach(
        _ head: TemporalHead, _ entity: KnownEntity, _ selection: TemporalSelection
    ) -> EntityAccess.Attributes? {
        guard let access = selection.access else { return .all }
        if let record = entity.record { return access.attributes(of: record) }
        let none = Timestamp(microseconds: 0)
        return access.attributes(
            of: EntityRecord(
                id: head.id, types: head.types, scopes: head.scopes, createdAt: none, modifiedAt: none,
                attributes: AttributeForest()))
    }

    /// How the query selects the entity: it has selected instances at all, and ones that meet the filters; else `nil`.
    private func match(
        _ head: TemporalHead, _ entity: KnownEntity, _ query: EntityQuery, _ selection: TemporalSelection,
        _ effort: TemporalEffort
    ) throws -> Match? {
        guard let attributes = reach(head, entity, selection) else { return nil }
        var match = Match()
        match.reached = attributes.names
        if let scope = query.scope {
            let evolution = try scopeEvolution(of: entity)
            if evolution.isEmpty {
                guard scope.matches(head.scopes) else { return nil }
            } else {
                let periods = evolution.times(matching: scope)
                if periods.isEmpty { return nil }
                match.periods = periods
            }
        }
        var all = TemporalSelection()
        all.times = selection.times
        all.span = selection.span
        all.datasets = selection.datasets
        var reader = TemporalReader(self, all, effort)
        reader.reached = match.reached
        let keys = reader.series(of: entity).filter { !reader.isScope($0) }
        let wanted = query.attributes.isEmpty ? keys : keys.filter { query.attributes.contains($0.attribute) }
        var hasInstance = false
        for key in wanted where !hasInstance {
            try reader.visit(key, of: entity, within: match.periods) { _, _ in
                hasInstance = true
                return false
            }
        }
        guard hasInstance else { return nil }
        if query.expression == nil, query.geo == nil { return match }
        // Clause 5.7.4.4: filters are of all instances of the time asked for; datasetId and lastN come after them.
        all.datasets = nil
        all.times = all.times.withoutLastN
        reader = TemporalReader(self, all, effort)
        reader.reached = match.reached
        return try isSelected(head, entity, query, &reader, within: match.periods) ? match : nil
    }

    /// Instances of a history that are looked at together.
    private static let filterPart = 1_000

    /// Whether the filters of a query are met by the instances that a reader selects, looked at some at a time.
    private func isSelected(
        _ head: TemporalHead, _ entity: KnownEntity, _ query: EntityQuery, _ reader: inout TemporalReader,
        within periods: [Range<Int64>]?
    ) throws -> Bool {
        var gathered = GatheredMatch(query.expression, query.geo)
        func part(_ attributes: AttributeForest) -> EntityRecord {
            EntityRecord(
                id: head.id, types: head.types, scopes: head.scopes,
                createdAt: head.createdAt.isSet ? head.createdAt : Timestamp(microseconds: 0),
                modifiedAt: head.modifiedAt.isSet ? head.modifiedAt : Timestamp(microseconds: 0),
                attributes: attributes)
        }
        gathered.add(part(AttributeForest()))
        let attributes = gathered.attributes
        var instances = InstanceForest()
        for key in reader.series(of: entity) where attributes.contains(key.attribute) && !reader.isScope(key) {
            if gathered.isSettled { return true }
            try reader.visitParts(of: key, entity, within: periods, count: Self.filterPart) { samples in
                var forest = AttributeForest()
                instances.append(samples, of: nil, to: &forest)
                gathered.add(part(forest))
                return !gathered.isSettled
            }
        }
        return gathered.isSelected
    }
}

extension EntityAccess.Attributes {
    /// `nil`: all.
    fileprivate var names: Set<TermID>? {
        if case .only(let names) = self { return names }
        return nil
    }
}
