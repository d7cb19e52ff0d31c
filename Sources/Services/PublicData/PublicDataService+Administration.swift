import JSONTree
public import NGSILDModel

/// What operators do with publications. All bodies are JSON.
extension PublicDataService {
    /// Entities that a preview shows.
    private static let previewLimit = 5

    /// All publications, and documents that cannot be used with the reason.
    public func list() -> [UInt8] {
        var writer = ByteWriter(capacity: 4_096)
        writer.append("{\"publications\":[")
        for (place, layer) in store.layers.enumerated() {
            if place > 0 { writer.append(",") }
            layer.publication.append(to: &writer)
        }
        writer.append("],\"faulty\":[")
        for (place, fault) in store.faulty.enumerated() {
            if place > 0 { writer.append(",") }
            writer.append("{\"id\":")
            writer.append(jsonString: fault.id)
            writer.append(",\"reason\":")
            writer.append(jsonString: fault.reason)
            writer.append("}")
        }
        writer.append("]}")
        return writer.array()
    }

    /// - Throws: `resourceNotFound`.
    public func publication(_ id: String) throws(NGSILDError) -> [UInt8] {
        guard let layer = store[id] else {
            throw .resourceNotFound("There is no publication \(id.cut(to: 80)); PUT one here")
        }
        return layer.publication.json
    }

    /// Publishes, or changes what is published; it is durable when this returns.
    ///
    /// - Returns: whether it is new.
    /// - Throws: `badRequestData` naming the member and the remedy.
    public func put(_ id: String, _ body: [UInt8]) async throws(NGSILDError) -> Bool {
        let isNew = try await store.put(id, body)
        kept.removeAll()
        return isNew
    }

    /// Takes a layer back, at once and durably.
    ///
    /// - Throws: `resourceNotFound`.
    public func delete(_ id: String) async throws(NGSILDError) {
        try await store.delete(id)
        kept.removeAll()
    }

    /// What citizens would see: how many entities, and the first ones as they would leave.
    ///
    /// - Parameter body: A publication, with its id.
    /// - Throws: as `put`.
    public func preview(_ body: [UInt8]) throws(NGSILDError) -> [UInt8] {
        let id: String
        do {
            let document = try JSONDocument(parsing: body)
            id = document.member(document.root, "id").flatMap { document.string($0) } ?? ""
        } catch { throw .invalidRequest("The body cannot be read as JSON: \(error)") }
        let layer = try store.read(body, id: id)
        let summary = try LayerSummary(of: layer, consumption)
        let page = try layer.page(consumption, after: nil, limit: Self.previewLimit)
        var writer = ByteWriter(capacity: 4_096)
        writer.append("{\"count\":")
        writer.append(integer: summary.count)
        writer.append(summary.isWhole ? ",\"isCountAtLeast\":false" : ",\"isCountAtLeast\":true")
        writer.append(layer.hasTiles ? ",\"hasTiles\":true" : ",\"hasTiles\":false")
        writer.append(",\"entities\":")
        writer.append(
            LayerWriter(layer: layer, format: .jsonLD, isSimplified: false, byteLimit: 1 << 20).write(page) { _ in "" }
                .body)
        writer.append("}")
        return writer.array()
    }
}
