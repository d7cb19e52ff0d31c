import Testing

@testable import SMTPDelivery

@Suite struct SMTPSenderTests {
    private func send(_ recipients: [String]) async throws -> (taken: [[String]], error: SMTPError?) {
        let server = try TestSMTPServer()
        defer { server.close() }
        let address = try #require(SMTPServer("smtp://127.0.0.1:\(server.port)"))
        let sender = SMTPSender(.init(server: address, from: "parvis@city.example"))
        do throws(SMTPError) {
            try await sender.send(Array("Subject: x\r\n\r\nText\r\n".utf8), to: recipients)
            return (server.taken, nil)
        } catch { return (server.taken, error) }
    }

    @Test func `a mail goes to all recipients at once`() async throws {
        let sent = try await send(["duty@city.example", "chief@city.example"])
        #expect(sent.taken == [["duty@city.example", "chief@city.example"]])
        #expect(sent.error == nil)
    }

    @Test func `a recipient that is refused does not keep a mail from the others`() async throws {
        let sent = try await send(["duty@city.example", "gone@city.example", "chief@city.example"])
        #expect(sent.taken == [["duty@city.example"], ["chief@city.example"]])
        let error = try #require(sent.error)
        #expect(error.kind == .final && error.code == 550)
        #expect(error.description.contains("gone@city.example"))
        #expect(!error.description.contains("duty@city.example"))
    }

    /// Without the configured time it would wait for a day.
    @Test(.timeLimit(.minutes(20))) func `no mail makes the others wait longer than is configured`() async throws {
        let server = try TestSMTPServer(isSilent: true)
        defer { server.close() }
        var configuration = SMTPSender.Configuration(
            server: try #require(SMTPServer("smtp://127.0.0.1:\(server.port)")), from: "parvis@city.example")
        configuration.timeout = .milliseconds(200)
        let sender = SMTPSender(configuration)
        let error = await #expect(throws: SMTPError.self) {
            try await sender.send(Array("Text\r\n".utf8), to: ["duty@city.example"], timeout: .seconds(86_400))
        }
        #expect(error?.kind == .unavailable)
    }
}
