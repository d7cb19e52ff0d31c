import JSONTree
import NGSILDModel

/// A language that the site speaks: English as it stands in the code, or what a dictionary has in its place.
public struct PublicLanguage: Sendable, Equatable {
    /// As in `lang`, such as `fr`.
    public let code: String
    /// What it calls itself.
    public let name: String
    /// Its code in the EU's list of languages, such as `FRA`; `nil` where the dictionary does not say it.
    let authorityCode: String?
    private let texts: [String: String]
    /// The words that the site's scripts want, as a JSON object; `nil` where they are in the code.
    let scriptWords: [UInt8]?

    public static let english = PublicLanguage(
        code: "en", name: "English", authorityCode: "ENG", texts: [:], scriptWords: nil)

    private init(code: String, name: String, authorityCode: String?, texts: [String: String], scriptWords: [UInt8]?) {
        self.code = code
        self.name = name
        self.authorityCode = authorityCode
        self.texts = texts
        self.scriptWords = scriptWords
    }

    /// Reads a dictionary of the console: objects from English texts to texts, in sections; one, `language`, says what it is.
    ///
    /// - Returns: `nil` where it is none.
    public init?(code: String, dictionary: [UInt8]) {
        guard let document = try? JSONDocument(parsing: dictionary), document.isObject(document.root),
            let language = document.member(document.root, "language"),
            let name = document.member(language, "name").flatMap(document.string)
        else { return nil }
        var texts: [String: String] = [:]
        var script: [String] = []
        for (_, section) in document.members(document.root) where document.isObject(section) {
            for (key, value) in document.members(section) {
                guard let key = document.string(key) else { continue }
                if let text = document.string(value) { texts[key] = text }
                guard Self.ofScripts.contains(key) else { continue }
                var pair = ByteWriter()
                pair.append(jsonString: key)
                script.append("\(String(decoding: pair.array(), as: UTF8.self)):\(document.text(value))")
            }
        }
        self.init(
            code: code, name: name,
            authorityCode: document.member(language, "code3").flatMap(document.string), texts: texts,
            scriptWords: script.isEmpty ? nil : Array("{\(script.joined(separator: ","))}".utf8))
    }

    /// The texts of the site's scripts; `scripts/check-languages` compares them with what the scripts say.
    private static let ofScripts: Set<String> = [
        "Close", "Nothing fits¦search of the public site", "Search in these data",
        "The data cannot be read at the moment; they are asked for again.", "The first {0} are shown.¦entries",
        "Zoom in",
        "Zoom out", "measured {0}", "no", "no value¦of an entry", "yes", "{0} fit",
    ]

    /// A text in this language. A remark after `¦` tells two meanings apart and is not shown.
    ///
    /// - Parameter values: take the places of `{0}`, `{1}`, ...
    func words(_ english: String, _ values: String...) -> String {
        let text = texts[english] ?? String(english.prefix { $0 != "¦" })
        guard !values.isEmpty else { return text }
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            result += rest[..<open]
            let place = Int(rest[rest.index(after: open)..<close])
            result += place.flatMap { values.indices.contains($0) ? values[$0] : nil } ?? String(rest[open...close])
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}

extension PublicRequest {
    /// The language that the parameter `lang` asks for, else the one that `Accept-Language` likes best, else English.
    func language(of languages: [PublicLanguage]) -> PublicLanguage {
        if let asked = parameter("lang"), let language = languages.first(where: { $0.code == asked }) {
            return language
        }
        var best: (language: PublicLanguage, weight: Double) = (.english, 0)
        for part in (acceptLanguage ?? "").split(separator: ",").prefix(20) {
            let pieces = part.split(separator: ";")
            guard
                let tag = pieces.first?.drop(while: { $0 == " " }).prefix(while: { $0 != "-" && $0 != " " })
                    .lowercased(),
                let language = languages.first(where: { $0.code == tag })
            else { continue }
            let weight =
                pieces.dropFirst().compactMap { piece -> Double? in
                    let piece = piece.filter { $0 != " " }
                    return piece.hasPrefix("q=") ? Double(piece.dropFirst(2)) : nil
                }.first ?? 1
            if weight > best.weight { best = (language, weight) }
        }
        return best.language
    }
}
