import NGSILDModel
import Testing

@testable import parvis

struct AccessSettingsTests {
    private func resolve(_ flags: [String: String]) throws -> Settings {
        try Settings.resolve(flags: flags, configFile: nil, environment: [:])
    }

    @Test func `nothing is open unless it was said`() throws {
        #expect(try resolve([:]).isOpen == false)
    }

    @Test(arguments: ["127.0.0.1", "::1", "localhost"])
    func `open is for addresses that only this machine reaches`(_ host: String) throws {
        #expect(try resolve(["open": "true", "host": host]).isOpen)
    }

    @Test(arguments: ["0.0.0.0", "::", "192.0.2.1", "city.example"])
    func `open on another address is refused unless that is said, too`(_ host: String) throws {
        #expect(throws: (any Error).self) { try resolve(["open": "true", "host": host]) }
        #expect(try resolve(["open": "true", "host": host, "open-to-network": "true"]).isOpen)
        #expect(try resolve(["host": host, "open-to-network": "true"]).isOpen == false)
    }

    @Test func `an issuer of tokens needs an audience`() throws {
        #expect(throws: (any Error).self) { try resolve(["oidc-issuer": "https://id.example"]) }
        let settings = try resolve([
            "oidc-issuer": "https://id.example, https://other.example", "oidc-audience": "parvis",
        ])
        #expect(settings.tokenIssuers == ["https://id.example", "https://other.example"])
        #expect(settings.tokenAudiences == ["parvis"])
        #expect(throws: (any Error).self) {
            try resolve([
                "oidc-issuer": "https://id.example,https://other.example", "oidc-audience": "parvis",
                "oidc-keys-url": "https://id.example/keys",
            ])
        }
    }

    @Test(arguments: [("90d", 7_776_000.0), ("12h", 43_200), ("30m", 1_800)])
    func `a key ends after a span`(_ text: String, _ seconds: Double) throws {
        let now = NGSILDModel.Timestamp(microseconds: 0)
        #expect(try Expiry.read(text, from: now) == now.adding(seconds: seconds))
    }

    @Test func `a key ends at a time`() throws {
        let time = try Expiry.read("2026-12-31T12:00:00Z", from: .now())
        #expect(time == NGSILDModel.Timestamp("2026-12-31T12:00:00Z"))
    }

    @Test(arguments: ["", "d", "0d", "-1d", "90", "soon", "1y", "999999999999d"])
    func `another end of a key is refused`(_ text: String) {
        #expect(throws: (any Error).self) { try Expiry.read(text, from: .now()) }
    }

    @Test func `signing in at an issuer needs that issuer, and where it sends people back`() throws {
        let settings = try resolve([
            "oidc-issuer": "https://id.example", "oidc-client-id": "parvis", "oidc-name": "City login",
        ])
        #expect(settings.providerClientID == "parvis" && settings.providerName == "City login")
        for wrong in [
            ["oidc-client-id": "parvis"],
            ["oidc-issuer": "https://a.example,https://b.example", "oidc-client-id": "parvis"],
            ["oidc-issuer": "https://id.example", "oidc-audience": "parvis", "oidc-client-secret": "x"],
            ["oidc-issuer": "https://id.example", "oidc-client-id": "parvis", "oidc-name": ""],
        ] { #expect(throws: (any Error).self) { try resolve(wrong) } }
    }
}
