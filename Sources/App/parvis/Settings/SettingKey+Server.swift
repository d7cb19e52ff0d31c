extension SettingKey {
    /// Where it listens, what it keeps, and what it shows.
    static let server: [SettingKey] = [
        text("host", "an address") { $0.host = $1 },
        number("port", 0...65535) { $0.port = $1 },
        text("data", "a directory") { $0.data = $1 },
        size("memory-budget", least: "1MiB", examples: "512MiB or 4GiB") { $0.memoryBudget = $1 },
        file("tls-certificate") { $0.tlsCertificate = $1 },
        file("tls-key") { $0.tlsKey = $1 },
        number("redirect-port", 0...65535) { $0.redirectPort = $1 },
        number("hsts-seconds", 0...63_072_000) { $0.strictTransportSeconds = $1 },
        toggle("http2") { $0.speaksHTTP2 = $1 },
        SettingKey("public-url", "a URL such as https://city.example or https://city.example/parvis") {
            settings, text in
            settings.publicURL = SettingText.bareURL(text)
            return settings.publicURL != nil
        },
        choice("log-level", ["trace", "debug", "info", "notice", "warning", "error", "critical"]) { $0.logLevel = $1 },
        choice("log-format", ["text", "json"]) { $0.logFormat = $1 },
        text("assets", "a directory") { $0.assets = $1 },
        SettingKey("tile-url", "a URL with {z}, {x} and {y}") { settings, text in
            settings.tileURL = text
            return text.contains("{z}") && text.contains("{x}") && text.contains("{y}")
        },
        text("contexts", "a directory") { $0.contexts = $1 },
    ]

    /// What clients may hold.
    static let connections: [SettingKey] = [
        number("connections", 1...1_000_000) { $0.connections = $1 },
        number("header-seconds", 1...3_600) { $0.headerSeconds = $1 },
        number("body-seconds", 1...3_600) { $0.bodySeconds = $1 },
        number("idle-seconds", 1...86_400) { $0.idleSeconds = $1 },
        number("unread-seconds", 1...3_600) { $0.unreadSeconds = $1 },
        size("unsent-limit", least: "4KiB", examples: "256KiB or 1MiB") { $0.unsentLimit = $1 },
        number("write-wait-milliseconds", 1...60_000) { $0.writeWaitMilliseconds = $1 },
        SettingKey(
            "stream-origins", "origins with commas between, such as https://city.example,https://map.example:8443"
        ) { settings, text in
            let origins = SettingText.list(text.lowercased())
            settings.streamOrigins = Set(origins)
            return origins.allSatisfy {
                ($0.hasPrefix("https://") || $0.hasPrefix("http://")) && !$0.hasSuffix("/")
            }
        },
    ]

    /// What is kept of the past.
    static let history: [SettingKey] = [
        toggle("history") { $0.recordsHistory = $1 },
        // The name of `history` while it was off by default.
        toggle("record-history") { $0.recordsHistory = $1 },
        number("temporal-instances", 1...1_000_000) { $0.temporalInstances = $1 },
    ]
}
