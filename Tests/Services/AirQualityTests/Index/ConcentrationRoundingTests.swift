import Testing

@testable import AirQuality

struct ConcentrationRoundingTests {
    @Test func `cutting off keeps what is printed and forgives what binary numbers cannot be`() {
        let cut = ConcentrationRounding.truncated(decimals: 1)
        #expect(cut(9.1) == 9.1)
        #expect(cut(9.0999) == 9.0)
        #expect(cut(35.49) == 35.4)
        #expect(cut(0.1 + 0.2) == 0.3)
        #expect(ConcentrationRounding.truncated(decimals: 3)(0.07853333) == 0.078)
    }

    @Test func `halves go to the even digit, or up`() {
        let even = ConcentrationRounding.halfToEven(decimals: 0)
        #expect([34.5, 35.5, 60.5, 60.4999, 60.5001].map { even($0) } == [34, 36, 60, 60, 61])
        #expect([34.5, 35.4999, 0].map { ConcentrationRounding.halfUp(decimals: 0)($0) } == [35, 35, 0])
    }

    @Test func `an index is rounded to the nearest, or any fraction up`() {
        #expect([125.5, 125.49, 0.2].map { IndexRounding.nearest($0) } == [126, 125, 0])
        #expect([100.0, 100.0000000001, 100.01, 0].map { IndexRounding.up($0) } == [100, 100, 101, 0])
    }
}
