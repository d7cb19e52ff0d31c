import JSONTree
import Testing

@testable import DatasetImport

struct EntityBatchBuilderTests {
    @Test func `an entity is written in normalized form`() throws {
        var builder = EntityBatchBuilder()
        builder.begin(id: "urn:a:\"1\"", type: "Room")
        builder.property("name", text: "Salle \"A\"\n")
        builder.property("empty", text: "")
        Array("+5".utf8).withUnsafeBufferPointer { builder.property("level", number: $0) }
        Array("no".utf8).withUnsafeBufferPointer { builder.property("none", number: $0) }
        builder.property("open", bool: true)
        builder.relationship("one", "urn:b")
        builder.relationship("two", ["urn:b", "urn:c"])
        builder.relationship("zero", [])
        builder.location([(1.5, 2)])
        builder.end()
        let batch = builder.take()
        #expect(
            String(decoding: batch.bytes, as: UTF8.self)
                == #"[{"id":"urn:a:\"1\"","type":"Room","name":{"type":"Property","value":"Salle \"A\"\n"},"#
                + #""level":{"type":"Property","value":5},"open":{"type":"Property","value":true},"#
                + #""one":{"type":"Relationship","object":"urn:b"},"#
                + #""two":{"type":"Relationship","object":["urn:b","urn:c"]},"#
                + #""location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[1.5,2]}}}]"#)
    }

    @Test func `text that is not UTF-8 is repaired`() throws {
        var builder = EntityBatchBuilder()
        builder.begin(id: "urn:a:1", type: "Room")
        ([0x41, 0xFF] as [UInt8]).withUnsafeBufferPointer { builder.property("name", text: $0) }
        builder.end()
        let document = try JSONDocument(parsing: builder.take().bytes)
        #expect(document.text(document.root).contains("A\u{FFFD}"))
    }

    @Test func `a batch is full by count or by bytes, and the next one starts anew`() throws {
        var byCount = EntityBatchBuilder(maximumCount: 2)
        var byBytes = EntityBatchBuilder(maximumBytes: 60)
        for number in 0..<2 {
            #expect(!byCount.isFull && !byBytes.isFull)
            byCount.begin(id: "urn:a:\(number)", type: "Room")
            byCount.end()
            byBytes.begin(id: "urn:a:\(number)", type: "Room")
            byBytes.end()
        }
        #expect(byCount.isFull && byBytes.isFull)
        let first = byCount.take()
        #expect(first.count == 2 && byCount.isEmpty && !byCount.isFull)
        #expect(
            first.entities.map { String(decoding: $0, as: UTF8.self) } == [
                #"{"id":"urn:a:0","type":"Room"}"#, #"{"id":"urn:a:1","type":"Room"}"#,
            ])
        byCount.begin(id: "urn:a:2", type: "Hall")
        byCount.end()
        #expect(String(decoding: byCount.take().bytes, as: UTF8.self) == #"[{"id":"urn:a:2","type":"Hall"}]"#)
        #expect(byCount.counts.map(\.type) == ["Room", "Hall"] && byCount.counts.map(\.count) == [2, 1])
    }

    @Test func `each entity carries the @context that is asked for`() throws {
        var builder = EntityBatchBuilder(context: ["https://city.example/context.jsonld"])
        builder.begin(id: "urn:a:1", type: "Room")
        builder.end()
        #expect(
            String(decoding: builder.take().entity(0), as: UTF8.self)
                == #"{"id":"urn:a:1","type":"Room","@context":["https://city.example/context.jsonld"]}"#)
    }
}
