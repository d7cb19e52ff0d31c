/// Answers every request by sending the client to the same place over https.
///
/// - Source: RFC 9110 section 15.4.9 (308: method and body stay).
public final class HTTPSRedirect: HTTPRequestHandler {
    private let publicURL: String?
    private let port: Int

    /// - Parameters:
    ///   - publicURL: where clients reach the server, without a slash at its end; `nil` takes the host that each of them
    ///     wrote.
    ///   - port: of the server that speaks TLS; with `publicURL` it is not used.
    public init(publicURL: String?, port: Int) {
        self.publicURL = publicURL?.hasPrefix("https://") == true ? publicURL : nil
        self.port = port
    }

    public func handle(_ request: HTTPRequest) {
        guard let root = publicURL ?? request.header("Host").flatMap(root), request.target.hasPrefix("/") else {
            return request.answer(
                .problem(
                    status: 400, title: "Bad Request",
                    detail: "This port only sends clients on to https, and the request does not say to which host"))
        }
        var answer = HTTPAnswer.problem(
            status: 308, title: "Permanent Redirect", detail: "The server speaks https: \(root)")
        answer.headers.append(("Location", root + request.target))
        request.answer(answer)
    }

    /// The host without its port; `nil` when it is not written as one, so that nobody is sent to something else.
    private func root(_ host: String) -> String? {
        var name = Substring(host)
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return nil }
            name = host[...end]
            guard name.dropFirst().dropLast().utf8.allSatisfy(Self.isOfAddress) else { return nil }
        } else {
            name = host.prefix { $0 != ":" }
            guard name.utf8.allSatisfy(Self.isOfName) else { return nil }
        }
        guard name.count > 2 || !name.hasPrefix("["), !name.isEmpty, name.utf8.count <= 255 else { return nil }
        return "https://\(name)" + (port == 443 ? "" : ":\(port)")
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func isOfAddress(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
