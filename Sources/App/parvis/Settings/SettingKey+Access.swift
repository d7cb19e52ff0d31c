extension SettingKey {
    /// Who may come in.
    static let access: [SettingKey] = [
        toggle("open") { $0.isOpen = $1 },
        toggle("open-to-network") { $0.isOpenToNetwork = $1 },
        number("session-idle-minutes", 1...10_080) { $0.sessionIdleMinutes = $1 },
        number("session-days", 1...90) { $0.sessionDays = $1 },
        SettingKey("oidc-issuer", "the issuer's URL, exactly as its tokens have it; several with commas between") {
            settings, text in
            settings.tokenIssuers = SettingText.list(text)
            return !settings.tokenIssuers.isEmpty
                && settings.tokenIssuers.allSatisfy { SettingText.bareURL($0) != nil }
        },
        SettingKey("oidc-audience", "what tokens for this Parvis have as audience; several with commas between") {
            settings, text in
            settings.tokenAudiences = SettingText.list(text)
            return !settings.tokenAudiences.isEmpty
        },
        SettingKey("oidc-keys-url", "the URL of the issuer's keys, a JWK set") { settings, text in
            settings.tokenKeysURL = text
            return SettingText.bareURL(text) != nil
        },
        text("oidc-roles-claim", "the claim with the roles, such as roles or realm_access.roles") {
            $0.tokenRolesClaim = $1
        },
        SettingKey("oidc-role-prefix", "what roles for this Parvis begin with, such as parvis-") { settings, text in
            settings.tokenRolePrefix = text
            return true
        },
        text("oidc-client-id", "what the issuer knows this Parvis as") { $0.providerClientID = $1 },
        text("oidc-client-secret", "the secret that the issuer gave this Parvis", isSecret: true) {
            $0.providerClientSecret = $1
        },
        SettingKey("oidc-name", "what people call the issuer, such as City login, in at most 60 characters") {
            settings, text in
            settings.providerName = text
            return (1...60).contains(text.count)
        },
    ]

    /// What is recorded of who did what.
    static let audit: [SettingKey] = [
        toggle("audit") { $0.keepsAudit = $1 },
        toggle("audit-reads") { $0.auditsReads = $1 },
        toggle("audit-addresses") { $0.auditsAddresses = $1 },
        toggle("audit-strict") { $0.isAuditStrict = $1 },
        number("audit-days", 1...36_500) { $0.auditDays = $1 },
        size("audit-limit", least: "64MiB", examples: "512MiB or 4GiB") { $0.auditLimit = $1 },
    ]
}
