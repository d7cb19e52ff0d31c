import ClauseTrait
import NGSILDModel
@testable import NGSILDQuery
import SeededRandom
import Testing

// CIM 009 clause 4.6.3
@Suite struct TemporalTextTests {
    private func read(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Int64?) -> Int64? {
        Array(text.utf8).withUnsafeBufferPointer(body)
    }

    @Test(.clause("4.6.3")) func `dates and times are read as Timestamp reads them`() {
        var generator = SeededGenerator(seed: 21)
        var valid = 0
        func number(_ range: ClosedRange<Int>, _ width: Int) -> String {
            let text = String(Int.random(in: range, using: &generator))
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        for round in 0..<30_000 {
            var text =
                "\(number(round % 2 == 0 ? 1_900...2_100 : 0...9_999, 4))-\(number(0...13, 2))-\(number(0...32, 2))"
            text += "T\(number(0...24, 2)):\(number(0...60, 2)):\(number(0...61, 2))"
            if round % 3 == 0 {
                text += [".", ","][round % 2] + number(0...99_999_999, Int.random(in: 1...8, using: &generator))
            }
            text += "Z"
            if round % 5 == 0 {
                var bytes = Array(text.utf8)
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
                    in: 0x20...0x7E, using: &generator)
                text = String(decoding: bytes, as: UTF8.self)
            }
            let expected = Timestamp(text)?.microseconds
            if expected != nil { valid += 1 }
            #expect(read(text, TemporalText.dateTime) == expected, "\(text)")
        }
        #expect(valid > 5_000)
    }

    static let others: [(text: String, date: Int64?, time: Int64?)] = [
        ("1970-01-02", 86_400_000_000, nil), ("1969-12-31", -86_400_000_000, nil),
        ("2024-02-29", 1_709_164_800_000_000, nil),
        ("2023-02-29", nil, nil), ("2023-2-9", nil, nil), ("20230209", nil, nil), ("00:00:01Z", nil, 1_000_000),
        ("24:00:00Z", nil, 86_400_000_000), ("23:59:60.25Z", nil, 86_400_250_000), ("12:00:00", nil, nil),
        ("12:00Z", nil, nil),
        ("12:00:00.Z", nil, nil), ("12:00:00+01:00", nil, nil), ("", nil, nil), ("Z", nil, nil),
        ("-1:00:00Z", nil, nil),
    ]

    @Test(.clause("4.6.3"), arguments: others)
    func `dates and times alone are read`(text: String, date: Int64?, time: Int64?) {
        #expect(read(text, TemporalText.date) == date)
        #expect(read(text, TemporalText.time) == time)
    }
}
