public import NGSILDClient

/// Carries a notification to an endpoint. The HTTP one is `OutgoingHTTP`.
public protocol NotificationTransport: Sendable {
    /// - Returns: the status of the answer, whatever it is.
    /// - Throws: when there was no answer, or the destination is not allowed.
    func post(
        to uri: String, headers: [(name: String, value: String)], body: [UInt8], timeout: Duration?
    ) async throws(OutgoingHTTPError) -> Int
}

extension OutgoingHTTP: NotificationTransport {
    public func post(
        to uri: String, headers: [(name: String, value: String)], body: [UInt8], timeout: Duration?
    ) async throws(OutgoingHTTPError) -> Int {
        try await request("POST", uri, headers: headers, body: body, response: .discard, timeout: timeout).status
    }
}
