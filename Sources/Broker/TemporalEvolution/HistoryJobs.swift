import BrokerStorage
import Dispatch
import NGSILDModel
import NGSILDOperations

/// Something that a client asks of the history; carried out on the history's queue, in order.
struct HistoryJob: Sendable {
    enum Work: Sendable {
        /// Additions to different entities, answered together.
        case append([HistoryAddition])
        case remove(HistoryRemoval)
    }

    let work: Work
    let scheduler: any ReplyScheduler
    /// Gets whether the temporal evolution is new.
    let reply: @Sendable (Result<Bool, NGSILDError>) -> Void
    /// Samples that it brings.
    let weight: Int
}

/// Samples to add to the history of one entity.
struct HistoryAddition: Sendable {
    let tenant: String
    let entity: String
    let types: [TermID]
    let scopes: [String]
    let series: [SeriesKey: SampleColumns]
    /// Whether the history must be known already.
    let mustExist: Bool
}

/// Samples to take from the history of one entity.
struct HistoryRemoval: Sendable {
    enum Extent: Sendable {
        case everything
        /// `dataset` `nil`: all instances.
        case attribute(TermID, dataset: String?)
        /// One instance, and what takes its place.
        case instance(TermID, InstanceID, replacement: AttributeForest?)
    }

    let tenant: String
    let entity: String
    let extent: Extent
}

struct WaitingJobs {
    var jobs: [HistoryJob] = []
    var weight = 0
}

extension HistoryStore {
    func submit(
        _ work: HistoryJob.Work, weight: Int, on scheduler: any ReplyScheduler,
        reply: @escaping @Sendable (Result<Bool, NGSILDError>) -> Void
    ) {
        let job = HistoryJob(work: work, scheduler: scheduler, reply: reply, weight: weight)
        let (isTaken, isFirst) = jobs.withLock { jobs in
            guard jobs.weight + weight <= configuration.writeLimit || jobs.jobs.isEmpty, jobs.jobs.count < 100_000
            else {
                return (false, false)
            }
            jobs.jobs.append(job)
            jobs.weight += weight
            return (true, jobs.jobs.count == 1)
        }
        guard isTaken else {
            scheduler.deliver([
                {
                    reply(
                        .failure(
                            .overloaded("More history waits to be written than the broker takes; try again in a second")
                        ))
                }
            ])
            return
        }
        if isFirst { queue.async { [self] in runJobs() } }
    }

    private func runJobs() {
        let taken = jobs.withLock { jobs in
            defer { jobs = WaitingJobs() }
            return jobs.jobs
        }
        var additions: [HistoryJob] = []
        for job in taken {
            if case .append = job.work {
                additions.append(job)
            } else {
                runAdditions(additions)
                additions = []
                runRemoval(job)
            }
        }
        runAdditions(additions)
    }

    private func runAdditions(_ jobs: [HistoryJob]) {
        guard !jobs.isEmpty else { return }
        var answers: [(HistoryJob, Result<Bool, NGSILDError>)] = []
        var merged: [SeriesKey: SampleColumns] = [:]
        var entries: DirectoryEntries = [:]
        do {
            for job in jobs {
                guard case .append(let all) = job.work else { continue }
                answers.append((job, try prepare(all, &merged, &entries)))
            }
            var documents: [DocumentWrite] = []
            for (tenant, entities) in entries {
                for (id, entry) in entities where try !entry.says(directory.entry(tenant: tenant, id: id)) {
                    documents.append(TemporalDirectory.document(entry, tenant: tenant, id: id))
                }
            }
            try write(merged.map { ($0.key, $0.value) }, documents: documents, replaces: true)
            for (tenant, entities) in entries {
                for (id, entry) in entities { directory.put(entry, tenant: tenant, id: id) }
            }
        } catch {
            let failure = Self.translate(error)
            answers = jobs.map { ($0, .failure(failure)) }
        }
        for (job, result) in answers { job.scheduler.deliver([{ job.reply(result) }]) }
    }

    /// By tenant and id.
    private typealias DirectoryEntries = [String: [String: TemporalDirectory.Entry]]

    /// Puts additions together with those before; answers whether all of them are new.
    private func prepare(
        _ additions: [HistoryAddition], _ merged: inout [SeriesKey: SampleColumns], _ entries: inout DirectoryEntries
    ) throws -> Result<Bool, NGSILDError> {
        var isNew = true
        for addition in additions {
            let (tenant, id) = (addition.tenant, addition.entity)
            let entity = try known(tenant: tenant, id: id, isOnQueue: true)
            let isCurrent = entity.record != nil
            let isKnown = try entries[tenant]?[id] != nil || hasHistory(entity)
            if addition.mustExist, !isKnown, !isCurrent { return .failure(Self.unknown(id)) }
            isNew = isNew && !isKnown
            for (key, samples) in addition.series {
                let tail = tails.withLock { $0.samples(of: key) }
                let written = samples.raised(over: tail.merged(with: entity.present[key] ?? SampleColumns()))
                merged[key] = merged[key]?.merged(with: written) ?? written
            }
            if isCurrent { continue }
            var entry =
                try entries[tenant]?[id] ?? directory.entry(tenant: tenant, id: id)
                ?? TemporalDirectory.Entry(types: [], scopes: [])
            for type in addition.types where !entry.types.contains(type) { entry.types.append(type) }
            for scope in addition.scopes where !entry.scopes.contains(scope) { entry.scopes.append(scope) }
            entry.through = tails.withLock { $0.absorbed }
            entries[tenant, default: [:]][id] = entry
        }
        return .success(isNew)
    }

    private func runRemoval(_ job: HistoryJob) {
        guard case .remove(let removal) = job.work else { return }
        let result: Result<Bool, NGSILDError>
        do {
            try remove(removal)
            result = .success(false)
        } catch {
            result = .failure(Self.translate(error))
        }
        job.scheduler.deliver([{ job.reply(result) }])
    }

    private func remove(_ removal: HistoryRemoval) throws {
        let entity = try known(tenant: removal.tenant, id: removal.entity, isOnQueue: true)
        guard try hasHistory(entity) else { throw Self.unknown(removal.entity) }
        // From here on the past of the entity is in chunks, and a replay leaves it alone.
        guard writeTails(.entity(tenant: removal.tenant, id: removal.entity)) else {
            throw NGSILDError.internalError("The history could not be written")
        }
        let through = tails.withLock { $0.absorbed }
        var documents = [
            settled.withLock { $0.settle(tenant: removal.tenant, entity: removal.entity, through: through) }
        ]
        // A replay passes over its deletion too, so that its name is kept here.
        if entity.record == nil {
            var entry = try directory.entry(tenant: removal.tenant, id: removal.entity)
            if case .everything = removal.extent { entry = nil }
            entry?.through = through
            documents.append(TemporalDirectory.document(entry, tenant: removal.tenant, id: removal.entity))
        }
        switch removal.extent {
        case .everything:
            try empty(entity.series + entity.rolled, of: entity, documents: documents)
            directory.put(nil, tenant: removal.tenant, id: removal.entity)
        case .attribute(let name, let dataset):
            let gone = (entity.series + entity.rolled).filter {
                $0.attribute == name && (dataset == nil || $0.plainDataset == dataset)
            }
            guard try gone.contains(where: { try hasSamples($0, of: entity) }) else {
                throw NGSILDError.resourceNotFound(
                    "The history of entity \(removal.entity) does not have the attribute")
            }
            try empty(gone, of: entity, documents: documents)
        case .instance(let name, let id, let replacement):
            guard let key = entity.series.first(where: { $0.attribute == name && id.belongs(to: $0) }) else {
                throw NGSILDError.resourceNotFound("Entity \(removal.entity) has no instance \(id.text)")
            }
            try replace(id, in: key, of: entity, by: replacement, documents: documents)
        }
        if settled.withLock({ $0.count }) > SettledEntities.limit {
            writeTails(.everything)
            storeCursor()
        }
    }

    private func empty(_ series: [SeriesKey], of entity: KnownEntity, documents: [DocumentWrite]) throws {
        for key in series {
            var from = Timestamp.none
            while true {
                let page = try keeping.storage.historyChunks(key, from: from, to: .none, newestFirst: false, limit: 256)
                try commit(page.filter { $0.count > 0 }.map(Self.emptied), [])
                guard page.count == 256, let last = page.last else { break }
                from = Timestamp(microseconds: max(last.start, last.end).microseconds + 1)
            }
        }
        // The present values leave the history too, though they stay in the present.
        let voids = series.compactMap { key in entity.present[key].map { (key, self.void(in: $0, at: 0)) } }
        try write(voids, documents: documents)
    }

    /// What stands in the history for a sample that is not to be there: it was deleted later than it was modified.
    private func void(in samples: SampleColumns, at index: Int) -> SampleColumns {
        var void = SampleColumns()
        void.types = samples.types
        let kind = void.kind(of: samples.templates[samples.kinds[index]])
        let time = max(configuration.clock().microseconds, samples.modifiedAt[index] + 1)
        Array("0".utf8).withUnsafeBytes { value in
            void.append(
                time: samples.times[index], createdAt: samples.createdAt[index], modifiedAt: time, flags: .isVoid,
                kind: kind, value: value)
        }
        return void
    }

    private func replace(
        _ id: InstanceID, in key: SeriesKey, of entity: KnownEntity, by forest: AttributeForest?,
        documents: [DocumentWrite]
    ) throws {
        let time = Timestamp(microseconds: id.time)
        var found: (samples: SampleColumns, index: Int)?
        try visit(key, of: entity, from: time, to: time, newestFirst: true) { samples, index in
            found = (samples, index)
            return false
        }
        guard let (samples, index) = found else {
            throw NGSILDError.resourceNotFound("Entity \(key.entity) has no instance \(id.text)")
        }
        var changed = void(in: samples, at: index)
        if let forest, let root = forest.roots.first(where: { _ in true }) {
            let sample = RecordedSample(
                tenant: key.tenant, entity: key.entity, types: samples.types, forest, root: root,
                modifiedAt: Timestamp(microseconds: changed.modifiedAt[0]))
            // Where both are at one time, the sample was appended later.
            sample.append(to: &changed, keepingTimesOf: samples, index)
            changed = changed.sorted()
        }
        try write([(key, changed)], documents: documents)
    }

    static func unknown(_ id: String) -> NGSILDError {
        .resourceNotFound("There is no history of entity \(id); bring it in with POST /temporal/entities")
    }

    static func translate(_ error: any Error) -> NGSILDError {
        switch error {
        case let error as NGSILDError: error
        case StorageError.full:
            .insufficientStorage("The store has no room left; nothing was written. Free disk space and try again")
        case StorageError.suspended:
            .unavailable(
                "The disk did not keep a write, so nothing is written for now; reads go on. Try again in some seconds")
        default: .internalError("The history could not be read or written")
        }
    }
}

extension RecordedSample {
    /// Appends the sample in the place of another: created when that was, and at its time where it gives none itself.
    func append(to columns: inout SampleColumns, keepingTimesOf old: SampleColumns, _ index: Int) {
        columns.types = types
        let kind = columns.kind(of: template)
        let isObserved = times.observedAt.isSet
        value.withUnsafeBytes {
            columns.append(
                time: isObserved ? time.microseconds : old.times[index], createdAt: old.createdAt[index],
                modifiedAt: times.modifiedAt.microseconds, flags: isObserved ? .isObserved : old.flags(index),
                kind: kind,
                value: $0)
        }
    }
}
