import JSONTree
import NGSILDClient
import NGSILDModel

/// Reads a running Parvis over HTTP. Of other brokers, those whose answers link to their next part.
struct RunningCitySource: ExportSource {
    private static let page = "1000"

    private let city: RunningCity

    init(url: String, tenant: String, key: String? = nil, trust: OutgoingHTTP.Trust = .system) throws {
        city = try RunningCity(url: url, tenant: tenant, key: key, trust: trust)
    }

    func close() async { await city.close() }

    private func accept(_ format: ExportFormat) -> String {
        switch format {
        case .ndjson, .json: "application/json"
        case .geojson: "application/geo+json"
        case .csv: "text/csv"
        }
    }

    /// Parts of the history of a wide table show the default instances alone, so that all have the same columns.
    private func form(_ query: ExportQuery, wide: String) -> [(name: String, value: String)] {
        if query.format == .csv { return query.isWide ? [("format", wide), ("datasetId", "@none")] : [] }
        return query.showsSystemAttributes ? [("options", "sysAttrs")] : []
    }

    // MARK: The current state

    func entities(_ query: ExportQuery, after place: ExportPlace?) async throws -> ExportPiece {
        var parameters = form(query, wide: "simplified") + [("limit", Self.page), ("local", "true")]
        if let type = query.type { parameters.append(("type", type)) }
        if !query.attributes.isEmpty { parameters.append(("attrs", query.attributes.joined(separator: ","))) }
        if case .asked(let next)? = place { parameters = next }
        let answer = try await city.client.entityPage(parameters, accept: accept(query.format))
        var piece = ExportPiece()
        piece.next = answer.next.map { .asked($0) }
        if query.format == .csv {
            (piece.header, piece.body) = ExportTable.split(answer.body)
            piece.count = ExportTable.count(piece.body)
            return piece
        }
        let document = try JSONDocument(parsing: answer.body)
        let list = query.format == .geojson ? document.member(document.root, "features") : document.root
        var writer = ByteWriter(capacity: answer.body.count)
        for element in list.map({ Array(document.elements($0)) }) ?? [] {
            if piece.count > 0, query.format != .ndjson { writer.append(",\n") }
            document.appendMinified(element, to: &writer)
            if query.format == .ndjson { writer.append("\n") }
            piece.count += 1
        }
        piece.body = writer.array()
        return piece
    }

    // MARK: The history

    func historyIDs(_ query: ExportQuery, after place: ExportPlace?) async throws -> (ids: [String], next: ExportPlace?)
    {
        // Every instance was modified some time, so this finds the entities whose attributes have no observedAt as well.
        let always = [("timerel", "before"), ("timeAt", "9999-12-31T23:59:59Z"), ("timeproperty", "modifiedAt")]
        var parameters = query.times.isEmpty ? always : query.times
        parameters += [("pick", "id"), ("limit", Self.page), ("local", "true")]
        if let type = query.type { parameters.append(("type", type)) }
        if case .asked(let next)? = place { parameters = next }
        let answer = try await city.client.temporalPage(parameters)
        let document = try JSONDocument(parsing: answer.body)
        let ids = document.elements(document.root).compactMap { entity in
            document.member(entity, "id").flatMap { document.string($0) }
        }
        return (ids, answer.next.map { .asked($0) })
    }

    func historyAttributes(of id: String, _ query: ExportQuery) async throws -> [String] {
        let parameters = picking(query.attributes) + query.times + [("lastN", "1")]
        guard let answer = try await retrieve(id, parameters, .json) else { return [] }
        let document = try JSONDocument(parsing: answer.body)
        return document.members(document.root).compactMap { key, value in
            Self.instances(document, value) == nil ? nil : document.string(key)
        }
    }

    func history(
        of id: String, _ attributes: [String], _ query: ExportQuery, after place: ExportPlace?
    ) async throws -> ExportPiece {
        var parameters = picking(attributes) + query.times + form(query, wide: "temporalValues")
        if case .asked(let next)? = place { parameters = next }
        guard let answer = try await retrieve(id, parameters, query.format) else { return ExportPiece() }
        var piece = ExportPiece()
        piece.next = answer.next.map { .asked($0) }
        if query.format == .csv {
            (piece.header, piece.body) = ExportTable.split(answer.body)
            piece.count = ExportTable.count(piece.body)
        } else {
            (piece.body, piece.count) = Self.line(try JSONDocument(parsing: answer.body))
        }
        return piece
    }

    /// - Returns: `nil` when the entity has nothing of what is asked.
    private func retrieve(
        _ id: String, _ parameters: [(name: String, value: String)], _ format: ExportFormat
    ) async throws -> AnsweredPage? {
        do throws(NGSILDClientError) {
            return try await city.client.temporalEvolution(of: id, parameters, accept: accept(format))
        } catch {
            if case .refused(404, _, _) = error { return nil }
            throw error
        }
    }

    private func picking(_ attributes: [String]) -> [(name: String, value: String)] {
        attributes.isEmpty ? [] : [("pick", (["id", "type"] + attributes).joined(separator: ","))]
    }

    /// The history as one line, without the attributes that have no instance in this part; empty when none has.
    private static func line(_ document: JSONDocument) -> (line: [UInt8], instances: Int) {
        var writer = ByteWriter(capacity: document.range(document.root).count)
        var total = 0
        for (key, value) in document.members(document.root) {
            if let count = instances(document, value) {
                if count == 0 { continue }
                total += count
            } else if document.isArray(value), document.count(value) == 0 {
                continue
            }
            writer.append(writer.count == 0 ? "{" : ",")
            document.appendMinified(key, to: &writer)
            writer.append(":")
            document.appendMinified(value, to: &writer)
        }
        if total == 0 { return ([], 0) }
        writer.append("}\n")
        return (writer.array(), total)
    }

    /// How many instances an attribute has; `nil` for what is none, such as the id.
    private static func instances(_ document: JSONDocument, _ value: JSONNode) -> Int? {
        if document.isObject(value) { return 1 }
        guard document.isArray(value) else { return nil }
        let elements = Array(document.elements(value))
        return !elements.isEmpty && elements.allSatisfy(document.isObject) ? elements.count : nil
    }
}
