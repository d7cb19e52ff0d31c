import Foundation
import Testing

@testable import SMTPDelivery

@Suite struct MailMessageTests {
    private func mail(subject: String = "Alert", text: String = "Hello") -> String {
        let mail = MailMessage(
            from: "parvis@city.example", to: ["a@x.example", "b@y.example"], subject: subject, text: text,
            time: 1_772_409_600, identifier: "0c0f")
        return String(decoding: mail.bytes, as: UTF8.self)
    }

    @Test func `the header says who, to whom, when and that it is automatic`() {
        let lines = mail().components(separatedBy: "\r\n")
        for line in [
            "From: <parvis@city.example>", "To: <a@x.example>,", " <b@y.example>", "Subject: Alert",
            "Date: Mon, 02 Mar 2026 00:00:00 +0000", "Message-ID: <0c0f@city.example>",
            "Auto-Submitted: auto-generated",
        ] { #expect(lines.contains(line), "\(line)") }
    }

    @Test func `the text comes back as it was, in short lines`() throws {
        let text = String(repeating: "Über 50 µg/m³ — 空气.\n.\n", count: 40)
        let parts = mail(text: text).components(separatedBy: "\r\n\r\n")
        #expect(parts.count == 2)
        let body = parts[1].components(separatedBy: "\r\n")
        #expect(body.allSatisfy { $0.utf8.count <= 76 })
        let data = try #require(Data(base64Encoded: body.joined()))
        #expect(String(decoding: data, as: UTF8.self) == text.replacing("\n", with: "\r\n"))
    }

    @Test(arguments: ["PM₂.₅ zu hoch", String(repeating: "long ", count: 40), "=?utf-8?B?QQ==?=", "日本語の警報"])
    func `a subject that is long or not ASCII stands in encoded words`(subject: String) throws {
        let encoded = MailMessage.encoded(subject)
        var bytes = Data()
        for word in encoded.components(separatedBy: "\r\n ") {
            #expect(word.utf8.count <= 75)
            #expect(word.hasPrefix("=?utf-8?B?") && word.hasSuffix("?="))
            bytes += try #require(Data(base64Encoded: String(word.dropFirst(10).dropLast(2))))
        }
        #expect(String(decoding: bytes, as: UTF8.self) == subject)
    }

    @Test func `nothing in a text becomes a header field`() {
        let lines = mail(subject: "Alert\r\nBcc: victim@x.example\r\n\r\nspam", text: "\r\n.\r\nMAIL FROM:<x>")
            .components(separatedBy: "\r\n")
        #expect(!lines.contains { $0.hasPrefix("Bcc") || $0 == "." || $0.hasPrefix("MAIL") })
    }

    @Test(
        arguments: [
            ("smtp://mail.city.example", "smtp://mail.city.example:587"),
            ("smtps://u:p%40ss@mail.city.example", "smtps://mail.city.example:465"),
            ("SMTP://127.0.0.1:25/", "smtp://127.0.0.1:25"), ("http://x", nil), ("smtp://", nil), ("mail.city", nil),
            ("smtp://u@x", nil), ("smtp://x:0", nil), ("smtp://x/path", nil), ("smtp://x?q=1", nil),
        ] as [(String, String?)])
    func `a server is named without its password`(text: String, name: String?) {
        #expect(SMTPServer(text)?.name == name)
    }

    @Test func `a password is percent-decoded`() throws {
        let server = try #require(SMTPServer("smtps://user%40x:p%40ss%3A1@mail.city.example"))
        #expect(server.user == "user@x")
        #expect(server.password == "p@ss:1")
    }

    @Test func `a server that is not there is unavailable, and nothing of the password is shown`() async throws {
        let server = try #require(SMTPServer("smtp://user:s3cret@127.0.0.1:1"))
        let sender = SMTPSender(.init(server: server, from: "parvis@city.example"))
        do {
            try await sender.send(Array("x\r\n".utf8), to: ["a@x.example"], timeout: .seconds(5))
            Issue.record("nobody can be there")
        } catch {
            #expect(error.kind == .unavailable)
            #expect(!error.description.contains("s3cret"))
        }
    }
}
