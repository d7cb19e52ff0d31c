import JSONTree

/// Turns each row of the files into an entity, batch by batch.
final class EntityStage: TabularStage {
    private let files: [String]
    private let mapping: TabularMapping
    private let limits: ImportLimits
    private let meter: ProgressMeter
    private let templates: [AttributeTemplate]
    private var builder: EntityBatchBuilder
    private var scratch = ByteWriter()
    private var position = 0
    private var rows: TabularRows?
    /// Ids in the open batch: a batch must not hold an entity twice, so that the later row wins.
    private var ids: Set<[UInt8]> = []
    private var held = false
    private(set) var summary = ImportSummary()
    /// Rows read so far, of all files.
    var rowsRead: Int { summary.totalRows + (rows?.rowsRead ?? 0) }

    init(files: [String], mapping: TabularMapping, options: TabularImport.Options, meter: ProgressMeter) {
        self.files = files
        self.mapping = mapping
        self.limits = options.limits
        self.meter = meter
        templates = mapping.attributes.map(AttributeTemplate.init)
        builder = EntityBatchBuilder(maximumCount: options.batchSize, context: mapping.context)
    }

    func next() throws(ImportError) -> TabularImport.Output? {
        while true {
            guard let rows = try openRows() else { break }
            if !held {
                guard try rows.next(&summary) else {
                    finish(rows)
                    continue
                }
                meter.row(tableBytes: rows.consumedBytes)
            }
            // A row that would double an id waits for the next batch.
            held = ids.contains(rows.entityID)
            if held { break }
            write(rows)
            if builder.isFull { break }
        }
        guard !builder.isEmpty else { return nil }
        ids.removeAll(keepingCapacity: true)
        return .entities(builder.take())
    }

    private func openRows() throws(ImportError) -> TabularRows? {
        if let rows { return rows }
        guard position < files.count else { return nil }
        rows = try TabularRows(path: files[position], mapping: mapping, limits: limits)
        position += 1
        return rows
    }

    private func finish(_ finished: TabularRows) {
        summary.read(finished.rowsRead, from: finished.path)
        meter.finishTable(bytes: finished.consumedBytes)
        rows = nil
    }

    private func write(_ rows: TabularRows) {
        ids.insert(rows.entityID)
        builder.begin(id: rows.entityID, type: mapping.type)
        for constant in mapping.constants { builder.append(json: constant.member) }
        for constant in rows.lookedUp(&summary) { builder.append(json: constant.member) }
        for (index, template) in templates.enumerated() {
            scratch.removeAll()
            switch rows.append(index, at: nil, to: &scratch, &summary) {
            case .written:
                scratch.withBytes { bytes in
                    template.append(bytes.assumingMemoryBound(to: UInt8.self), at: rows.observedAt, to: &builder)
                }
            case .missing: summary.missingValues += 1
            case .skipped: break
            }
        }
        builder.end()
        summary.emitted(1, type: mapping.type)
    }
}
