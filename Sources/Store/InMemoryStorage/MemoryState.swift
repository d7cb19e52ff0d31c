import BrokerStorage
import NGSILDModel

struct EntityKey: Hashable {
    let tenant: ExactText
    let id: ExactText

    init(tenant: String, id: String) {
        self.tenant = ExactText(tenant)
        self.id = ExactText(id)
    }
}

struct EntityRow: Sendable {
    let stored: StoredEntity
    let body: [UInt8]
}

struct DocumentKey: Hashable {
    let kind: ExactText
    let tenant: ExactText
    let key: ExactText
}

struct ExactSeries: Hashable {
    let tenant: ExactText
    let entity: ExactText
    let attribute: TermID
    let dataset: ExactText

    init(_ key: SeriesKey) {
        tenant = ExactText(key.tenant)
        entity = ExactText(key.entity)
        attribute = key.attribute
        dataset = ExactText(key.dataset)
    }

    var key: SeriesKey {
        SeriesKey(tenant: tenant.text, entity: entity.text, attribute: attribute, dataset: dataset.text)
    }
}

/// Everything that the store holds, and the rules of a commit.
struct MemoryState: Sendable {
    private(set) var terms: [ExactText] = []
    private var termNumbers: [ExactText: UInt32] = [:]
    private(set) var tenants: Set<ExactText> = [ExactText("")]
    private(set) var entities: [EntityKey: EntityRow] = [:]
    private(set) var lastSequence: UInt64 = 0
    var changes: [StoredChange] = []
    private(set) var outbox: [UInt64: [UInt8]] = [:]
    private var documents: [DocumentKey: [UInt8]] = [:]
    private(set) var history: [ExactSeries: [Timestamp: HistoryChunk]] = [:]
    /// Those that are gone stay, so that positions do.
    private var seriesInOrder: [ExactSeries] = []

    mutating func internTerm(_ iri: ExactText) -> UInt32 {
        if let known = termNumbers[iri] { return known }
        terms.append(iri)
        let number = UInt32(terms.count)
        termNumbers[iri] = number
        return number
    }

    func entitiesInOrder() -> [EntityRow] {
        entities.values.sorted { $0.stored.number < $1.stored.number }
    }

    func changes(after sequence: UInt64, limit: Int) -> [StoredChange] {
        let start = changes.firstIndex { $0.sequence > sequence } ?? changes.endIndex
        return Array(changes[start...].prefix(max(0, limit)))
    }

    func documents(kind: String) -> [StoredDocument] {
        documents.filter { $0.key.kind == ExactText(kind) }
            .sorted { ($0.key.key, $0.key.tenant) < ($1.key.key, $1.key.tenant) }
            .map {
                StoredDocument(kind: kind, tenant: $0.key.tenant.text, key: $0.key.key.text, body: $0.value)
            }
    }

    func document(kind: String, tenant: String, key: String) -> [UInt8]? {
        documents[DocumentKey(kind: ExactText(kind), tenant: ExactText(tenant), key: ExactText(key))]
    }

    func historySeries(tenant: ExactText, entity: ExactText) -> [SeriesKey] {
        history.keys.filter { $0.tenant == tenant && $0.entity == entity }
            .sorted { ($0.attribute, $0.dataset) < ($1.attribute, $1.dataset) }
            .map(\.key)
    }

    func historySeries(after position: UInt64, limit: Int) -> [(position: UInt64, key: SeriesKey)] {
        var found: [(position: UInt64, key: SeriesKey)] = []
        var seen: Set<ExactSeries> = []
        var index = Int(clamping: position)
        while index < seriesInOrder.count, found.count < limit {
            let key = seriesInOrder[index]
            index += 1
            if history[key] != nil, seen.insert(key).inserted { found.append((UInt64(index), key.key)) }
        }
        return found
    }

    // MARK: Commit

    mutating func apply(_ commit: Commit) throws(StorageError) -> CommitOutcome {
        let removed = Set(commit.removedTenants.map(ExactText.init))
        if commit.outbox != nil, commit.entities.isEmpty {
            throw .failed(reason: "an outbox row without entity writes has no sequence number")
        }
        let (rows, conflicts) = try next(commit.entities, removed: removed)
        if !conflicts.isEmpty { return .conflicts(conflicts) }

        removed.forEach { remove(tenant: $0) }
        commit.createdTenants.forEach { tenants.insert(ExactText($0)) }
        let first = lastSequence + 1
        for (write, row) in zip(commit.entities, rows) {
            let key = EntityKey(tenant: write.tenant, id: write.id)
            tenants.insert(key.tenant)
            entities[key] = write.body.map { EntityRow(stored: row, body: $0) }
            lastSequence = row.revision
            changes.append(
                StoredChange(
                    sequence: row.revision, at: commit.at, tenant: write.tenant, id: write.id, number: row.number,
                    isDeletion: write.body == nil, change: write.change))
        }
        for range in commit.removedOutbox {
            for sequence in outbox.keys where range.contains(sequence) { outbox[sequence] = nil }
        }
        if let body = commit.outbox { outbox[first] = body }
        commit.documents.forEach { put($0) }
        for chunk in commit.history {
            tenants.insert(ExactText(chunk.series.tenant))
            let key = ExactSeries(chunk.series)
            if history[key] == nil { seriesInOrder.append(key) }
            history[key, default: [:]][chunk.start] = chunk.count == 0 ? nil : chunk
        }
        return .committed(firstSequence: first, numbers: rows.map(\.number))
    }

    /// Where each write would leave its entity, and which writes do not find it as expected.
    private func next(
        _ writes: [EntityWrite], removed: Set<ExactText>
    ) throws(StorageError) -> ([StoredEntity], conflicts: [Int]) {
        var rows: [StoredEntity] = []
        var conflicts: [Int] = []
        var touched: [EntityKey: StoredEntity?] = [:]
        for (index, write) in writes.enumerated() {
            let key = EntityKey(tenant: write.tenant, id: write.id)
            let revision = lastSequence + UInt64(index) + 1
            let current: StoredEntity? =
                if let row = touched[key] { row } else if removed.contains(key.tenant) { nil } else {
                    entities[key]?.stored
                }
            let number: Int64
            switch (write.expectation, current) {
            case (.absent, nil):
                guard write.body != nil else { throw .failed(reason: "the deletion of \(write.id) states no revision") }
                number = Int64(revision)
            case (.revision(let expected), let current?) where current.revision == expected:
                number = current.number
            default:
                conflicts.append(index)
                continue
            }
            let row = StoredEntity(tenant: write.tenant, id: write.id, number: number, revision: revision)
            touched[key] = .some(write.body == nil ? nil : row)
            rows.append(row)
        }
        return (rows, conflicts)
    }

    private mutating func put(_ write: DocumentWrite) {
        let key = DocumentKey(kind: ExactText(write.kind), tenant: ExactText(write.tenant), key: ExactText(write.key))
        documents[key] = write.body
        if write.body != nil { tenants.insert(key.tenant) }
    }

    private mutating func remove(tenant: ExactText) {
        entities = entities.filter { $0.key.tenant != tenant }
        documents = documents.filter { $0.key.tenant != tenant }
        history = history.filter { $0.key.tenant != tenant }
        changes.removeAll { ExactText($0.tenant) == tenant }
        if !tenant.text.isEmpty { tenants.remove(tenant) }
    }
}
