import JSONTree

/// Gathers the rows of each entity into chunks of history, and at the end hands out the newest state of each.
///
/// Invariants:
/// 1. `buffered` is the number of values in all series; it never passes `bufferLimit` plus one row.
/// 2. An entity's chunks come in the order of its rows.
final class HistoryStage: TabularStage {
    private let files: [String]
    private let mapping: TabularMapping
    private let options: TabularImport.Options
    private let meter: ProgressMeter
    private let templates: [AttributeTemplate]
    private var builder: EntityBatchBuilder
    private var scratch = ByteWriter()
    private var position = 0
    private var rows: TabularRows?
    private var places: [[UInt8]: Int] = [:]
    private var entities: [EntityHistory] = []
    private var lastPlace: Int?
    private var buffered = 0
    private var pending: [HistoryChunk] = []
    private var statePosition = 0
    private(set) var summary = ImportSummary()

    private struct EntityHistory {
        let id: [UInt8]
        let constants: [TabularMapping.ConstantAttribute]
        var series: [HistorySeries]
        var count = 0
        var newestTime: Timestamp
        /// For each attribute its newest value and time among the chunks handed out.
        var newest: [(time: Timestamp, value: [UInt8])?]
    }

    init(files: [String], mapping: TabularMapping, options: TabularImport.Options, meter: ProgressMeter) {
        self.files = files
        self.mapping = mapping
        self.options = options
        self.meter = meter
        templates = mapping.attributes.map(AttributeTemplate.init)
        builder = EntityBatchBuilder(maximumCount: options.batchSize, context: mapping.context)
    }

    func next() throws(ImportError) -> TabularImport.Output? {
        while pending.isEmpty, let rows = try openRows() {
            if try rows.next(&summary) {
                meter.row(tableBytes: rows.consumedBytes)
                try take(rows)
            } else {
                summary.read(rows.rowsRead, from: rows.path)
                meter.finishTable(bytes: rows.consumedBytes)
                self.rows = nil
                if position == files.count { flushAll() }
            }
        }
        if let chunk = pending.popLast() { return .history(chunk) }
        return nextStates()
    }

    private func openRows() throws(ImportError) -> TabularRows? {
        if let rows { return rows }
        guard position < files.count else { return nil }
        rows = try TabularRows(path: files[position], mapping: mapping, limits: options.limits)
        position += 1
        return rows
    }

    private func take(_ rows: TabularRows) throws(ImportError) {
        guard let time = rows.observedAt else { return }
        let place = try self.place(of: rows, at: time)
        if entities[place].newestTime < time { entities[place].newestTime = time }
        for (index, rule) in mapping.attributes.enumerated() {
            if case .time = rule.source { continue }
            scratch.removeAll()
            switch rows.append(index, at: nil, to: &scratch, &summary) {
            case .written:
                scratch.withBytes { entities[place].series[index].append($0, at: time) }
                entities[place].count += 1
                buffered += 1
            case .missing: summary.missingValues += 1
            case .skipped: break
            }
        }
        if entities[place].count >= options.chunkInstances {
            flush(place)
        } else if buffered >= options.bufferedInstances {
            flushAll()
        }
    }

    private func place(of rows: TabularRows, at time: Timestamp) throws(ImportError) -> Int {
        if let lastPlace, entities[lastPlace].id == rows.entityID { return lastPlace }
        if let known = places[rows.entityID] {
            lastPlace = known
            return known
        }
        guard entities.count < options.limits.historyEntities else {
            throw .tooLarge(
                file: rows.path, line: rows.line, what: "the number of entities",
                limit: "\(options.limits.historyEntities)",
                remedy: "import the files in several runs, or check the id pattern of the mapping")
        }
        let new = entities.count
        places[rows.entityID] = new
        lastPlace = new
        entities.append(
            EntityHistory(
                id: rows.entityID, constants: rows.lookedUp(&summary),
                series: mapping.attributes.map {
                    HistorySeries(attribute: $0.name, kind: $0.kind, unitCode: $0.unitCode)
                },
                newestTime: time, newest: Array(repeating: nil, count: mapping.attributes.count)))
        return new
    }

    private func flushAll() {
        for place in entities.indices.reversed() where entities[place].count > 0 { flush(place) }
    }

    private func flush(_ place: Int) {
        let series = entities[place].series.filter { $0.count > 0 }
        guard !series.isEmpty else { return }
        pending.append(
            HistoryChunk(
                entityID: String(decoding: entities[place].id, as: UTF8.self), type: mapping.type,
                context: mapping.context, series: series))
        summary.instances += entities[place].count
        buffered -= entities[place].count
        entities[place].count = 0
        for index in entities[place].series.indices {
            if let newest = entities[place].series[index].newest {
                let time = entities[place].series[index].observedAt[newest]
                if entities[place].newest[index].map({ $0.time <= time }) ?? true {
                    entities[place].newest[index] = (time, Array(entities[place].series[index].value(newest)))
                }
            }
            entities[place].series[index] = HistorySeries(
                attribute: mapping.attributes[index].name, kind: mapping.attributes[index].kind,
                unitCode: mapping.attributes[index].unitCode)
        }
    }

    // MARK: - The current state

    private func nextStates() -> TabularImport.Output? {
        while statePosition < entities.count, !builder.isFull {
            write(entities[statePosition])
            statePosition += 1
        }
        guard !builder.isEmpty else { return nil }
        return .entities(builder.take())
    }

    private func write(_ entity: EntityHistory) {
        builder.begin(id: entity.id, type: mapping.type)
        for constant in mapping.constants { builder.append(json: constant.member) }
        for constant in entity.constants { builder.append(json: constant.member) }
        for (index, template) in templates.enumerated() {
            if case .time = mapping.attributes[index].source {
                scratch.removeAll()
                scratch.append("{\"@type\":\"DateTime\",\"@value\":\"")
                entity.newestTime.append(to: &scratch)
                scratch.append("\"}")
                scratch.withBytes {
                    template.append($0.assumingMemoryBound(to: UInt8.self), at: entity.newestTime, to: &builder)
                }
            } else if let (time, value) = entity.newest[index] {
                value.withUnsafeBufferPointer { template.append($0, at: time, to: &builder) }
            }
        }
        builder.end()
        summary.emitted(1, type: mapping.type)
    }
}
