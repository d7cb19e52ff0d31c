import AirQuality
import Foundation

/// What texts of settings and options mean.
enum SettingText {
    static func flag(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "1", "yes", "on": true
        case "false", "0", "no", "off": false
        default: nil
        }
    }

    /// Texts with commas between.
    static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// A size such as `512MiB`; a bare number counts bytes.
    static func byteCount(_ text: String) -> Int? {
        let units: [(String, Int)] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)]
        for (unit, factor) in units where text.hasSuffix(unit) {
            guard let count = Int(text.dropLast(unit.count).trimmingCharacters(in: .whitespaces)), count > 0 else {
                return nil
            }
            let (bytes, overflow) = count.multipliedReportingOverflow(by: factor)
            return overflow ? nil : bytes
        }
        return Int(text)
    }

    /// A URL that paths can be put behind: with scheme and host, without slash, query and fragment at its end.
    static func bareURL(_ text: String) -> String? {
        let bare = text.hasSuffix("/") ? String(text.dropLast()) : text
        guard let parts = URLComponents(string: bare), ["http", "https"].contains(parts.scheme?.lowercased()),
            parts.host?.isEmpty == false, parts.query == nil, parts.fragment == nil, parts.user == nil,
            bare.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "\"") })
        else { return nil }
        return bare
    }

    static let airIndexExpectation =
        "some of \(AirQualityIndex.allCases.map(\.rawValue).joined(separator: ", ")), with commas, or all"

    /// Indices of the air by their names, with commas between, each once.
    static func airIndices(_ text: String) -> [AirQualityIndex]? {
        if text == "all" { return AirQualityIndex.allCases }
        var indices: [AirQualityIndex] = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            let name = name.trimmingCharacters(in: .whitespaces).uppercased()
            guard let index = AirQualityIndex(rawValue: name) else { return nil }
            if !indices.contains(index) { indices.append(index) }
        }
        return indices
    }
}
