extension CityConsole {
    /// The headers that keep the page to its own origin.
    ///
    /// The service worker comes from this origin. MapLibre runs its worker from a blob and makes pictures in blobs and
    /// data URLs; it sets styles through the CSSOM, which needs no `unsafe-inline`.
    static func securityHeaders(tiles: MapTiles?) -> [(name: String, value: String)] {
        let elsewhere = tiles?.origin.map { " " + $0 } ?? ""
        let policy = [
            "default-src 'none'", "script-src 'self'", "worker-src 'self' blob:", "manifest-src 'self'",
            "child-src blob:", "frame-src 'self'", "style-src 'self'",
            "img-src 'self' data: blob:" + elsewhere, "connect-src 'self'" + elsewhere, "base-uri 'none'",
            "form-action 'none'", "frame-ancestors 'none'",
        ]
        return [
            ("Content-Security-Policy", policy.joined(separator: "; ")),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
        ]
    }
}
