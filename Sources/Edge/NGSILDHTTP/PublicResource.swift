import JSONTree
import NGSILDModel

/// `/public/` and below: read without a credential by anybody, from any page.
struct PublicResource {
    static let root = "/public/"
    /// Files of the site; they are the page's own and answered at once.
    static let files = "/public/files/"
    private static let parameterLimit = 32

    let request: HTTPRequest
    let pages: PublicPages
    let publicURL: String?
    /// Answers the files.
    let other: @Sendable (HTTPRequest) -> HTTPAnswer?

    static func has(_ path: Substring) -> Bool { path == root.dropLast() || path.hasPrefix(root) }

    func run() {
        do throws(HTTPFailure) {
            if request.method == .OPTIONS { return answer(Self.preflight) }
            guard request.method == .GET || request.method == .HEAD else { throw Self.refused(request.method) }
            if request.path == Self.root.dropLast() {
                return answer(HTTPAnswer(status: 308, headers: [("Location", (publicURL ?? "") + Self.root)]))
            }
            let address = AddressLimits.address(
                request.connection.context?.channel.remoteAddress, forwardedFor: request.header("X-Forwarded-For"))
            if let seconds = pages.limits.take(address) { throw Self.tooMany(seconds) }
            if request.path.hasPrefix(Self.files), let file = other(request) { return answer(file) }
            pages.answer(try asked()) { [self] result in
                request.onLoop {
                    switch result {
                    case .success(let made): answer(made)
                    case .failure(let error): fail(error)
                    }
                }
            }
        } catch {
            answer(error.answer)
        }
    }

    private func asked() throws(HTTPFailure) -> PublicPages.Request {
        countAs()
        var path: [String] = []
        for part in request.path.dropFirst(Self.root.count).split(separator: "/", omittingEmptySubsequences: false) {
            path.append(try Self.decoded(part, plusIsSpace: false))
        }
        var parameters: [(name: String, value: String)] = []
        for part in request.query.split(separator: "&") {
            guard parameters.count < Self.parameterLimit else {
                throw .badRequest("There are more than \(Self.parameterLimit) parameters")
            }
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            parameters.append(
                (
                    try Self.decoded(pair[0], plusIsSpace: true),
                    pair.count > 1 ? try Self.decoded(pair[1], plusIsSpace: true) : ""
                ))
        }
        return PublicPages.Request(
            path: path, parameters: parameters, acceptLanguage: request.header("Accept-Language"),
            ifNoneMatch: request.header("If-None-Match"), root: rootURL + Self.root)
    }

    private func countAs() {
        let path = request.path
        request.operation =
            path.hasPrefix(Self.root + "tiles/")
            ? .publicTile : path.hasPrefix(Self.root + "layers") ? .publicLayer : .other
    }

    private static func decoded(_ text: Substring, plusIsSpace: Bool) throws(HTTPFailure) -> String {
        var text = text
        guard let decoded = text.withUTF8({ PercentCoding.decode($0, plusIsSpace: plusIsSpace) }) else {
            throw .badRequest("The address is not percent-encoded UTF-8")
        }
        return decoded
    }

    /// Where the client reaches this server. The header Host is anybody's text: one that names no host is left out.
    private var rootURL: String {
        if let publicURL { return publicURL }
        guard let host = request.header("Host"), host.utf8.count <= 255,
            host.utf8.allSatisfy({
                ($0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z"))
                    || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: ":")) || $0 == UInt8(ascii: ".")
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]")
            })
        else { return "" }
        return "http://" + host
    }

    // MARK: Answering

    /// Data may be read from any page; nothing is ever taken from a cookie or a credential.
    private func answer(_ made: HTTPAnswer) {
        var answer = made
        let replaced: Set<String> = ["cross-origin-resource-policy", "access-control-allow-origin"]
        answer.headers.removeAll { replaced.contains($0.name.lowercased()) }
        answer.headers.append(("Access-Control-Allow-Origin", "*"))
        answer.headers.append(("Access-Control-Expose-Headers", "Link, ETag, Retry-After"))
        answer.headers.append(("Cross-Origin-Resource-Policy", "cross-origin"))
        let names = Set(answer.headers.map { $0.name.lowercased() })
        for (name, value) in [("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer")]
        where !names.contains(name.lowercased()) {
            answer.headers.append((name, value))
        }
        if !names.contains("content-security-policy") {
            answer.headers.append(("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"))
        }
        request.answer(answer)
    }

    private func fail(_ error: NGSILDError) {
        var failed = error.answer
        if case .overloaded = error { failed.headers.append(("Retry-After", "1")) }
        answer(failed)
    }

    private static var preflight: HTTPAnswer {
        HTTPAnswer(
            status: 204,
            headers: [
                ("Allow", "GET, HEAD, OPTIONS"), ("Access-Control-Allow-Methods", "GET, HEAD"),
                ("Access-Control-Allow-Headers", "Accept, If-None-Match"), ("Access-Control-Max-Age", "86400"),
            ])
    }

    private static func refused(_ method: RequestMethod) -> HTTPFailure {
        .answer(
            .methodNotAllowed(method, allowed: "GET, HEAD, OPTIONS", why: ", where everybody may read"))
    }

    private static func tooMany(_ seconds: Int) -> HTTPFailure {
        var answer = HTTPAnswer.problem(
            status: 429, title: "Too Many Requests",
            detail: "More is asked for from this address than one may; ask again in \(seconds) s")
        answer.headers.append(("Retry-After", "\(seconds)"))
        return .answer(answer)
    }
}
