import Testing

@testable import AirQuality

struct NowCastTests {
    private static let missing = Double.nan

    @Test(
        arguments: [
            ([64, 63, 72, 77, 65, 61, 70, 58, 49, 48, 53, 54], 53.8),
            ([13, 16, 10, 21, 74, 64, 53, 82, 90, 75, 80, 50], 64.2),
            ([13, 16, 10, 21, 74, 64, 53, 82, 90, 75, 80, missing], 78.5),
            ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0),
        ] as [([Double], Double)])
    func `the NowCast of twelve hours is EPA's`(hours: [Double], expected: Double) {
        #expect(NowCast.particles(hours) == expected)
    }

    @Test func `two of the last three hours missing give none`() {
        #expect(NowCast.particles([13, 16, 10, 21, 74, 64, 53, 82, 90, 75, .nan, .nan]) == nil)
        #expect(NowCast.particles([13, 16, 10, 21, 74, 64, 53, 82, 90, .nan, 3, .nan]) == nil)
        #expect(NowCast.particles([]) == nil)
        #expect(NowCast.particles([5]) == nil)
    }
}
