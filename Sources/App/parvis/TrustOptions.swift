import ArgumentParser
import Foundation
import NGSILDClient

/// Whose certificates a command trusts, for a running Parvis that speaks https.
struct TrustOptions: ParsableArguments {
    @Option(
        name: .customLong("ca-file"),
        help: "The authorities that the server's certificate may come from, PEM (default: the system's).")
    var authorities: String?

    func validate() throws {
        if let authorities, !FileManager.default.isReadableFile(atPath: authorities) {
            throw ValidationError("--ca-file is \"\(authorities)\"; it is a file that can be read")
        }
    }

    var trust: OutgoingHTTP.Trust { authorities.map { .authorities($0) } ?? .system }
}

extension OutgoingHTTP.Configuration {
    /// For an address that the operator names, which may be anywhere.
    static func ofOperator(_ trust: OutgoingHTTP.Trust) -> OutgoingHTTP.Configuration {
        var configuration = OutgoingHTTP.Configuration()
        configuration.allowsLoopback = true
        configuration.allowsPrivateAddresses = true
        configuration.trust = trust
        return configuration
    }
}
