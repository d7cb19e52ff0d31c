import JSONTree
import Testing

@Suite struct JSONDocumentTests {
    private let document: JSONDocument
    private var root: JSONNode { document.root }

    init() throws {
        document = try JSONDocument(
            parsing: #" { "id" : "a" , "n" : [ 1 , { } , "x\ty" ] , "\u0074ype" : true , "no" : null, "é" : false } "#)
    }

    @Test func `members come in order with their kinds`() {
        let members = document.members(root).map { (document.string($0.key), document.kind($0.value)) }
        #expect(members.map(\.0) == ["id", "n", "type", "no", "é"])
        #expect(members.map(\.1) == [.string, .array, .true, .null, .false])
        #expect(document.count(root) == 5)
    }

    @Test func `a member is found by its name, however it is spelled`() {
        #expect(document.member(root, "id").flatMap { document.string($0) } == "a")
        #expect(document.member(root, "type").flatMap { document.bool($0) } == true)
        #expect(document.member(root, "é").flatMap { document.bool($0) } == false)
        #expect(document.member(root, named: "type").flatMap { document.bool($0) } == true)
        #expect(document.member(root, named: "no").map { document.isNull($0) } == true)
        #expect(document.member(root, "missing") == nil)
        #expect(document.member(root, named: "i") == nil)
        #expect(document.member(root, named: "e\u{301}") == nil)
        #expect(document.member(root, "e\u{301}") == nil)
    }

    @Test func `what is no object has no members, and what is no array no elements`() throws {
        let array = try #require(document.member(root, "n"))
        #expect(document.member(array, "id") == nil)
        #expect(document.member(array, named: "id") == nil)
        #expect(document.members(array).map { $0.key } == [])
        #expect(document.elements(root).map { $0 } == [])
        let scalar = try #require(document.member(root, "id"))
        #expect(document.count(scalar) == 0)
        #expect(document.member(scalar, "id") == nil)
        #expect(document.elements(scalar).map { $0 } == [])
        #expect(document.double(scalar) == nil)
        #expect(document.bool(scalar) == nil)
        #expect(document.string(array) == nil)
        #expect(!document.equals(array, "n"))
    }

    @Test func `ranges point at the bytes as written`() throws {
        func written(_ range: Range<Int>) -> String { String(decoding: document.bytes[range], as: UTF8.self) }
        let array = try #require(document.member(root, "n"))
        #expect(written(document.range(array)) == #"[ 1 , { } , "x\ty" ]"#)
        let elements = document.elements(array).map { $0 }
        #expect(elements.map { written(document.range($0)) } == ["1", "{ }", #""x\ty""#])
        #expect(written(document.contentRange(elements[2])) == #"x\ty"#)
        #expect(document.contentRange(elements[0]) == document.range(elements[0]))
        #expect(document.range(root) == 1..<document.bytes.count - 1)
        #expect(elements.map { document.hasEscapes($0) } == [false, false, true])
    }

    @Test func `equality is of content, byte by byte`() throws {
        let document = try JSONDocument(parsing: #"["abc","\u0061bc","ab","abcd","","é","e\#u{301}"]"#)
        let elements = document.elements(document.root).map { $0 }
        #expect(elements.map { document.equals($0, "abc") } == [true, true, false, false, false, false, false])
        #expect(elements.map { document.equals($0, "") } == [false, false, false, false, true, false, false])
        #expect(elements.map { document.equals($0, "é") } == [false, false, false, false, false, true, false])
    }

    @Test func `a buffer, an array and a text give the same document`() throws {
        let text = #"{"a":[1,2]}"#
        let bytes = Array(text.utf8)
        let fromBuffer = try bytes.withUnsafeBytes { try JSONDocument(parsing: $0) }
        #expect(fromBuffer.bytes == bytes)
        #expect(fromBuffer.text(fromBuffer.root) == text)
        #expect(throws: JSONParseError.self) {
            try JSONDocument(parsing: UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }

    @Test func `an iterator and a copy outlive the variable they came from`() throws {
        func elements() throws -> JSONDocument.Elements {
            let document = try JSONDocument(parsing: "[1,2,3]")
            return document.elements(document.root)
        }
        #expect(Array(try elements()).count == 3)
        let copies = (0..<3).map { _ in document }
        #expect(copies.map { $0.text($0.root) }.allSatisfy { $0 == document.text(root) })
    }
}
