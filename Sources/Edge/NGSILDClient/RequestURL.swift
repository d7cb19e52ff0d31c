/// An absolute http or https URL taken apart, so strictly that no other reader can see another host in it.
struct RequestURL: Hashable, Sendable {
    let isSecure: Bool
    /// Lower case; an IPv6 address without brackets.
    let host: String
    let port: Int
    /// Path and query, starting with `/`.
    let target: String

    private static let lengthLimit = 8_192

    /// - Throws: `.invalidURL` saying what is wrong.
    init(_ text: String) throws(OutgoingHTTPError) {
        func bad(_ reason: String) -> OutgoingHTTPError { .invalidURL(String(text.prefix(200)), reason: reason) }
        guard text.utf8.count <= RequestURL.lengthLimit else {
            throw bad("it is longer than \(RequestURL.lengthLimit) bytes")
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
            throw bad("it holds characters that a URL must write as %XX")
        }
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else {
            throw bad("it is not absolute; it starts with http:// or https://")
        }
        switch text[..<colon].lowercased() {
        case "http": isSecure = false
        case "https": isSecure = true
        case let scheme: throw bad("its scheme is \(scheme), and only http and https are spoken")
        }
        let rest = text[text.index(colon, offsetBy: 3)...].prefix { $0 != "#" }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<end]
        guard !authority.contains("@") else { throw bad("it holds credentials; send them as a header") }
        let (host, portText) = RequestURL.split(authority)
        guard RequestURL.isHost(host) else { throw bad("its host is not a name or an address") }
        self.host = host.lowercased()
        if let portText, !portText.isEmpty {
            guard let port = Int(portText), (1...65_535).contains(port) else { throw bad("its port is not 1 to 65535") }
            self.port = port
        } else {
            port = isSecure ? 443 : 80
        }
        let target = String(rest[end...])
        self.target = target.hasPrefix("/") ? target : "/" + target
    }

    private static func split(_ authority: Substring) -> (host: String, port: String?) {
        if authority.first == "[", let close = authority.firstIndex(of: "]") {
            let host = String(authority[authority.index(after: authority.startIndex)..<close])
            let rest = authority[authority.index(after: close)...]
            guard host.contains(":"), rest.isEmpty || rest.first == ":" else { return ("", nil) }
            return (host, rest.isEmpty ? nil : String(rest.dropFirst()))
        }
        guard let colon = authority.firstIndex(of: ":") else { return (String(authority), nil) }
        return (String(authority[..<colon]), String(authority[authority.index(after: colon)...]))
    }

    private static func isHost(_ host: String) -> Bool {
        if host.contains(":") { return NetworkAddress(host) != nil }
        guard !host.isEmpty, host.utf8.count <= 253, host.first != "-" else { return false }
        return host.utf8.allSatisfy {
            ($0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z"))
                || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || $0 == UInt8(ascii: "-")
                || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_")
        }
    }

    private var hostText: String { host.contains(":") ? "[\(host)]" : host }

    /// The value of the header Host.
    var authority: String { port == (isSecure ? 443 : 80) ? hostText : "\(hostText):\(port)" }

    /// The URL to connect to: for http the checked address itself, so that the name is not looked up again; for https
    /// the name, since the certificate must match it.
    func connectURL(_ address: NetworkAddress) -> String {
        isSecure ? "https://\(hostText):\(port)\(target)" : "http://\(address.hostText):\(port)\(target)"
    }

    /// What a redirect points to.
    func redirected(to location: String) -> String {
        if location.contains("://") { return location }
        let origin = (isSecure ? "https://" : "http://") + authority
        if location.hasPrefix("//") { return (isSecure ? "https:" : "http:") + location }
        if location.hasPrefix("/") { return origin + location }
        let path = target.prefix { $0 != "?" }
        let folder = path[...(path.lastIndex(of: "/") ?? path.startIndex)]
        return origin + folder + location
    }
}
