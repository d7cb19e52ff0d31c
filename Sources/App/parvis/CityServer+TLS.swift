import Dispatch
import Logging
import NGSILDHTTP

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension CityServer {
    /// The certificate that the settings name; `nil` where they name none.
    static func certificates(_ settings: Settings, _ logger: Logger) throws(TLSError) -> TLSCertificates? {
        guard let certificate = settings.tlsCertificate, let key = settings.tlsKey else { return nil }
        return try TLSCertificates(
            certificate: certificate, key: key, speaksHTTP2: settings.speaksHTTP2, logger: logger)
    }

    /// The server that sends clients of plain HTTP on.
    static func redirectServer(_ settings: Settings, from port: Int, to tlsPort: Int, _ logger: Logger) -> HTTPServer {
        var configuration = HTTPServer.Configuration()
        configuration.host = settings.host
        configuration.port = port
        configuration.loops = 1
        // It has no use for a body, and little for connections that stay.
        configuration.bodyLimit = 64 << 10
        configuration.bodyMemory = 1 << 20
        configuration.connectionLimit = 1_000
        configuration.idleSeconds = 10
        return HTTPServer(
            configuration: configuration, handler: HTTPSRedirect(publicURL: settings.publicURL, port: tlsPort),
            metrics: HTTPMetrics(), logger: logger)
    }

    static func start(_ redirect: HTTPServer, _ settings: Settings) throws -> Int {
        do { return try redirect.start() } catch {
            throw RedirectFailure(
                description: "Port \(settings.redirectPort ?? 0) on \(settings.host), which --redirect-port names, is "
                    + "taken by another program or needs more rights; choose another")
        }
    }
}

/// Why there is no redirecting port, as the operator reads it.
struct RedirectFailure: Error, CustomStringConvertible {
    let description: String
}

/// Calls back at each SIGHUP, by which operators and their tools ask programs to read their files anew.
///
/// `@unchecked Sendable`: the source is only made and cancelled.
final class ReloadSignal: @unchecked Sendable {
    private let source: any DispatchSourceSignal

    init(_ reload: @escaping @Sendable () -> Void) {
        signal(SIGHUP, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler(handler: reload)
        source.resume()
    }

    func stop() { source.cancel() }
}
