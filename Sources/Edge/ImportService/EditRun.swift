import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations

/// Changes many entities in the same way, some hundred at a time.
struct EditRun {
    static let batchSize = 500
    static let null = "urn:ngsi-ld:null"

    let edit: EntityEdit
    let ids: [String]
    let operations: ImportService.Operations
    let tenant: String

    /// An entity before and after.
    struct Difference: Encodable, Sendable {
        let id: String
        let type: String
        /// The attribute as it is, as JSON; `nil` where it is not there. Of a deletion the whole entity.
        let before: String?
        /// The attribute as it becomes; `nil` where it goes.
        let after: String?
    }

    nonisolated(nonsending) func run(_ writer: EntityWriter, done: Int) async throws {
        var batches = 0
        var start = 0
        while start < ids.count {
            let part = Array(ids[start..<min(ids.count, start + Self.batchSize)])
            start += part.count
            batches += 1
            guard batches > done else { continue }
            try await writer.control.checkpoint()
            let fraction = Double(start) / Double(ids.count)
            writer.control.update {
                $0.phase = "importing"
                $0.rows = start
                $0.fraction = fraction
            }
            let found = part.compactMap { operations.consumption.linkedEntity(id: $0, tenant: tenant) }
            let concerned = try found.filter(concerns)
            if concerned.isEmpty {
                try writer.finishBatch()
            } else if edit.action == .delete {
                try await writer.delete(concerned.map(\.id))
            } else {
                try await writer.merge(try concerned.map(fragment))
            }
        }
    }

    /// The first entities that change, and how many do.
    func preview(_ count: Int) throws -> (differences: [Difference], changed: Int, missing: Int) {
        var differences: [Difference] = []
        var (changed, missing) = (0, 0)
        for id in ids {
            guard let record = operations.consumption.linkedEntity(id: id, tenant: tenant) else {
                missing += 1
                continue
            }
            guard try concerns(record) else { continue }
            changed += 1
            if differences.count < count { differences.append(try difference(record)) }
        }
        // What cannot be read is told now, not by the run.
        if let first = ids.first, edit.action != .delete { _ = try fragment(id: first) }
        return (differences, changed, missing)
    }

    private var names: TermContext { TermContext(context: .core, registry: operations.registry) }

    private func concerns(_ record: EntityRecord) throws -> Bool {
        switch edit.action {
        case .set, .delete: true
        case .unit, .remove: record.attributes.contains(try names.term(edit.attribute))
        }
    }

    private func fragment(_ record: EntityRecord) throws -> EntityDraft { try fragment(id: record.id) }

    private func fragment(id: String) throws -> EntityDraft {
        var writer = ByteWriter()
        writer.append("{\"id\":")
        writer.append(jsonString: id)
        writer.append(",")
        writer.append(jsonString: edit.attribute)
        writer.append(":")
        switch edit.action {
        case .set: writer.append(utf8: edit.instance ?? "null")
        case .unit:
            writer.append("{\"unitCode\":")
            writer.append(jsonString: edit.unitCode ?? "")
            writer.append("}")
        case .remove, .delete: writer.append(jsonString: Self.null)
        }
        writer.append("}")
        let document: JSONDocument
        do { document = try JSONDocument(parsing: writer.array()) } catch {
            throw NGSILDError.badRequestData("The new value is no JSON: \(error)")
        }
        return try EntityDecoder(context: names, purpose: .fragment, allowsNull: true, mergesValues: true)
            .decodeEntity(document, document.root)
    }

    private func difference(_ record: EntityRecord) throws -> Difference {
        var representation = EntityRepresentation()
        if edit.action != .delete { representation.picked = [try names.term(edit.attribute)] }
        var renderer = EntityRenderer(context: names, representation: representation)
        var writer = ByteWriter()
        renderer.append(record, to: &writer)
        let document = try JSONDocument(parsing: writer.array())
        let type = document.member(document.root, "type").map { document.string($0) ?? document.text($0) } ?? ""
        if edit.action == .delete {
            return Difference(id: record.id, type: type, before: document.text(document.root), after: nil)
        }
        let before = document.member(document.root, named: edit.attribute)
        let after: String?
        switch edit.action {
        case .set: after = edit.instance
        case .unit: after = before.flatMap { withUnit(document, $0) }
        case .remove, .delete: after = nil
        }
        return Difference(id: record.id, type: type, before: before.map { document.text($0) }, after: after)
    }

    /// The attribute with another unit.
    private func withUnit(_ document: JSONDocument, _ attribute: JSONNode) -> String? {
        guard document.isObject(attribute) else { return document.text(attribute) }
        var writer = ByteWriter()
        writer.append("{")
        for (key, value) in document.members(attribute) where document.string(key) != "unitCode" {
            writer.append(utf8: "\(document.text(key)):\(document.text(value)),")
        }
        writer.append("\"unitCode\":")
        writer.append(jsonString: edit.unitCode ?? "")
        writer.append("}")
        return writer.string()
    }
}
