import JSONTree
import SeededRandom
import Testing

@Suite struct DuplicateKeyTests {
    static let duplicates: [(text: String, key: String, offset: Int)] = [
        (#"{"a":1,"a":2}"#, "a", 7), (#"{"":1,"":2}"#, "", 6), (#"{"a":1,"b":2,"a":3}"#, "a", 13),
        (#"[{"x":{"a":{},"b":0,"a":[]}}]"#, "a", 20), (#"{"a":1,"\u0061":2}"#, "a", 7),
        (#"{"\u0061":1,"a":2}"#, "a", 12),
        (#"{"\u00E9":1,"é":2}"#, "é", 12), (#"{"a\/b":1,"a/b":2}"#, "a/b", 10), (#"{"\ud83d\ude00":1,"😀":2}"#, "😀", 18),
        (#"{"unitCodeOfMeasure1":1,"unitCodeOfMeasure1":2}"#, "unitCodeOfMeasure1", 24),
    ]

    @Test(arguments: duplicates)
    func `a key that appears twice is refused at its second place`(text: String, key: String, offset: Int) {
        let error = #expect(throws: JSONParseError.self) { try JSONDocument(parsing: text) }
        #expect(error?.reason == .duplicateKey(key))
        #expect(error?.offset == offset)
    }

    static let distinct = [
        #"{"a":1,"A":2}"#, #"{"a":1,"a ":2}"#, #"{"é":1,"e\#u{301}":2}"#, #"{"a":{"a":1},"b":{"a":2}}"#,
        #"{"a":"b","b":"a"}"#, #"{"\\u0061":1,"a":2}"#, #"{"12345678a":1,"12345678b":2,"12345678":3}"#,
        #"{"firsteigMIDDLElasteigh":1,"firsteigmiddlelasteigh":2}"#, #"{"\u0000":1,"":2}"#,
    ]

    @Test(arguments: distinct)
    func `keys that differ in any byte are distinct`(text: String) throws {
        let document = try JSONDocument(parsing: text)
        #expect(document.count(document.root) == ReferenceJSON(Array(text.utf8)).map { $0.memberCount })
    }

    /// Sizes around the limits between the ways of looking for duplicates.
    static let sizes = [2, 15, 16, 17, 31, 32, 33, 34, 100, 1000]

    @Test(arguments: sizes, ["", #"\u006b"#])
    func `one duplicate among many keys is found wherever it stands`(size: Int, escape: String) throws {
        var generator = SeededGenerator(seed: UInt64(size))
        for style in ["k%", "https://uri.etsi.org/ngsi-ld/attribute/%/of/something", "%"] {
            let keys = (0..<size).map { style.replacing("%", with: String($0)) }
            func text(_ keys: [String]) -> String {
                "{" + keys.enumerated().map { "\"\($1)\":\($0 % 3 == 0 ? "{\"k1\":[]}" : "1")" }.joined(separator: ",")
                    + "}"
            }
            var distinct = keys
            if !escape.isEmpty { distinct.append(escape + escape) }
            let document = try JSONDocument(parsing: text(distinct))
            #expect(document.count(document.root) == distinct.count)
            for _ in 0..<10 {
                var doubled = distinct
                let repeated = keys.randomElement(using: &generator)!
                // Spelled with an escape where there is one to use.
                let spelling = escape.isEmpty || !style.hasPrefix("k") ? repeated : escape + repeated.dropFirst()
                doubled.insert(spelling, at: Int.random(in: 0...doubled.count, using: &generator))
                let error = #expect(throws: JSONParseError.self) { try JSONDocument(parsing: text(doubled)) }
                #expect(error?.reason == .duplicateKey(repeated))
            }
        }
    }

    @Test func `a hundred thousand keys alike at both ends are told apart in good time`() throws {
        let keys = (0..<100_000).map { "abcdefgh\(100_000 + $0)ijklmnop" }
        let text = "{" + keys.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
        let document = try JSONDocument(parsing: text)
        #expect(document.count(document.root) == 100_000)
        let doubled = text.dropLast() + ",\"abcdefgh150000ijklmnop\":1}"
        let error = #expect(throws: JSONParseError.self) { try JSONDocument(parsing: String(doubled)) }
        #expect(error?.reason == .duplicateKey("abcdefgh150000ijklmnop"))
    }
}

extension ReferenceJSON {
    var memberCount: Int {
        if case .object(let members) = self { return members.count }
        return 0
    }
}
