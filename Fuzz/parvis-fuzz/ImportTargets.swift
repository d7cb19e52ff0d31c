import DatasetImport
import DeviceIngest
import Dispatch
import JSONTree
import NGSILDModel

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A message of a device: its topic, a line end, the payload; read by mappings of each kind.
final class MessageFuzz: FuzzTarget {
    private let mapping: IngestMapping

    init() throws {
        mapping = try IngestMapping(
            yaml: """
                topics:
                  - {topic: "ld/#", payload: ngsi-ld}
                  - {topic: "plain/{room}", id: "urn:ngsi-ld:Room:{room}", type: Room, payload: value,
                     attributes: {temperature: {from: $, as: number, unit: CEL}}}
                  - {topic: "city/{detector}/state", id: "urn:ngsi-ld:T:{detector}", type: T,
                     records: "list", time: {from: ts, format: unix}, missing: ["-1"], static: {dataProvider: Ghent},
                     attributes: {intensity: {from: q, scale: 60, unit: H10}, speed: {from: v.mean, as: number},
                       status: {from: s, values: {"0": ok, "1": broken}}, isOpen: {from: o, as: boolean},
                       lane: {from: l, as: text}, refSegment: {kind: relationship, object: "urn:ngsi-ld:S:{segment}"},
                       location: {kind: geo, longitude: x, latitude: y}, dateObserved: {kind: time}}}
                """)
    }

    func run(_ input: [UInt8]) {
        let end = input.firstIndex(of: 10) ?? input.endIndex
        let topic = String(decoding: input[..<end], as: UTF8.self)
        let payload = Array(input[min(end + 1, input.endIndex)...])
        let trial = mapping.trial(
            topic: topic, payload: payload, arrival: Timestamp(microseconds: 1_772_366_400_000_000))
        for entity in trial.entities {
            guard let document = try? JSONDocument(parsing: entity) else {
                return check(false, "an entity of a message is no JSON")
            }
            let id = document.member(document.root, named: "id") ?? document.member(document.root, named: "@id")
            check(id != nil, "an entity of a message has no id")
        }
    }
}

/// Reads a file that a run writes; one after the other, since libFuzzer has one thread.
private enum Imported {
    static let folder: String = {
        var template = Array("/tmp/parvis-fuzz-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return "/tmp" }
        return String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()

    static func write(_ bytes: [UInt8], as name: String) -> String {
        let path = folder + "/" + name
        guard let file = fopen(path, "w") else { return path }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        return path
    }

    static func wait(_ body: @escaping @Sendable () async -> Void) {
        let done = DispatchSemaphore(value: 0)
        Task {
            await body()
            done.signal()
        }
        done.wait()
    }

    static func verify(_ batch: EntityBatch) {
        for index in 0..<batch.ranges.count {
            check((try? JSONDocument(parsing: Array(batch.entity(index)))) != nil, "an imported entity is no JSON")
        }
    }
}

/// A table: read long and wide, as entities and as history.
final class TableFuzz: FuzzTarget {
    private let mappings: [TabularMapping]

    init() throws {
        let wide =
            "type: T\nid: urn:x:{detector}\nmissing: [NA]\n"
            + "wide: {name: detector, value: speed, except: [note]}\n"
        mappings = [
            try TabularMapping(yaml: wide + "time: {column: time}\nattributes: {v: speed}"),
            try TabularMapping(
                yaml: wide + "time: {start: \"2026-03-01T01:00:00\", step: 300, offset: \"+01:00\"}\n"
                    + "attributes: {v: speed}"),
            try TabularMapping(
                yaml: "type: T\nid: urn:x:{a}\nmode: history\ntime: {column: time}\n"
                    + "attributes: {v: b, w: {column: note}}"),
        ]
    }

    func run(_ input: [UInt8]) {
        let path = Imported.write(input, as: "table.csv")
        for mapping in mappings {
            Imported.wait {
                _ = try? await TabularImport(files: [path], mapping: mapping).run { output in
                    if case .entities(let batch) = output { Imported.verify(batch) }
                    if case .history(let chunk) = output {
                        check(
                            (try? JSONDocument(parsing: chunk.entityTemporal())) != nil,
                            "a chunk of history is no JSON")
                    }
                }
            }
        }
    }
}

/// A transit feed: a zip archive as it is, or tables as text, each after a line `=NAME`.
final class GTFSFuzz: FuzzTarget {
    private var written: [String] = []

    init() throws { mkdir(Imported.folder + "/feed", 0o700) }

    func run(_ input: [UInt8]) {
        let path: String
        if input.starts(with: [0x50, 0x4B]) {
            path = Imported.write(input, as: "feed.zip")
        } else {
            for name in written { unlink(Imported.folder + "/" + name) }
            written = []
            for part in input.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: true).prefix(20) {
                let end = part.firstIndex(of: 10) ?? part.endIndex
                let name = String(decoding: part[..<end], as: UTF8.self)
                guard name.utf8.allSatisfy({ $0 == 0x5F || $0 == 0x2E || (0x61...0x7A).contains($0) }),
                    name.hasSuffix(".txt"), name.count < 40
                else { continue }
                written.append("feed/" + name)
                _ = Imported.write(Array(part[min(end + 1, part.endIndex)...]), as: "feed/" + name)
            }
            path = Imported.folder + "/feed"
        }
        Imported.wait {
            _ = try? await GTFSImport(path: path).run { Imported.verify($0) }
        }
    }
}
