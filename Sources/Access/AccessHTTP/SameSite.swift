import NGSILDHTTP

/// Keeps the pages of other sites from acting in the name of who is signed in here.
///
/// The cookie is `SameSite=Strict`, so browsers do not send it with what other sites start. For the case that one does,
/// or that another server has the same host name, requests that change something must also come from a page of this very
/// origin, and bear a header that no page of another origin may send without asking first, which is never granted here.
enum SameSite {
    /// What the console's pages send with requests that change something.
    static let header = "Parvis-Request"

    /// Why a request that comes with a session may not change anything; `nil`: it may.
    static func refusal(of request: HTTPRequest, publicURL: String?) -> String? {
        let isOwnOrigin =
            if let origin = request.header("Origin") { isOwn(origin, request, publicURL: publicURL) } else {
                request.header("Sec-Fetch-Site") == "same-origin"
            }
        guard isOwnOrigin else {
            return
                "The request comes with a session, but not from a page of this server; programs use a key instead. Behind a proxy, set public-url to where browsers reach it"
        }
        guard request.header(header) != nil else {
            return "The request comes with a session, but without the header \(header); programs use a key instead"
        }
        return nil
    }

    /// Whether an Origin is this server's, as the browser reaches it.
    static func isOwn(_ origin: String, _ request: HTTPRequest, publicURL: String?) -> Bool {
        let origin = origin.lowercased()
        if let publicURL, origin == Self.origin(of: publicURL.lowercased()) { return true }
        guard let mark = origin.firstRange(of: "://"), let host = request.header("Host")?.lowercased() else {
            return false
        }
        return origin[mark.upperBound...] == host
    }

    /// Whether browsers reach the server by https.
    static func isSecure(_ request: HTTPRequest, publicURL: String?) -> Bool {
        if let origin = request.header("Origin") { return origin.lowercased().hasPrefix("https://") }
        return publicURL?.lowercased().hasPrefix("https://") ?? false
    }

    private static func origin(of url: String) -> String {
        guard let mark = url.firstRange(of: "://") else { return url }
        return String(url[..<(url[mark.upperBound...].firstIndex(of: "/") ?? url.endIndex)])
    }
}

/// The cookie that holds the token of a session.
enum SessionCookie {
    /// Its name. Cookies do not know ports, so the name does: two servers of one host do not sign each other's people out.
    ///
    /// - Parameter purpose: what it is for.
    static func name(_ request: HTTPRequest, _ purpose: String = "session") -> String {
        let host = request.header("Host") ?? ""
        let port = host.split(separator: ":", omittingEmptySubsequences: false).last ?? ""
        return port.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } && !port.isEmpty
            ? "parvis_\(purpose)_\(port)" : "parvis_\(purpose)"
    }

    /// The token that a request brings; `nil`: none.
    static func token(of request: HTTPRequest) -> Substring? { value(of: request, "session") }

    /// What a request brings for a purpose.
    static func value(of request: HTTPRequest, _ purpose: String) -> Substring? {
        guard let field = request.header("Cookie") else { return nil }
        let name = name(request, purpose)
        for part in field.split(separator: ";") {
            let pair = part.drop { $0 == " " }
            if pair.hasPrefix(name), pair.dropFirst(name.count).first == "=" { return pair.dropFirst(name.count + 1) }
        }
        return nil
    }

    /// The header that gives a browser the token.
    static func header(
        _ token: String, _ request: HTTPRequest, publicURL: String?, seconds: Int
    ) -> (name: String, value: String) {
        let secure = SameSite.isSecure(request, publicURL: publicURL) ? "; Secure" : ""
        return (
            "Set-Cookie", "\(name(request))=\(token); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict\(secure)"
        )
    }

    /// The header that makes a browser forget it.
    static func expiry(_ request: HTTPRequest, publicURL: String?) -> (name: String, value: String) {
        header("", request, publicURL: publicURL, seconds: 0)
    }
}
