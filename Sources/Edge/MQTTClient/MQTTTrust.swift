import CMosquitto
import NGSILDClient

/// Whom to trust over TLS, and who to be.
public struct MQTTTrust: Sendable {
    /// A PEM file with the authorities that certificates of servers may come from; `nil`: those of the system.
    public var authorities: String?
    /// A PEM file with the client certificate to show, and what leads from it to its authority; `nil`: none.
    public var certificate: String?
    /// A PEM file with the key of the client certificate, without a passphrase.
    public var key: String?

    public init() {}

    /// Makes a handle of libmosquitto speak TLS, before it connects.
    ///
    /// - Parameter host: The name, or address, that the certificate must be for; `nil`: no TLS.
    /// - Returns: TLS's context, which the handle holds; `nil` without TLS.
    func secure(_ handle: OpaquePointer, host: String?) throws(MQTTError) -> OpaquePointer? {
        guard let host else { return nil }
        var failed: UnsafePointer<CChar>?
        let isAddress: Int32 = NetworkAddress(host) == nil ? 0 : 1
        guard let context = parvis_tls_context(host, isAddress, authorities, certificate, key, &failed) else {
            let what = failed.map { String(cString: $0) } ?? "TLS"
            throw .unreachable("\(what) cannot be used; check the settings mqtt-ca-file, mqtt-certificate, mqtt-key")
        }
        // libmosquitto takes a reference of its own, which holds until the handle is destroyed.
        defer { SSL_CTX_free(context) }
        mosquitto_int_option(handle, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0)
        let code = mosquitto_void_option(handle, MOSQ_OPT_SSL_CTX, UnsafeMutableRawPointer(context))
        guard code == MOSQ_ERR_SUCCESS.rawValue else { throw .unreachable("libmosquitto was built without TLS") }
        return context
    }

    /// Why TLS with a server failed, as its context noted.
    static func untrusted(_ name: String, _ context: OpaquePointer?) -> MQTTError {
        let fault = context.flatMap { parvis_tls_fault($0) }.map { "its certificate: \(String(cString: $0))" }
        return .unreachable("\(name) cannot be trusted: \(fault ?? "TLS cannot be agreed on")")
    }
}
