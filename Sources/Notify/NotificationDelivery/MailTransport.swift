import JSONTree
import NGSILDModel
public import SMTPDelivery

/// Sends notifications as mail, to endpoints such as `mailto:duty@city.example`.
///
/// The specification knows no such endpoint; people do (docs/rules.md).
public struct MailTransport: NotificationTransport {
    private let sender: SMTPSender?
    private let from: String
    private let allowed: Set<String>?

    /// - Parameters:
    ///   - sender: `nil`: no server was configured, and all mail is given up.
    ///   - from: The sender's address.
    ///   - allowed: Addresses and domains in lower case that mail may go to; `nil`: any.
    public init(_ sender: SMTPSender?, from: String, allowed: Set<String>? = nil) {
        self.sender = sender
        self.from = from
        self.allowed = allowed
    }

    public func deliver(_ message: NotificationMessage) async throws(NotificationFailure) {
        guard let sender else {
            throw NotificationFailure(
                "mail cannot be sent here: no server is configured; start Parvis with smtp-url and smtp-from", .final)
        }
        guard let recipients = MailtoURI(message.uri)?.addresses else {
            throw NotificationFailure("\(message.uri) names no addresses", .final)
        }
        if let refused = recipients.first(where: { !mayReceive($0) }) {
            throw NotificationFailure(
                "mail to \(refused) is not allowed by the configuration (smtp-recipients)", .final)
        }
        let mail = NotificationMail(message).message(from: from, to: recipients)
        do throws(SMTPError) {
            try await sender.send(mail.bytes, to: recipients, timeout: message.timeout)
        } catch {
            let kind: NotificationFailure.Kind =
                switch error.kind {
                case .unavailable: .unavailable(isAnswered: error.code != nil)
                case .doubtful: .doubtful
                case .final: .final
                }
            throw NotificationFailure(error.description, kind)
        }
    }

    private func mayReceive(_ address: String) -> Bool {
        guard let allowed else { return true }
        let lower = address.lowercased()
        return allowed.contains(lower) || lower.split(separator: "@").last.map { allowed.contains(String($0)) } == true
    }
}
