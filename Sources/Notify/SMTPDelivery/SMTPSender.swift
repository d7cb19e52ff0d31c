import CCurl
import Foundation
import Synchronization

/// Hands mail to an SMTP server, one after the other, each over a connection of its own, on a thread of its own.
public final class SMTPSender: Sendable {
    /// How mail is handed in.
    public struct Configuration: Sendable {
        public var server: SMTPServer
        /// The sender's address, an addr-spec (RFC 5321).
        public var from: String
        /// Authorities that the server's certificate may come from, a PEM file; `nil`: the system's.
        public var authorities: String?
        /// How long it may take, default 30 s.
        public var timeout = Duration.seconds(30)
        /// Mail that may wait for its turn, default 100; more is refused, and tried again later by whoever sends it.
        public var waitingLimit = 100

        public init(server: SMTPServer, from: String) {
            self.server = server
            self.from = from
        }
    }

    private let configuration: Configuration
    private let waiting = Mutex(0)
    private let queue = DispatchQueue(label: "parvis.smtp")

    /// A sender to one server; it connects with the first mail.
    public init(_ configuration: Configuration) {
        self.configuration = configuration
        // Once, before there are other threads that use it.
        _ = Self.isPrepared
    }

    private static let isPrepared = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// Sends a message; returns once the server has taken it for all recipients.
    ///
    /// A recipient whom the server refuses for good does not keep it from the others: each then gets a mail of their own.
    ///
    /// - Parameters:
    ///   - recipients: addr-specs (RFC 5321), checked by the caller.
    ///   - message: RFC 5322, with CRLF.
    ///   - timeout: `nil`: as configured, which is also the most, since other mail waits meanwhile.
    public func send(
        _ message: [UInt8], to recipients: [String], timeout: Duration? = nil
    ) async throws(SMTPError) {
        let isFree = waiting.withLock { count in
            guard count < configuration.waitingLimit else { return false }
            count += 1
            return true
        }
        guard isFree else {
            throw SMTPError(
                description: "\(configuration.waitingLimit) mails wait for \(configuration.server.name)",
                kind: .unavailable, code: nil)
        }
        let error: SMTPError? = await withCheckedContinuation { continuation in
            queue.async { [self] in
                let error = deliver(
                    message, recipients, min(timeout ?? configuration.timeout, configuration.timeout))
                waiting.withLock { $0 -= 1 }
                continuation.resume(returning: error)
            }
        }
        if let error { throw error }
    }

    private func deliver(_ message: [UInt8], _ recipients: [String], _ timeout: Duration) -> SMTPError? {
        guard let error = transfer(message, recipients, timeout) else { return nil }
        // libcurl goes away at the first recipient that is refused, before the message: nobody has it yet.
        guard error.kind == .final, error.code != nil, recipients.count > 1 else { return error }
        let end = ContinuousClock.now + timeout
        var refused: [String] = []
        var reason = error
        for recipient in recipients {
            let left = end - ContinuousClock.now
            if left > .zero {
                guard let error = transfer(message, [recipient], left) else { continue }
                reason = error
            }
            refused.append(recipient)
        }
        if refused.isEmpty { return nil }
        // Not tried again, as the others would get it twice.
        return SMTPError(
            description: "\(reason.description), for \(refused.joined(separator: ", "))", kind: .final,
            code: reason.code)
    }

    private func transfer(_ message: [UInt8], _ recipients: [String], _ timeout: Duration) -> SMTPError? {
        let server = configuration.server
        guard let curl = curl_easy_init() else {
            return SMTPError(description: "libcurl cannot be used", kind: .unavailable, code: nil)
        }
        defer { curl_easy_cleanup(curl) }
        var list: UnsafeMutablePointer<curl_slist>?
        defer { curl_slist_free_all(list) }
        for recipient in recipients {
            guard let longer = curl_slist_append(list, "<\(recipient)>") else {
                return SMTPError(description: "There is no memory for the recipients", kind: .unavailable, code: nil)
            }
            list = longer
        }
        parvis_curl_be_quiet(curl)
        let results = [
            parvis_curl_set_text(curl, CURLOPT_URL, server.name),
            parvis_curl_set_text(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps"),
            parvis_curl_set_text(curl, CURLOPT_MAIL_FROM, "<\(configuration.from)>"),
            parvis_curl_set_list(curl, CURLOPT_MAIL_RCPT, list),
            parvis_curl_set_number(curl, CURLOPT_TIMEOUT_MS, max(1, Int(timeout / .milliseconds(1)))),
            parvis_curl_set_number(curl, CURLOPT_USE_SSL, Int(useOfTLS.rawValue)),
            parvis_curl_set_number(curl, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            // Proxies of the environment are for the web.
            parvis_curl_set_text(curl, CURLOPT_PROXY, ""),
        ]
        guard results.allSatisfy({ $0 == CURLE_OK }) else {
            return SMTPError(
                description: "libcurl does not take the settings for \(server.name)", kind: .final, code: nil)
        }
        if let user = server.user, let password = server.password {
            _ = parvis_curl_set_text(curl, CURLOPT_USERNAME, user)
            _ = parvis_curl_set_text(curl, CURLOPT_PASSWORD, password)
        }
        if let authorities = configuration.authorities { _ = parvis_curl_set_text(curl, CURLOPT_CAINFO, authorities) }
        let code = message.withUnsafeBytes { raw -> CURLcode in
            var upload = parvis_curl_upload(
                bytes: raw.baseAddress?.assumingMemoryBound(to: CChar.self), count: raw.count)
            return withUnsafeMutablePointer(to: &upload) { upload in
                parvis_curl_set_upload(curl, upload)
                return curl_easy_perform(curl)
            }
        }
        return code == CURLE_OK ? nil : failure(code, reply: parvis_curl_response(curl))
    }

    /// A password goes over a secure connection only, unless it stays on this machine.
    private var useOfTLS: curl_usessl {
        let server = configuration.server
        return server.password != nil && !server.isOnThisMachine ? CURLUSESSL_ALL : CURLUSESSL_TRY
    }

    private func failure(_ code: CURLcode, reply: Int) -> SMTPError {
        let name = configuration.server.name
        let reason = String(cString: curl_easy_strerror(code))
        let answered = (400..<600).contains(reply)
        let kind: SMTPError.Kind
        switch code {
        case CURLE_LOGIN_DENIED:
            return SMTPError(
                description: "\(name) does not take the user and password (\(reply))", kind: .unavailable, code: reply)
        // RFC 5321 section 4.2.1: 4yz may succeed later, 5yz will not.
        case _ where answered && reply >= 500: kind = .final
        case _ where answered: kind = .unavailable
        case CURLE_OPERATION_TIMEDOUT, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING: kind = .unavailable
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: kind = .final
        default: kind = .unavailable
        }
        let shown = answered ? "\(name) answers \(reply): \(reason)" : "\(name) cannot be used: \(reason)"
        return SMTPError(description: shown, kind: kind, code: answered ? reply : nil)
    }
}
