import JSONTree
import NGSILDModel
@testable import NGSILDQuery
import SeededRandom
import Testing

@Suite struct StoredJSONTests {
    private func with<R>(_ text: String, _ body: (StoredJSON) -> R) -> R {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBufferPointer { body(StoredJSON($0, 0..<$0.count)) }
    }

    static let members: [(json: String, name: String, value: String?)] = [
        (#"{"a":1,"b":[1,{"c":"},"}],"d":"x"}"#, "a", "1"),
        (#"{"a":1,"b":[1,{"c":"},"}],"d":"x"}"#, "b", #"[1,{"c":"},"}]"#),
        (#"{"a":1,"b":[1,{"c":"},"}],"d":"x"}"#, "d", #""x""#), (#"{"a":1,"b":[1,{"c":"},"}],"d":"x"}"#, "c", nil),
        (#"{}"#, "a", nil), (#"[1]"#, "a", nil), (#""a""#, "a", nil), (#"{"\u0061":2}"#, "a", "2"),
        (#"{"":3}"#, "", "3"),
        (#"{"a\"b":"\\","c":4}"#, "c", "4"),
    ]

    @Test(arguments: members)
    func `members are found`(json: String, name: String, value: String?) {
        let found = with(json) { json in
            json.member(Array(name.utf8)).map { String(decoding: json.bytes[$0.start..<$0.end], as: UTF8.self) }
        }
        #expect(found == value)
    }

    static let arrays: [(json: String, elements: [String])] = [
        ("[]", []), ("[1]", ["1"]),
        (#"[1,"a,b",[2,3],{"x":[4]},null,true]"#, ["1", #""a,b""#, "[2,3]", #"{"x":[4]}"#, "null", "true"]),
        (#"["\"]",2]"#, [#""\"]""#, "2"]), ("{}", []), ("7", []),
    ]

    @Test(arguments: arrays)
    func `elements are gone through`(json: String, elements: [String]) {
        var found: [String] = []
        _ = with(json) { json in
            json.containsElement {
                found.append(String(decoding: json.bytes[$0.start..<$0.end], as: UTF8.self))
                return false
            }
        }
        #expect(found == elements)
    }

    @Test func `scalars are told apart`() {
        #expect(with("true") { $0.bool } == true)
        #expect(with("false") { $0.bool } == false)
        #expect(with("null") { $0.bool } == nil)
        #expect(with("-1.5") { $0.number } == -1.5)
        #expect(with("\"1\"") { $0.number } == nil)
        #expect(with(#""a\n""#) { $0.withString { Array($0) } } == [97, 10])
        #expect(with("1") { $0.withString { $0.count } } == nil)
    }

    @Test func `terms are read where they stand`() {
        let one: [UInt8] = [1, 0x5D, 0x2C, 0, 1]
        let two: [UInt8] = [0x5B] + one + [0x2C, 1, 2, 0, 0, 0, 0x5D]
        func terms(_ bytes: [UInt8]) -> [UInt32] {
            var found: [UInt32] = []
            _ = bytes.withUnsafeBufferPointer { buffer in
                StoredTerm.contains(in: buffer, 0..<buffer.count) {
                    found.append($0.number)
                    return false
                }
            }
            return found
        }
        #expect(terms(one) == [0x0100_2C5D])
        #expect(terms(two) == [0x0100_2C5D, 2])
        #expect(terms([1, 2, 3]) == [])
        #expect(terms([]) == [])
    }

    @Test func `damaged bytes give an answer, not a crash`() {
        let sound = Array(#"{"a":[1,"y\"",{"z":true}],"b":{"en":"red"},"n":-1.5e3}"#.utf8)
        var generator = SeededGenerator(seed: 3)
        var steps = 0
        for _ in 0..<20_000 {
            var bytes = sound
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: bytes.indices, using: &generator)
                bytes[index] =
                    ([0, 1, 0x22, 0x5C, 0x5B, 0x5D, 0x7B, 0x7D, 0x2C, 0xFF] as [UInt8]).randomElement(using: &generator)
                    ?? 0
            }
            let start = Int.random(in: 0..<bytes.count, using: &generator)
            let range = start..<Int.random(in: start...bytes.count + 3, using: &generator)
            bytes.withUnsafeBufferPointer { buffer in
                let json = StoredJSON(buffer, range)
                _ = json.containsMember { key, value in
                    steps += (key.withString { $0.count } ?? 0) + (value.number == nil ? 0 : 1)
                    return value.containsElement { $0.member([0x7A]) != nil }
                }
                _ = json.member(Array("b".utf8))
                _ = StoredTerm.contains(in: buffer, range) { _ in false }
                _ = GeoValue.point(buffer, range)
            }
        }
        #expect(steps > 0)
    }
}
