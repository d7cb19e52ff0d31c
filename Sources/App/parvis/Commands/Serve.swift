import ArgumentParser
import Dispatch
import Foundation
import Logging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the broker with its console.",
        discussion: """
            EXAMPLES
              parvis serve                  on http://127.0.0.1:1026, data in ./data
              parvis serve --host 0.0.0.0 --port 80 --data /var/lib/parvis \\
                  --memory-budget 4GiB
              PARVIS_LOG_FORMAT=json parvis serve --config /etc/parvis.yaml

            Every option is also a variable PARVIS_... and a key of the configuration file;
            see docs/configuration.md. SIGTERM and SIGINT stop it gracefully.
            """)

    @OptionGroup var options: ServerOptions

    func run() async throws {
        try await Failure.told { try await serve() }
    }

    private func serve() async throws {
        let settings = try options.settings()
        let logger = settings.makeLogger()
        // Before it answers, so that whoever stops it as soon as it does stops it gracefully.
        let signals = TerminationSignal.signals()
        let server = try Self.start(settings, logger)
        logger.notice(
            "Parvis \(Version.current) is ready",
            metadata: Self.places(server))
        server.tellAboutAccess()
        for await _ in signals { break }
        logger.notice("Stopping")
        await server.stop()
        logger.notice("Stopped")
    }

    private static func places(_ server: CityServer) -> Logger.Metadata {
        var places: Logger.Metadata = ["console": "\(server.url)/", "api": "\(server.url)/ngsi-ld/v1/"]
        if let port = server.redirectPort { places["redirect"] = "\(port)" }
        return places
    }

    /// Starts the server.
    ///
    /// - Throws: an error whose description says what to do.
    static func start(_ settings: Settings, _ logger: Logger, placeName: String = "Parvis") throws -> CityServer {
        do { return try CityServer(settings, logger: logger, placeName: placeName) } catch {
            throw StartFailure(error, settings)
        }
    }
}

/// Why the server does not start, as the operator reads it.
struct StartFailure: Error, CustomStringConvertible {
    let description: String

    init(_ error: any Error, _ settings: Settings) {
        let text = "\(error)"
        if text.contains("errno: 98") {
            description =
                "Port \(settings.port) on \(settings.host) is taken by another program; choose another with --port"
        } else if text.contains("errno: 13"), settings.port < 1_024 {
            description = "Port \(settings.port) needs more rights; choose one above 1023 with --port"
        } else if text.contains("errno: 99") {
            description = "\(settings.host) is not an address of this machine; check --host"
        } else if text.contains("UnknownHost") {
            description = "\(settings.host) is neither an address nor a name that has one; check --host"
        } else {
            description = Failure.text(error)
        }
    }
}

/// Waits for SIGTERM or SIGINT.
enum TerminationSignal {
    static func wait() async { for await _ in signals() { return } }

    /// The signals that come from now on, which no longer end the process at once.
    static func signals() -> AsyncStream<Int32> {
        signal(SIGPIPE, SIG_IGN)
        return AsyncStream<Int32> { continuation in
            // Only kept alive until the stream ends, and cancelled then.
            nonisolated(unsafe) let sources = [SIGTERM, SIGINT].map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { continuation.yield(number) }
                source.resume()
                return source
            }
            continuation.onTermination = { _ in for source in sources { source.cancel() } }
        }
    }
}

extension Settings {
    func makeLogger() -> Logger {
        let level = Logger.Level(rawValue: logLevel) ?? .info
        let isJSON = logFormat == "json"
        return Logger(label: "parvis") { label in LineLogHandler(logLevel: level, label: label, isJSON: isJSON) }
    }
}
