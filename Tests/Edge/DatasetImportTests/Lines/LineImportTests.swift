import Foundation
import Testing

@testable import DatasetImport

struct LineImportTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func outputs(_ text: String, _ content: LineImport.Content) async throws -> [LineImport.Output] {
        var outputs: [LineImport.Output] = []
        _ = try await LineImport(files: [try folder.write("l.ndjson", text)], content: content).run {
            outputs.append($0)
        }
        return outputs
    }

    private func parts(_ text: String) async throws -> [(text: String, instances: Int)] {
        try await outputs(text, .history).map {
            guard case .history(let bytes, let count) = $0 else { return ("", 0) }
            return (String(decoding: bytes, as: UTF8.self), count)
        }
    }

    @Test func `entities come as one array, whatever the line ends`() async throws {
        let found = try await outputs(
            "{\"id\":\"urn:a:1\",\"type\":\"T\"}\r\n\n  \n{\"id\":\"urn:a:2\",\"type\":\"T\"}", .entities)
        guard case .entities(let batch)? = found.first else { throw CancellationError() }
        #expect(
            String(decoding: batch.bytes, as: UTF8.self)
                == #"[{"id":"urn:a:1","type":"T"},{"id":"urn:a:2","type":"T"}]"#)
        #expect(found.count == 1 && batch.count == 2)
        #expect(String(decoding: batch.entity(1), as: UTF8.self) == #"{"id":"urn:a:2","type":"T"}"#)
    }

    @Test func `a batch holds 1,000 entities at most`() async throws {
        let lines = (0..<2_500).map { "{\"id\":\"urn:a:\($0)\",\"type\":\"T\"}" }
        let sizes = try await outputs(lines.joined(separator: "\n"), .entities).map {
            if case .entities(let batch) = $0 { batch.count } else { 0 }
        }
        #expect(sizes == [1_000, 1_000, 500])
    }

    @Test func `a long history comes in parts that a broker takes, without system attributes`() async throws {
        let instances = (0..<1_500).map { #"{"type":"Property","value":\#($0),"observedAt":"2026-01-01T00:00:00Z"}"# }
        let line =
            #"{"id":"urn:a:1","type":"T","createdAt":"2026-01-01T00:00:00Z","a":[\#(instances.joined(separator: ","))],"b":{"type":"Property","value":1,"observedAt":"2026-01-01T00:00:00Z"}}"#
        let found = try await parts(line)
        #expect(found.map(\.instances) == [1_000, 501])
        #expect(
            found[0].text.hasPrefix(
                #"{"id":"urn:a:1","type":"T","a":[{"type":"Property","value":0,"observedAt":"2026-01-01T00:00:00Z"},"#))
        #expect(
            found[1].text.hasSuffix(
                #""value":1499,"observedAt":"2026-01-01T00:00:00Z"}],"b":[{"type":"Property","value":1,"observedAt":"2026-01-01T00:00:00Z"}]}"#
            ))
    }

    @Test(arguments: [
        (
            #"{"type":"Property","value":1,"createdAt":"2026-01-01T00:00:00Z","modifiedAt":"2026-01-02T00:00:00Z"}"#,
            "2026-01-02T00:00:00Z"
        ),
        (
            #"{"type":"Property","value":"urn:ngsi-ld:null","modifiedAt":"2026-01-02T00:00:00Z","deletedAt":"2026-01-03T00:00:00Z"}"#,
            "2026-01-03T00:00:00Z"
        ),
    ])
    func `an instance without observedAt is given the time it came or went`(instance: String, time: String) async throws
    {
        let found = try await parts(#"{"id":"urn:a:1","type":"T","a":[\#(instance)],"scope":["/A","/B"],"empty":[]}"#)
        #expect(
            found.first?.text
                == #"{"id":"urn:a:1","type":"T","a":[{"observedAt":"\#(time)",\#(instance.dropFirst())],"scope":["/A","/B"]}"#
        )
    }

    @Test(arguments: [
        ("{\"id\":\"urn:a:1\"}", "type"), ("[1]", "object"),
        ("{\"id\":\"urn:a:1\",\"type\":\"T\"}\n{\"id\":", "line 2"),
        ("\n\n", "no line"),
    ])
    func `a bad line is told before anything is handed out`(text: String, mark: String) async throws {
        let path = try folder.write("bad.ndjson", text)
        let error = await #expect(throws: ImportError.self) {
            _ = try await LineImport(files: [path], content: .entities).run { _ in Issue.record("handed out") }
        }
        #expect(error.map { "\($0)".contains(mark) && "\($0)".contains(path) } == true, "\(error as Any)")
    }

    @Test func `what is packed is read again as it was`() async throws {
        let lines = (0..<50_000).map { "{\"id\":\"urn:a:\($0)\",\"type\":\"T\"}\n" }
        let packer = try #require(GzipPacker())
        var packed: [UInt8] = []
        for line in lines {
            Array(line.utf8).withUnsafeBytes { packer.pack($0) { packed += $0 } }
        }
        [UInt8]().withUnsafeBytes { packer.pack($0, isLast: true) { packed += $0 } }
        let path = try folder.write("l.ndjson", "") + ".gz"
        try Data(packed).write(to: URL(filePath: path))
        #expect(packed.count < lines.joined().utf8.count / 4)
        #expect(try LineImport(files: [path], content: .entities).check() == 50_000)
        try Data(packed.dropLast(9)).write(to: URL(filePath: path))
        #expect(throws: ImportError.self) { try LineImport(files: [path], content: .entities).check() }
    }
}
