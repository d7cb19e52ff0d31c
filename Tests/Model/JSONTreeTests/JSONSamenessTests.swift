import JSONTree
import Testing

@Suite struct JSONSamenessTests {
    private func isSame(_ text: String, _ other: String) throws -> Bool {
        let (document, otherDocument) = (try JSONDocument(parsing: text), try JSONDocument(parsing: other))
        let same = document.isSame(document.root, as: otherDocument.root, of: otherDocument)
        #expect(same == otherDocument.isSame(otherDocument.root, as: document.root, of: document))
        return same
    }

    static let same: [(String, String)] = [
        ("10", "10"), ("10", "10.0"), ("10", "1e1"), ("10", "1.00E+1"), ("0", "-0.0"), ("0", "0e9"),
        ("-2.50", "-25e-1"),
        ("12345678901234", "12345678901234.0"), ("9007199254740993", "9007199254740993"),
        (#""a""#, #""\u0061""#), (#""\n\/""#, #""\u000a/""#), (#""😀""#, #""\ud83d\ude00""#), ("true", "true"),
        ("null", "null"),
        (#"{"a":1,"b":[2,{"c":3}]}"#, #"{"b":[2.0,{"c":3}],"a":1}"#), (#"{"\u0061":1}"#, #"{"a":1}"#), ("[]", "[ ]"),
        ("{}", "{ }"),
    ]

    @Test(arguments: same)
    func `values are the same however they are written`(text: String, other: String) throws {
        #expect(try isSame(text, other))
    }

    static let different: [(String, String)] = [
        ("10", "11"), ("1", "true"), ("0", "false"), ("1", #""1""#), ("null", "false"), ("true", "false"), ("[]", "{}"),
        ("9007199254740993", "9007199254740992"), ("9007199254740993", "9007199254740993.0"),
        ("0.1", "0.10000000000000001"), ("1e-400", "0"), ("1e-400", "2e-400"), ("3e-324", "5e-324"), ("1e400", "1e401"),
        (#""a""#, #""b""#), (#""a""#, #""A""#), ("[1,2]", "[2,1]"), ("[1]", "[1,1]"), ("[1,1]", "[1]"),
        (#"{"a":1}"#, #"{"b":1}"#), (#"{"a":1}"#, #"{"a":2}"#), (#"{"a":1}"#, #"{"a":1,"b":1}"#), ("{}", #"{"a":1}"#),
        (#"{"a":{"b":1}}"#, #"{"a":{"b":"1"}}"#),
    ]

    @Test(arguments: different)
    func `values that differ are not the same`(text: String, other: String) throws {
        #expect(try !isSame(text, other))
    }

    @Test(arguments: [3, 16, 17, 20_000])
    func `members in any order are the same, also of a large object`(count: Int) throws {
        let members = (0..<count).map { "\"name \($0)\":\($0)" }
        let text = "{\(members.joined(separator: ","))}"
        #expect(try isSame(text, "{\(members.reversed().joined(separator: ","))}"))
        #expect(try !isSame(text, "{\((members.dropFirst() + ["\"name 0\":9"]).reversed().joined(separator: ","))}"))
        #expect(try !isSame(text, "{\((members.dropFirst() + ["\"other\":0"]).reversed().joined(separator: ","))}"))
    }
}
