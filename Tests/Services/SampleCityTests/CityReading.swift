import Foundation
import JSONTree
import Testing

@testable import SampleCity

/// An entity or fragment as a receiver reads it.
struct ReadEntity {
    let id: String
    let type: String
    let document: JSONDocument

    init(_ bytes: some Sequence<UInt8>) throws {
        let document = try JSONDocument(parsing: Array(bytes))
        let id = document.member(document.root, "id").flatMap { document.string($0) }
        let type = document.member(document.root, "type").flatMap { document.string($0) }
        self.document = document
        self.id = try #require(id)
        self.type = try #require(type)
    }

    /// Names and values of the attributes, without id and type.
    var attributes: [(name: String, node: JSONNode)] {
        document.members(document.root).compactMap { key, value in
            guard let name = document.string(key), name != "id", name != "type" else { return nil }
            return (name, value)
        }
    }

    func node(_ attribute: String, _ member: String = "value") -> JSONNode? {
        document.member(document.root, named: attribute).flatMap { document.member($0, named: member) }
    }

    func number(_ attribute: String) -> Double? { node(attribute).flatMap { document.double($0) } }
    func text(_ attribute: String) -> String? { node(attribute).flatMap { document.string($0) } }

    /// Every position of a GeoProperty.
    func positions(_ attribute: String) -> [(longitude: Double, latitude: Double)] {
        guard let value = node(attribute), let coordinates = document.member(value, "coordinates") else { return [] }
        var positions: [(Double, Double)] = []
        func collect(_ node: JSONNode) {
            let numbers = document.elements(node).compactMap { document.double($0) }
            if numbers.count == 2 {
                positions.append((numbers[0], numbers[1]))
            } else {
                for child in document.elements(node) { collect(child) }
            }
        }
        collect(coordinates)
        return positions
    }

    /// The targets of all relationships.
    var targets: [String] {
        attributes.flatMap { _, node -> [String] in
            guard let object = document.member(node, "object") else { return [] }
            return document.string(object).map { [$0] } ?? document.elements(object).compactMap { document.string($0) }
        }
    }

    /// The moments of `observedAt` of all attributes.
    func observedAt() throws -> [Date] {
        try attributes.compactMap { _, node in
            guard let text = document.member(node, "observedAt").flatMap({ document.string($0) }) else { return nil }
            return try Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains(".")))
        }
    }
}

/// Parses batches and checks that ranges and arrays agree.
func read(_ batches: [CityBatch]) throws -> [ReadEntity] {
    try batches.flatMap { batch in
        let whole = try JSONDocument(parsing: batch.bytes)
        try #require(whole.count(whole.root) == batch.count)
        try #require(batch.count <= 1_000)
        return try batch.entities.map { try ReadEntity($0) }
    }
}

/// A moment in UTC.
func moment(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }
