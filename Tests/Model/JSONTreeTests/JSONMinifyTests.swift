import JSONTree
import SeededRandom
import Testing

@Suite struct JSONMinifyTests {
    static let spaced: [(text: String, minified: String)] = [
        (" [ ] ", "[]"), ("{ }", "{}"), (" 1 ", "1"), ("[1,2]", "[1,2]"), ("[ 1 , 2 ]", "[1,2]"),
        ("{\"a\": 1, \"b\": [true, null]}", #"{"a":1,"b":[true,null]}"#),
        (
            "{\n\t\"a b\" : \" c \\n d \" ,\r\n\t\"e\" : { \"f\" : [ [ ] , { } ] }\n}\n",
            #"{"a b":" c \n d ","e":{"f":[[],{}]}}"#
        ),
        (#"[1.50, 1e2 , -0]"#, "[1.50,1e2,-0]"), ("[[[1]  ]  ]", "[[[1]]]"), ("{\"a\":1 ,\"b\":2 }", #"{"a":1,"b":2}"#),
    ]

    @Test(arguments: spaced)
    func `white space between tokens goes and everything else stays`(text: String, minified: String) throws {
        let document = try JSONDocument(parsing: text)
        #expect(document.text(document.root) == minified)
        let again = try JSONDocument(parsing: minified)
        #expect(again.text(again.root) == minified)
    }

    @Test func `each part is minified by itself`() throws {
        let document = try JSONDocument(parsing: #"{ "a" : [ 1 , { "b" : 2 } ] , "c" : "d" }"#)
        let parts = document.members(document.root).map { document.text($0.value) }
        #expect(parts == [#"[1,{"b":2}]"#, #""d""#])
        #expect(document.members(document.root).map { document.text($0.key) } == [#""a""#, #""c""#])
        var writer = ByteWriter(capacity: 16)
        writer.append("<")
        document.appendMinified(document.root, to: &writer)
        writer.append(">")
        #expect(writer.string() == #"<{"a":[1,{"b":2}],"c":"d"}>"#)
    }

    @Test func `random documents with random white space come back without it`() throws {
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<500 {
            let tokens = JSONSamples.randomTokens(&generator)
            let tight = tokens.joined()
            let spaced =
                tokens.map { token in
                    ["", "", " ", "\n", "\t \r\n", "                         "].randomElement(using: &generator)!
                        + token
                }.joined() + [" ", ""].randomElement(using: &generator)!
            for text in [tight, spaced] {
                let document = try JSONDocument(parsing: text)
                #expect(document.text(document.root) == tight)
                #expect(ReferenceJSON(document, document.root) == ReferenceJSON(Array(tight.utf8)))
            }
        }
    }
}
