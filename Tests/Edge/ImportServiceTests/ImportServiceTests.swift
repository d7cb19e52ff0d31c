import BrokerCore
import Foundation
import InMemoryStorage
import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations
import Testing

@testable import ImportService

/// A broker with a service, and what a client does with it.
final class ImportCity: Sendable {
    let broker: Broker
    let service: ImportService
    let directory: String

    private struct NoContexts: ContextDocumentLoader {
        func load(_ url: String, completion: @escaping @Sendable (Result<LoadedContext, ContextError>) -> Void) {
            completion(.failure(.status(url: url, code: 404)))
        }
    }

    init(
        over broker: Broker? = nil, directory: String? = nil,
        change: (inout ImportService.Configuration) -> Void = { _ in }
    ) throws {
        let broker = try broker ?? Broker(storage: InMemoryStorage())
        self.broker = broker
        self.directory = directory ?? NSTemporaryDirectory() + "parvis-imports-\(UUID().uuidString)"
        var configuration = ImportService.Configuration(directory: self.directory)
        configuration.pieceBytes = 64
        change(&configuration)
        service = ImportService(
            .init(
                provision: broker, consumption: broker, temporal: nil, registry: broker.registry,
                contexts: ContextCache(loader: NoContexts())), configuration: configuration)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func ask(_ request: ImportRequest, tenant: String = "") async throws -> JSONDocument {
        let answer = try await service.answer(request, tenant: tenant)
        return try JSONDocument(parsing: answer.body.isEmpty ? Array("{}".utf8) : answer.body)
    }

    func text(_ document: JSONDocument, _ path: String...) -> String {
        var node = document.root
        for name in path {
            guard document.isObject(node), let next = document.member(node, named: name) else { return "" }
            node = next
        }
        return document.string(node) ?? document.text(node)
    }

    /// Creates an import and sends all pieces of the file.
    func upload(_ text: String, name: String = "sensors.csv") async throws -> String {
        let bytes = Array(text.utf8)
        let id = self.text(try await ask(.create(Array(#"{"name":"\#(name)","size":\#(bytes.count)}"#.utf8))), "id")
        for (number, start) in stride(from: 0, to: bytes.count, by: 64).enumerated() {
            _ = try await ask(.piece(id, number: number, Array(bytes[start..<min(bytes.count, start + 64)])))
        }
        return id
    }

    /// Waits until the import does not run any more, and gives its state.
    func ended(_ id: String) async throws -> JSONDocument {
        for _ in 0..<60_000 {
            let state = try await ask(.show(id))
            if !["running", "undoing", "paused"].contains(text(state, "status")) { return state }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("The import does not end")
        return try await ask(.show(id))
    }

    func value(_ id: String, _ attribute: String) -> String? {
        guard let record = try? broker.retrieveEntity(id: id, tenant: "") else { return nil }
        var renderer = EntityRenderer(context: TermContext(context: .core, registry: broker.registry))
        var writer = ByteWriter()
        renderer.append(record, to: &writer)
        guard let document = try? JSONDocument(parsing: writer.array()) else { return nil }
        return text(document, attribute, "value")
    }

    func submit(_ json: String) async throws {
        let document = try JSONDocument(parsing: json)
        let draft = try EntityDecoder(context: TermContext(context: .core, registry: broker.registry))
            .decodeEntity(document, document.root)
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            broker.submit(.batchUpsert([.draft(draft)], replaces: false), tenant: "", on: ImmediateReplyScheduler()) {
                _ in
                continuation.resume()
            }
        }
    }

    func stop() { broker.stop() }
}

@Suite(.timeLimit(.minutes(10)))
struct ImportServiceTests {
    private let table = "id,name,speed,lat,lon\n1,Quay,30,47.1,-1.9\n2,Hill,40,47.2,-1.8\n3,Park,50,99,0\n"
    private func urn(_ number: Int) -> String { "urn:ngsi-ld:TrafficFlowObserved:\(number)" }

    @Test func `a file comes up in pieces, is guessed, tried, run and undone`() async throws {
        let city = try ImportCity()
        defer { city.stop() }
        let id = try await city.upload(table)
        let state = try await city.ask(.show(id))
        #expect(city.text(state, "status") == "ready" && city.text(state, "format") == "csv")
        #expect(city.text(state, "guess", "choices", "type") == "TrafficFlowObserved")
        let preview = try await city.ask(.preview(id, []))
        #expect(city.text(preview, "rows") == "3" && city.text(preview, "isWhole") == "true")
        #expect(city.text(preview, "failedValues") == "1" && city.text(preview, "failures").contains("\"lines\":[4]"))
        #expect(preview.member(preview.root, "entities").map { preview.count($0) } == 3)
        #expect(city.value(urn(1), "name") == nil)

        _ = try await city.ask(.run(id, []))
        let done = try await city.ended(id)
        #expect(city.text(done, "status") == "done" && city.text(done, "counts", "created") == "3")
        #expect(city.value(urn(1), "averageVehicleSpeed") == "30")

        _ = try await city.ask(.undo(id, []))
        let undone = try await city.ended(id)
        #expect(city.text(undone, "status") == "undone" && city.text(undone, "undo", "deleted") == "3")
        #expect(city.value(urn(1), "name") == nil)
    }

    @Test func `how a table is read is corrected, and kept`() async throws {
        let city = try ImportCity()
        defer { city.stop() }
        let id = try await city.upload("id;name;size\n1;Quay, old;1,5\n2;Hill, new;2,5\n", name: "things.csv")
        let wrong = try await city.ask(.correct(id, Array(#"{"delimiter":",","decimal":"."}"#.utf8)))
        #expect(city.text(wrong, "guess", "choices", "delimiter") == ",")
        let again = try await city.ask(.correct(id, Array(#"{"delimiter":";","decimal":","}"#.utf8)))
        #expect(city.text(again, "guess", "choices", "columns").contains("\"size\""))
        await #expect {
            _ = try await city.ask(.correct(id, Array(#"{"encoding":"ebcdic"}"#.utf8)))
        } throws: { (($0 as? NGSILDError)?.detail ?? "").contains("it must be one of utf-8") }
        let kept = try await city.ask(.show(id))
        #expect(city.text(kept, "guess", "choices", "delimiter") == ";")
        _ = try await city.ask(.run(id, []))
        _ = try await city.ended(id)
        #expect(city.value("urn:ngsi-ld:Things:1", "size") == "1.5")
        await #expect(throws: NGSILDError.self) { try await city.ask(.correct(id, Array("{}".utf8))) }
    }

    @Test func `undo puts back what was replaced, and leaves alone what was changed since unless forced`() async throws
    {
        let city = try ImportCity()
        defer { city.stop() }
        for number in 1...2 {
            try await city.submit(
                #"{"id":"\#(urn(number))","type":"Old","name":{"type":"Property","value":"before"},"kept":{"type":"Property","value":7}}"#
            )
        }
        let id = try await city.upload(table)
        _ = try await city.ask(.run(id, []))
        let done = try await city.ended(id)
        #expect(city.text(done, "counts", "created") == "1" && city.text(done, "counts", "updated") == "2")
        #expect(city.value(urn(1), "name") == "Quay" && city.value(urn(1), "kept") == "7")
        try await city.submit(#"{"id":"\#(urn(2))","type":"Old","name":{"type":"Property","value":"by hand"}}"#)
        _ = try await city.ask(.undo(id, []))
        let undone = try await city.ended(id)
        #expect(city.text(undone, "undo", "deleted") == "1" && city.text(undone, "undo", "restored") == "1")
        #expect(
            city.text(undone, "undo", "leftAloneIDs") == #"["\#(urn(2))"]"#.replacingOccurrences(of: "/", with: "\\/"))
        #expect(city.value(urn(1), "name") == "before" && city.value(urn(2), "name") == "by hand")
        _ = try await city.ask(.undo(id, Array(#"{"force":true}"#.utf8)))
        _ = try await city.ended(id)
        #expect(city.value(urn(2), "name") == "before" && city.value(urn(2), "averageVehicleSpeed") == "")
    }

    @Test func `an import that the server's end cut off says where, and is undone after the next start`() async throws {
        let broker = try Broker(storage: InMemoryStorage())
        let first = try ImportCity(over: broker)
        defer { broker.stop() }
        let id = try await first.upload(table)
        _ = try await first.ask(.run(id, []))
        _ = try await first.ended(id)
        // As if the process had ended while it ran: the state still says so, and the last marks are missing.
        let folder = ImportFolder(first.directory, id: id)
        var state = try #require(folder.load())
        state.status = .running
        state.counts = .init()
        try folder.save(state)
        let whole = try Data(contentsOf: URL(fileURLWithPath: folder.journal))
        var cut = 0
        _ = try JournalReader.scan(folder.journal) { record in
            if record.kind == .mark, cut == 0 { cut = record.offset - 9 - record.id.utf8.count }
        }
        try whole.prefix(cut + 3).write(to: URL(fileURLWithPath: folder.journal))

        let second = try ImportCity(over: broker, directory: first.directory)
        await second.service.start()
        let stopped = try await second.ask(.show(id))
        #expect(second.text(stopped, "status") == "stopped" && second.text(stopped, "message").contains("was stopped"))
        _ = try await second.ask(.undo(id, []))
        let undone = try await second.ended(id)
        #expect(second.text(undone, "undo", "deleted") == "3")
        #expect(second.value(urn(1), "name") == nil)
    }

    @Test func `the same file again changes the same entities`() async throws {
        let city = try ImportCity()
        defer { city.stop() }
        for expected in ["3", "0"] {
            let id = try await city.upload(table)
            _ = try await city.ask(.run(id, []))
            #expect(city.text(try await city.ended(id), "counts", "created") == expected)
        }
    }

    @Test func `many entities are changed, given a unit, relieved of an attribute, deleted, and all of it undone`()
        async throws
    {
        let city = try ImportCity()
        defer { city.stop() }
        for number in 1...3 {
            let unit = number == 1 ? #","unitCode":"FAH""# : ""
            let extra = number == 3 ? "" : #","t":{"type":"Property","value":\#(number)\#(unit)}"#
            try await city.submit(
                #"{"id":"urn:x:\#(number)","type":"Thing","name":{"type":"Property","value":"n\#(number)"}\#(extra)}"#)
        }
        let ids = #"["urn:x:1","urn:x:2","urn:x:3","urn:x:4","urn:x:1"]"#
        func edit(_ body: String) async throws -> (preview: JSONDocument, id: String) {
            let id = city.text(try await city.ask(.create(Array(#"{"edit":\#(body),"ids":\#(ids)}"#.utf8))), "id")
            let preview = try await city.ask(.preview(id, []))
            _ = try await city.ask(.run(id, []))
            #expect(city.text(try await city.ended(id), "status") == "done")
            return (preview, id)
        }
        func undo(_ id: String) async throws {
            _ = try await city.ask(.undo(id, []))
            #expect(city.text(try await city.ended(id), "status") == "undone")
        }
        let set = try await edit(
            #"{"action":"set","attribute":"name","instance":"{\"type\":\"Property\",\"value\":\"new\"}"}"#)
        #expect(city.text(set.preview, "changed") == "3" && city.text(set.preview, "missing") == "1")
        #expect(city.value("urn:x:2", "name") == "new")
        try await undo(set.id)
        #expect(city.value("urn:x:2", "name") == "n2")

        let unit = try await edit(#"{"action":"unit","attribute":"t","unitCode":"CEL"}"#)
        #expect(city.text(unit.preview, "changed") == "2" && city.text(unit.preview, "differences").contains("CEL"))
        #expect(city.value("urn:x:1", "t") == "1")
        try await undo(unit.id)

        let removed = try await edit(#"{"action":"remove","attribute":"t"}"#)
        #expect(city.value("urn:x:1", "t") == "" && city.value("urn:x:1", "name") == "n1")
        try await undo(removed.id)
        #expect(city.value("urn:x:1", "t") == "1")

        let deleted = try await edit(#"{"action":"delete"}"#)
        #expect(city.value("urn:x:3", "name") == nil)
        try await undo(deleted.id)
        #expect(city.value("urn:x:3", "name") == "n3" && city.value("urn:x:1", "t") == "1")
    }

    @Test func `imports of a tenant are seen by it alone`() async throws {
        let city = try ImportCity()
        defer { city.stop() }
        let id = try await city.upload(table)
        await #expect(throws: NGSILDError.self) { try await city.ask(.show(id), tenant: "north") }
        let list = try await city.ask(.list, tenant: "north")
        #expect(list.count(list.root) == 0)
    }

    @Test(arguments: [
        (#"{"name":"a.csv","size":0}"#, "size"), (#"{"name":"a.csv","size":99999999}"#, "--import-limit"),
        (#"{"size":5}"#, "name"), ("{", "no JSON"),
        (#"{"name":7,"size":5}"#, "name"),
        (#"{"edit":{"action":"set","attribute":"a"},"ids":["urn:a:1"]}"#, "instance"),
        (#"{"edit":{"action":"set","attribute":"id","instance":"1"},"ids":["urn:a:1"]}"#, "attribute"),
        (#"{"edit":{"action":"set","attribute":"a","instance":"{"},"ids":["urn:a:1"]}"#, "no JSON"),
        (#"{"edit":{"action":"fly"},"ids":["urn:a:1"]}"#, "edit.action"),
        (#"{"edit":{"action":"delete"},"ids":[]}"#, "ids"),
    ])
    func `what makes no import is refused with what is missing`(body: String, reason: String) async throws {
        let city = try ImportCity { $0.limit = 1 << 20 }
        defer { city.stop() }
        await #expect { try await city.ask(.create(Array(body.utf8))) } throws: {
            ($0 as? NGSILDError)?.detail.contains(reason) == true
        }
    }

    @Test func `pieces are checked, and files of all imports have a bound`() async throws {
        let city = try ImportCity { $0.limit = 1 << 20 }
        defer { city.stop() }
        let id = city.text(try await city.ask(.create(Array(#"{"name":"../../a.csv","size":100}"#.utf8))), "id")
        for (number, size) in [(0, 65), (1, 64), (2, 1), (-1, 64), (Int.max, 64)] {
            await #expect(throws: NGSILDError.self) {
                try await city.ask(.piece(id, number: number, Array(repeating: 65, count: size)))
            }
        }
        await #expect(throws: NGSILDError.self) { try await city.ask(.run(id, [])) }
        await #expect(throws: NGSILDError.self) { try await city.ask(.undo(id, [])) }
        _ = try await city.ask(.create(Array(#"{"name":"b.csv","size":900000}"#.utf8)))
        await #expect { try await city.ask(.create(Array(#"{"name":"c.csv","size":900000}"#.utf8))) } throws: {
            ($0 as? NGSILDError)?.detail.contains("delete one of them") == true
        }
        _ = try await city.ask(.delete(id))
        #expect(!FileManager.default.fileExists(atPath: city.directory + "/" + id))
    }

    @Test func `a file that is no table says so, without where it lies`() async throws {
        let city = try ImportCity()
        defer { city.stop() }
        let id = try await city.upload("a,a\n1,2\n")
        let problem = city.text(try await city.ask(.show(id)), "problem")
        #expect(problem.contains("sensors.csv, line 1: column a appears twice") && !problem.contains(city.directory))
    }

    @Test func `rows of a broken file stop the run before anything is written`() async throws {
        let city = try ImportCity()
        defer { city.stop() }
        let id = try await city.upload("id,name\n1,a\n2,\"b\n")
        _ = try await city.ask(
            .run(
                id, Array(#"{"mapping":"type: T\nid: urn:t:{id}\nattributes: {name: {column: name, as: text}}"}"#.utf8))
        )
        let state = try await city.ended(id)
        #expect(city.text(state, "status") == "failed" && city.text(state, "message").contains("line 3"))
        #expect(city.value("urn:t:1", "name") == nil)
    }

    @Test func `a journal that would grow too large stops the import, which can be undone`() async throws {
        let city = try ImportCity { $0.entityLimit = 2 }
        defer { city.stop() }
        let id = try await city.upload(table)
        _ = try await city.ask(.run(id, []))
        let state = try await city.ended(id)
        #expect(city.text(state, "status") == "failed" && city.text(state, "message").contains("parvis import"))
        #expect(city.value(urn(1), "name") == nil)
    }
}
