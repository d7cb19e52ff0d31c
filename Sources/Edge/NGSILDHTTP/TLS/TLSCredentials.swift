import NIOSSL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A certificate, its chain and its key as they were read from their files, ready for handshakes.
struct TLSCredentials: Sendable {
    /// Bytes of a file; chains have some thousands.
    static let fileLimit = 1 << 20

    let context: NIOSSLContext
    /// Seconds since 1970.
    let notBefore: Int
    let notAfter: Int

    /// Reads a pair. Blocks on the disk.
    ///
    /// TLS 1.2 and 1.3; of 1.2 only suites with forward secrecy and authenticated encryption (RFC 9325 section 4.2).
    ///
    /// - Parameter protocols: what ALPN offers, the preferred first.
    init(certificate: String, key: String, protocols: [String]) throws(TLSError) {
        let chain = try Self.chain(certificate)
        guard let own = chain.first else { throw .noCertificate(path: certificate) }
        notBefore = Int(own.notValidBefore)
        notAfter = Int(own.notValidAfter)
        let privateKey = try Self.key(key)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuiteValues = [
            .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        ]
        configuration.applicationProtocols = protocols
        configuration.shutdownTimeout = .seconds(2)
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch NIOSSLError.failedToLoadPrivateKey {
            throw .mismatch(certificate: certificate, key: key)
        } catch {
            throw .refused(certificate: certificate, reason: "\(error)")
        }
    }

    private static func chain(_ path: String) throws(TLSError) -> [NIOSSLCertificate] {
        let bytes = try read(path)
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(bytes), !chain.isEmpty else {
            throw .noCertificate(path: path)
        }
        return chain
    }

    private static func key(_ path: String) throws(TLSError) -> NIOSSLPrivateKey {
        let bytes = try read(path)
        if let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) { return key }
        let text = String(decoding: bytes, as: UTF8.self)
        throw text.contains("ENCRYPTED") ? .encryptedKey(path: path) : .noKey(path: path)
    }

    private static func read(_ path: String) throws(TLSError) -> [UInt8] {
        guard let file = fopen(path, "r") else { throw .unreadable(path: path) }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 14)
        var count = 0
        while true {
            let read = bytes.withUnsafeMutableBytes { fread($0.baseAddress! + count, 1, $0.count - count, file) }
            count += read
            if read == 0 { break }
            if count == bytes.count {
                guard count < fileLimit else { throw .tooLong(path: path) }
                bytes += [UInt8](repeating: 0, count: count)
            }
        }
        guard ferror(file) == 0 else { throw .unreadable(path: path) }
        return Array(bytes.prefix(count))
    }

    /// What there is to say about the time that the certificate is good for; `nil`: nothing.
    ///
    /// - Parameter now: seconds since 1970.
    func warning(at now: Int) -> String? {
        let day = 86_400
        if now > notAfter { return "The certificate has expired at \(Self.date(notAfter)); clients refuse it" }
        if now < notBefore { return "The certificate is not valid before \(Self.date(notBefore)); clients refuse it" }
        if notAfter - now < 14 * day { return "The certificate expires at \(Self.date(notAfter)); renew it" }
        return nil
    }

    static func date(_ second: Int) -> String {
        var time = time_t(second)
        var parts = tm()
        gmtime_r(&time, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
