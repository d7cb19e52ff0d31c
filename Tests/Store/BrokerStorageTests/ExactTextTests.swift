import BrokerStorage
import Testing

@Suite struct ExactTextTests {
    /// Ends of each other, one letter in two spellings, a null, letters of one to four bytes, longer than a small string.
    private static let texts = [
        "", "a", "aa", "ab", "b", "a\0", "\u{E9}", "e\u{301}", "e", "é̂", "€", "𝄞", "urn:ngsi-ld:Room:1",
        "urn:ngsi-ld:Room:10", "urn:ngsi-ld:Room:2", "urn:ngsi-ld:Room:\u{E9}", "urn:ngsi-ld:Room:e\u{301}",
    ]

    @Test func `texts are equal and ordered by their bytes`() {
        for left in Self.texts {
            for right in Self.texts {
                let (one, other) = (Array(left.utf8), Array(right.utf8))
                #expect((ExactText(left) == ExactText(right)) == (one == other), "\(left) == \(right)")
                #expect(left.isExactly(right) == (one == other), "\(left) is exactly \(right)")
                let isBefore = one.lexicographicallyPrecedes(other)
                #expect((ExactText(left) < ExactText(right)) == isBefore, "\(left) < \(right)")
            }
        }
    }

    @Test func `two spellings of a letter are two names`() {
        #expect("\u{E9}" == "e\u{301}")
        #expect(Set(["\u{E9}", "e\u{301}"].map(ExactText.init)).count == 2)
    }
}
