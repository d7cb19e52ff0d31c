import Testing

@testable import TemporalEvolution

@Suite struct DecimalNumberTests {
    @Test(arguments: ["0", "7", "-7", "12.5", "-12.50", "0.001", "-0.5", "0.0", "129.0", "999999999999999999", "100"])
    func `a plain number comes back as the same text`(text: String) throws {
        let number = try #require(Array(text.utf8).withUnsafeBytes { DecimalNumber($0) })
        var bytes: [UInt8] = []
        number.append(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
        let scaled = try #require(
            DecimalNumber(mantissa: number.mantissa, decimals: number.decimals).scaled(to: number.decimals))
        #expect(DecimalNumber.unscaled(scaled, from: number.decimals, decimals: number.decimals) == number)
    }

    @Test(arguments: [
        "", "-", "-0", "-0.0", "1e5", "1E5", "01", "-01.5", "00", ".5", "5.", "1.2.3", "+1", "\"1\"", "true",
        "1234567890123456789",
    ])
    func `anything else is no plain number`(text: String) {
        #expect(Array(text.utf8).withUnsafeBytes { DecimalNumber($0) } == nil)
    }

    @Test func `a number keeps its decimals through a common scale`() throws {
        let number = DecimalNumber(mantissa: -12, decimals: 1)
        let scaled = try #require(number.scaled(to: 4))
        #expect(scaled == -12_000)
        #expect(DecimalNumber.unscaled(scaled, from: 4, decimals: 1) == number)
        #expect(DecimalNumber.unscaled(-12_001, from: 4, decimals: 1) == nil)
        #expect(DecimalNumber(mantissa: 999_999_999_999_999_999, decimals: 0).scaled(to: 3) == nil)
    }
}
