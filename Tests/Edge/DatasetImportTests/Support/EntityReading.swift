import JSONTree
import Testing

@testable import DatasetImport

/// Entities of batches as text, for comparing.
struct ReadEntities {
    private(set) var texts: [String] = []
    private(set) var ids: [String] = []

    /// Parses the batch as a broker would, and checks that its ranges and its array agree.
    mutating func add(_ batch: EntityBatch) throws {
        let whole = try JSONDocument(parsing: batch.bytes)
        try #require(whole.count(whole.root) == batch.count)
        for entity in batch.entities {
            let document = try JSONDocument(parsing: Array(entity))
            let id = try #require(document.member(document.root, "id").flatMap { document.string($0) })
            ids.append(id)
            texts.append(String(decoding: entity, as: UTF8.self))
        }
    }

    /// The entity with an id, without its id and type.
    func attributes(of id: String) throws -> [String: String] {
        let place = try #require(ids.firstIndex(of: id), "no entity \(id)")
        let document = try JSONDocument(parsing: texts[place])
        var attributes: [String: String] = [:]
        for (key, value) in document.members(document.root) {
            guard let name = document.string(key), name != "id", name != "type" else { continue }
            let inner = document.member(value, "value") ?? document.member(value, "object")
            attributes[name] = document.text(inner ?? value)
        }
        return attributes
    }
}
