import NIOHTTP1

/// The header fields that the server and the binding look at, found in one pass. One object, so that handing them on copies
/// none of them.
///
/// Its members are constants, for reading a variable of an object costs a check that nobody else writes it.
final class HeaderFields: Sendable {
    let accept: String?
    let contentType: String?
    let contentLength: Int?
    /// Joined with commas when there are several.
    let link: String?
    let tenant: String?
    let prefer: String?
    /// The id of a snapshot.
    let snapshot: String?
    /// The location of an entity map.
    let entityMap: String?
    /// The first, where there are several.
    let authorization: String?
    let origin: String?
    let isChunked: Bool
    let expectsContinue: Bool
    /// Bytes of the whole section.
    let byteCount: Int
    /// Why the fields cannot be trusted; the request is then refused.
    let fault: Fault?

    enum Fault {
        case contentLength, transferCoding, expectation, severalContentTypes, severalTenants, severalHosts,
            severalSnapshots
    }

    let hasHost: Bool

    init(_ headers: HTTPHeaders) {
        var accept: String?
        var contentType: String?
        var contentLength: Int?
        var link: String?
        var tenant: String?
        var prefer: String?
        var snapshot: String?
        var entityMap: String?
        var authorization: String?
        var origin: String?
        var isChunked = false
        var expectsContinue = false
        var byteCount = 0
        var fault: Fault?
        var hostCount = 0
        var hasTransferEncoding = false
        for (name, value) in headers {
            byteCount += name.utf8.count + value.utf8.count + 4
            switch name.utf8.count {
            case 4:
                if name.isHeader("host") {
                    hostCount += 1
                } else if name.isHeader("link") {
                    link = link.map { $0 + "," + value } ?? value
                }
            case 6:
                if name.isHeader("accept") {
                    accept = accept.map { $0 + "," + value } ?? value
                } else if name.isHeader("expect") {
                    if value.lowercased() == "100-continue" { expectsContinue = true } else { fault = .expectation }
                } else if name.isHeader("prefer") {
                    prefer = prefer.map { $0 + "," + value } ?? value
                } else if name.isHeader("origin") {
                    if origin == nil { origin = value }
                }
            case 12 where name.isHeader("content-type"):
                if contentType != nil { fault = .severalContentTypes }
                contentType = value
            case 13:
                if name.isHeader("ngsild-tenant") {
                    if tenant != nil { fault = .severalTenants }
                    tenant = value
                } else if name.isHeader("authorization") {
                    if authorization == nil { authorization = value }
                }
            case 14 where name.isHeader("content-length"):
                if contentLength != nil || !Self.isDigits(value) { fault = .contentLength }
                contentLength = Int(value)
                if contentLength == nil { fault = .contentLength }
            case 15 where name.isHeader("ngsild-snapshot"):
                if snapshot != nil { fault = .severalSnapshots }
                snapshot = value
            case 16 where name.isHeader("ngsild-entitymap"): entityMap = value
            case 17 where name.isHeader("transfer-encoding"):
                if hasTransferEncoding || value.lowercased() != "chunked" { fault = .transferCoding }
                hasTransferEncoding = true
                isChunked = true
            default: break
            }
        }
        if isChunked, contentLength != nil { fault = .contentLength }
        if hostCount > 1 { fault = .severalHosts }
        self.accept = accept
        self.contentType = contentType
        self.contentLength = contentLength
        self.link = link
        self.tenant = tenant
        self.prefer = prefer
        self.snapshot = snapshot
        self.entityMap = entityMap
        self.authorization = authorization
        self.origin = origin
        self.isChunked = isChunked
        self.expectsContinue = expectsContinue
        self.byteCount = byteCount
        self.fault = fault
        hasHost = hostCount > 0
    }

    private static func isDigits(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 18
            && text.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }
}

extension String {
    /// Whether this header name, of the same length, is `name` in any case.
    ///
    /// - Parameter name: in lower case, of letters and hyphens.
    @inline(__always)
    func isHeader(_ name: StaticString) -> Bool {
        var index = 0
        for byte in utf8 {
            if byte | 0x20 != name.utf8Start[index] { return false }
            index += 1
        }
        return true
    }
}
