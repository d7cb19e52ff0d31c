/// A topic with parts that vary: `city/traffic/{detector}/state`.
///
/// `{name}` stands for a level or, with text around it, for a part of one; `+` for any level; `#` at the end for all
/// levels from there on.
struct TopicPattern: Sendable, Equatable {
    enum Level: Sendable, Equatable {
        case literal(String)
        case any
        case rest
        case capture(before: String, after: String)
    }

    let text: String
    let levels: [Level]
    /// The names of what varies, in the order of `captures(of:)`.
    let names: [String]

    /// - Throws: `Flaw`, which says what is wrong.
    init(_ text: String) throws(Flaw) {
        guard !text.isEmpty, text.utf8.count <= 4_096, !text.utf8.contains(0) else {
            throw Flaw(reason: "a topic has 1 to 4096 bytes")
        }
        guard !text.hasPrefix("$") else { throw Flaw(reason: "topics that begin with $ belong to the server") }
        var levels: [Level] = []
        var names: [String] = []
        for part in text.split(separator: "/", omittingEmptySubsequences: false) {
            guard levels.last != .rest else { throw Flaw(reason: "# stands at the end only") }
            if part == "#" || part == "+" {
                levels.append(part == "#" ? .rest : .any)
                continue
            }
            guard !part.contains("#"), !part.contains("+") else {
                throw Flaw(reason: "# and + stand for whole levels; \(part) holds more")
            }
            guard let open = part.firstIndex(of: "{") else {
                guard !part.contains("}") else { throw Flaw(reason: "\(part) has a brace without its partner") }
                levels.append(.literal(String(part)))
                continue
            }
            guard let close = part.firstIndex(of: "}"), open < close else {
                throw Flaw(reason: "\(part) has a brace without its partner")
            }
            let name = part[part.index(after: open)..<close]
            let after = part[part.index(after: close)...]
            guard !name.isEmpty, !after.contains("{"), !after.contains("}") else {
                throw Flaw(reason: "a level has one name in braces; \(part) has none or more")
            }
            guard !names.contains(String(name)) else { throw Flaw(reason: "{\(name)} stands twice") }
            names.append(String(name))
            levels.append(.capture(before: String(part[..<open]), after: String(after)))
        }
        self.text = text
        self.levels = levels
        self.names = names
    }

    struct Flaw: Error { let reason: String }

    /// What a server is asked for.
    var filter: String {
        levels.map { level in
            switch level {
            case .literal(let text): text
            case .any, .capture: "+"
            case .rest: "#"
            }
        }.joined(separator: "/")
    }

    /// What stands in a topic where the pattern has names; `nil` when the topic is another one, or a name stands for
    /// nothing.
    func captures(of topic: String) -> [Substring]? {
        var captured: [Substring] = []
        let parts = topic.split(separator: "/", omittingEmptySubsequences: false)
        for (index, level) in levels.enumerated() {
            if level == .rest { return captured }
            guard index < parts.count else { return nil }
            switch level {
            case .literal(let text): guard parts[index] == text else { return nil }
            case .any, .rest: break
            case .capture(let before, let after):
                let part = parts[index]
                guard part.utf8.count > before.utf8.count + after.utf8.count, part.hasPrefix(before),
                    part.hasSuffix(after)
                else { return nil }
                captured.append(part.dropFirst(before.count).dropLast(after.count))
            }
        }
        return parts.count == levels.count ? captured : nil
    }
}
