/// The first entities that a table would become, and what would be left out.
public struct TabularPreview: Sendable {
    /// The first ones, each as JSON in normalized form.
    public let entities: [[UInt8]]
    /// The rows that were read for it.
    public let rows: Int
    /// Whether that was the whole table.
    public let isWhole: Bool
    /// What was left out of those rows, and why.
    public let summary: ImportSummary
}

extension TabularImport {
    /// Reads the first rows as entities, each with the time of its row where it has one.
    ///
    /// - Parameters:
    ///   - count: The entities wanted.
    ///   - rowLimit: The rows read to count what would be left out.
    /// - Throws: `ImportError` where the table cannot be read that far.
    public func preview(count: Int = 20, rowLimit: Int = 50_000) throws(ImportError) -> TabularPreview {
        let meter = ProgressMeter(totalBytes: 0, clock: ContinuousClock(), handler: nil)
        let stage = EntityStage(files: files, mapping: mapping, options: options, meter: meter)
        var entities: [[UInt8]] = []
        var isWhole = false
        while stage.rowsRead < rowLimit {
            guard case .entities(let batch)? = try stage.next() else {
                isWhole = true
                break
            }
            for entity in batch.entities.prefix(max(0, count - entities.count)) { entities.append(Array(entity)) }
        }
        return TabularPreview(entities: entities, rows: stage.rowsRead, isWhole: isWhole, summary: stage.summary)
    }
}
