import Foundation
import Testing

@testable import parvis

struct SettingKeyTests {
    @Test(arguments: [
        ("prot", "port"), ("memorybudget", "memory-budget"), ("tls_key", "tls-key"), ("airindices", "air-indices"),
    ])
    func `a key of the file that is none is refused with those that may be meant`(name: String, meant: String) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).yaml").path
        try "\(name): 1\n".write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect { try Settings.resolve(flags: [:], configFile: path, environment: [:]) } throws: {
            "\($0)".contains(path) && "\($0)".contains("\"\(name)\"") && "\($0)".contains(meant)
                && "\($0)".contains("docs/configuration.md")
        }
    }

    @Test func `a setting that is like none is not guessed`() {
        #expect(SettingKey.remedy(for: "colour") == "docs/configuration.md lists all")
    }

    @Test(arguments: [("", "", 0), ("a", "", 1), ("port", "prot", 2), ("air", "airs", 1), ("kitten", "sitting", 3)])
    func `names differ by letters put in, left out or changed`(one: String, other: String, distance: Int) {
        #expect(SettingKey.distance(one, other) == distance)
        #expect(SettingKey.distance(other, one) == distance)
    }
}
