import DatasetImport
import Logging
import NGSILDHTTP

extension CityServer {
    static func httpConfiguration(
        _ settings: Settings, _ certificates: TLSCertificates?, _ logger: Logger
    ) -> HTTPServer.Configuration {
        var configuration = HTTPServer.Configuration()
        configuration.host = settings.host
        configuration.port = settings.port
        configuration.streamOrigins = settings.streamOrigins
        configuration.headSeconds = settings.headerSeconds
        configuration.bodySeconds = settings.bodySeconds
        configuration.idleSeconds = settings.idleSeconds
        configuration.unreadSeconds = settings.unreadSeconds
        configuration.unsentLimit = settings.unsentLimit
        configuration.connectionLimit = FileDescriptors.connections(settings.connections, logger)
        configuration.tls = certificates
        configuration.compression = AnswerCompression { GzipPacker.gzip(of: $0, level: 1) }
        configuration.strictTransportSeconds = settings.strictTransportSeconds
        return configuration
    }
}
