public import NGSILDClient

extension OutgoingHTTP: NotificationTransport {
    public func deliver(_ message: NotificationMessage) async throws(NotificationFailure) {
        try await message.deliver { () async throws(OutgoingHTTPError) in
            try await post(to: message.uri, headers: message.headers, body: message.body, timeout: message.timeout)
        }
    }

    /// - Returns: the status of the answer, whatever it is.
    /// - Throws: when there was no answer, or the destination is not allowed.
    public func post(
        to uri: String, headers: [(name: String, value: String)], body: [UInt8], timeout: Duration?
    ) async throws(OutgoingHTTPError) -> Int {
        try await request("POST", uri, headers: headers, body: body, response: .discard, timeout: timeout).status
    }
}

extension NotificationMessage {
    /// Delivers the message by a POST.
    ///
    /// - Parameter post: gives the status of the answer.
    func deliver(
        _ post: () async throws(OutgoingHTTPError) -> Int
    ) async throws(NotificationFailure) {
        let status: Int
        do throws(OutgoingHTTPError) {
            status = try await post()
        } catch {
            switch error {
            case .invalidURL, .refused: throw NotificationFailure(error.description, .final)
            case .unreachable, .closed: throw NotificationFailure(error.description, .unavailable(isAnswered: false))
            case .timedOut, .tooLarge: throw NotificationFailure(error.description, .doubtful)
            }
        }
        if (200..<300).contains(status) { return }
        let kind: NotificationFailure.Kind =
            switch status {
            case 408, 425, 429, 502, 503, 504: .unavailable(isAnswered: true)
            case 500...: .doubtful
            default: .final
            }
        throw NotificationFailure("\(uri) answers with status \(status)", kind, status: status)
    }
}
