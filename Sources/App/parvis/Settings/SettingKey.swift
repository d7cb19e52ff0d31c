import Foundation

/// One setting: its key in the file, its variable, and how a text becomes its value.
struct SettingKey: Sendable {
    let name: String
    /// What it has to be, as in "is ...".
    let expectation: String
    /// Whether its value may hold a password, and so is not repeated.
    let isSecret: Bool
    /// Takes a text as the value; `false` where it is none, whatever was set then.
    let apply: @Sendable (inout Settings, String) -> Bool

    var variable: String { "PARVIS_" + name.uppercased().replacingOccurrences(of: "-", with: "_") }

    /// All that can be set.
    static let all = server + connections + access + audit + history + delivery + services

    init(
        _ name: String, _ expectation: String, isSecret: Bool = false,
        apply: @escaping @Sendable (inout Settings, String) -> Bool
    ) {
        self.name = name
        self.expectation = expectation
        self.isSecret = isSecret
        self.apply = apply
    }

    static func toggle(_ name: String, set: @escaping @Sendable (inout Settings, Bool) -> Void) -> SettingKey {
        SettingKey(name, "true or false") { settings, text in
            guard let value = SettingText.flag(text) else { return false }
            set(&settings, value)
            return true
        }
    }

    static func number(
        _ name: String, _ range: ClosedRange<Int>, set: @escaping @Sendable (inout Settings, Int) -> Void
    ) -> SettingKey {
        SettingKey(name, "a number from \(range.lowerBound) to \(range.upperBound)") { settings, text in
            guard let number = Int(text), range.contains(number) else { return false }
            set(&settings, number)
            return true
        }
    }

    /// A number of bytes.
    ///
    /// - Parameters:
    ///   - least: as it is written, such as `1MiB`.
    ///   - examples: likewise.
    static func size(
        _ name: String, least: String, examples: String, set: @escaping @Sendable (inout Settings, Int) -> Void
    ) -> SettingKey {
        SettingKey(name, "a size of at least \(least), such as \(examples)") { settings, text in
            guard let bytes = SettingText.byteCount(text), bytes >= SettingText.byteCount(least) ?? 0 else {
                return false
            }
            set(&settings, bytes)
            return true
        }
    }

    /// A text that is not empty.
    static func text(
        _ name: String, _ expectation: String, isSecret: Bool = false,
        set: @escaping @Sendable (inout Settings, String) -> Void
    ) -> SettingKey {
        SettingKey(name, expectation, isSecret: isSecret) { settings, text in
            set(&settings, text)
            return !text.isEmpty
        }
    }

    /// One of some words.
    static func choice(
        _ name: String, _ words: [String], set: @escaping @Sendable (inout Settings, String) -> Void
    ) -> SettingKey {
        let expectation = words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
        return SettingKey(name, expectation) { settings, text in
            set(&settings, text)
            return words.contains(text)
        }
    }

    /// The path of a file.
    static func file(_ name: String, set: @escaping @Sendable (inout Settings, String) -> Void) -> SettingKey {
        SettingKey(name, "a file that can be read") { settings, text in
            set(&settings, text)
            return FileManager.default.isReadableFile(atPath: text)
        }
    }

    /// What to do about a name that is no setting's: the ones that it may have been meant to be, by their letters.
    static func remedy(for name: String) -> String {
        let near = all.map(\.name).filter { Self.distance($0, name) <= (name.count < 4 ? 1 : max(2, name.count / 4)) }
        return near.isEmpty
            ? "docs/configuration.md lists all"
            : "is \(near.joined(separator: " or ")) meant? docs/configuration.md lists all"
    }

    /// How many letters have to be put in, left out or changed to make one name of another (Levenshtein).
    static func distance(_ one: String, _ other: String) -> Int {
        let (one, other) = (Array(one.utf8.prefix(64)), Array(other.utf8.prefix(64)))
        var row = Array(0...other.count)
        for (index, letter) in one.enumerated() {
            var before = row[0]
            row[0] = index + 1
            for place in other.indices {
                let changed = before + (letter == other[place] ? 0 : 1)
                before = row[place + 1]
                row[place + 1] = min(changed, before + 1, row[place] + 1)
            }
        }
        return row[other.count]
    }
}
