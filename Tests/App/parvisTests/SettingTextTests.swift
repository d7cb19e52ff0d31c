import AirQuality
import Testing

@testable import parvis

struct SettingTextTests {
    @Test(
        arguments: [
            ("512MiB", 512 << 20), ("4GiB", 4 << 30), ("16 KiB", 16 << 10), ("100", 100), ("-1GiB", nil), ("GiB", nil),
            ("99999999999GiB", nil), ("1.5GiB", nil),
        ] as [(String, Int?)])
    func `sizes are read with their unit`(text: String, bytes: Int?) {
        #expect(SettingText.byteCount(text) == bytes)
    }

    @Test func `indices of the air are named with commas, in any case, or all`() {
        #expect(SettingText.airIndices("eaqi, US-AQI,EAQI") == [.european, .unitedStates])
        #expect(SettingText.airIndices("all") == AirQualityIndex.allCases)
        #expect(SettingText.airIndices("EAQI,") == nil)
        #expect(SettingText.airIndices("AQI") == nil)
    }
}
