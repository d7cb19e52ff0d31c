/// References as contexts write them: absolute IRIs, and URLs relative to the document they stand in.
enum IRIReference {
    /// Whether the text before the first colon is a scheme (RFC 3986 section 3.1).
    static func isAbsolute(_ text: String) -> Bool {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return false }
        return isScheme(text.utf8[..<colon])
    }

    static func isScheme(_ text: Substring.UTF8View) -> Bool {
        guard let first = text.first, isLetter(first) else { return false }
        return text.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
            default: isLetter(byte)
            }
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
    }

    /// The absolute URL that `reference` means in the document at `base` (RFC 3986 section 5.2); `nil` without a base
    /// that has an authority. Fragments are dropped, since a document is loaded whole.
    static func resolve(_ reference: String, against base: String?) -> String? {
        let target = withoutFragment(reference[...])
        if isAbsolute(String(target)) { return String(target) }
        guard let base, let parts = split(withoutFragment(base[...])) else { return nil }
        if target.isEmpty { return String(withoutFragment(base[...])) }
        if target.hasPrefix("//") { return parts.scheme + ":" + target }
        if target.hasPrefix("?") { return parts.root + parts.path + target }
        let (path, query) = splitQuery(target)
        if path.hasPrefix("/") { return parts.root + removingDots(path) + query }
        let folder = parts.path.lastIndex(of: "/").map { parts.path[...$0] } ?? "/"
        return parts.root + removingDots(folder + path) + query
    }

    private static func withoutFragment(_ text: Substring) -> Substring {
        text.firstIndex(of: "#").map { text[..<$0] } ?? text
    }

    private static func splitQuery(_ text: Substring) -> (path: Substring, query: Substring) {
        guard let mark = text.firstIndex(of: "?") else { return (text, "") }
        return (text[..<mark], text[mark...])
    }

    /// The scheme, the scheme with authority, and the path of a URL that has an authority.
    private static func split(_ url: Substring) -> (scheme: String, root: String, path: Substring)? {
        guard let colon = url.firstIndex(of: ":"), isScheme(url[..<colon].utf8) else { return nil }
        let rest = url[url.index(after: colon)...]
        guard rest.hasPrefix("//") else { return nil }
        let afterSlashes = rest.dropFirst(2)
        let end = afterSlashes.firstIndex { $0 == "/" || $0 == "?" } ?? afterSlashes.endIndex
        let path = splitQuery(afterSlashes[end...]).path
        return (String(url[..<colon]), String(url[..<end]), path)
    }

    private static func removingDots(_ path: Substring) -> String {
        var kept: [Substring] = []
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for (offset, segment) in segments.enumerated() {
            let isLast = offset == segments.count - 1
            switch segment {
            case ".": if isLast { kept.append("") }
            case "..":
                if !kept.isEmpty { kept.removeLast() }
                if isLast { kept.append("") }
            default: kept.append(segment)
            }
        }
        return "/" + kept.joined(separator: "/")
    }
}
