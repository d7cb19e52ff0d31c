import Dispatch
public import Logging
import NIOSSL
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The certificate that the server shows, read anew when its files change.
///
/// A connection keeps what it began with; the next one gets the newest. A pair that cannot be used is logged, and the one
/// before it stays. Certificate and key are two files that are written one after the other, so a change is taken only
/// when it has stood still from one look to the next; `reload` takes it at once.
public final class TLSCertificates: Sendable {
    private struct State {
        var credentials: TLSCredentials
        var mark: FileMark
        /// What the look before saw, when that is not what was loaded.
        var pending: FileMark?
        var warnedAt = 0
        var isStopped = false
    }

    private let certificate: String
    private let key: String
    private let protocols: [String]
    private let interval: Int
    private let logger: Logger
    private let state: Mutex<State>
    private let queue = DispatchQueue(label: "parvis.certificates")

    /// Reads the pair, and warns if its time is over or nearly so. Blocks on the disk.
    ///
    /// - Parameters:
    ///   - certificate: the path of the chain as PEM, the server's own certificate first.
    ///   - key: the path of its key as PEM, without a passphrase.
    ///   - speaksHTTP2: whether clients are offered HTTP/2.
    ///   - interval: milliseconds from one look at the files to the next.
    public init(
        certificate: String, key: String, speaksHTTP2: Bool = true, interval: Int = 2_000, logger: Logger
    ) throws(TLSError) {
        self.certificate = certificate
        self.key = key
        self.interval = max(1, interval)
        self.logger = logger
        protocols = speaksHTTP2 ? ["h2", "http/1.1"] : ["http/1.1"]
        let mark = FileMark(certificate, key)
        let credentials = try TLSCredentials(certificate: certificate, key: key, protocols: protocols)
        state = Mutex(State(credentials: credentials, mark: mark))
        warnIfDue()
    }

    var context: NIOSSLContext { state.withLock { $0.credentials.context } }

    /// The end of the certificate's time, in seconds since 1970.
    public var notAfter: Int { state.withLock { $0.credentials.notAfter } }

    /// Looks at the files from now on, until `stop`.
    func start() {
        queue.asyncAfter(deadline: .now() + .milliseconds(interval)) { [weak self] in
            guard let self, !state.withLock({ $0.isStopped }) else { return }
            look()
            start()
        }
    }

    func stop() { state.withLock { $0.isStopped = true } }

    /// Reads the files now, off the caller's thread.
    public func reload() {
        queue.async { [weak self] in
            guard let self else { return }
            load(FileMark(certificate, key))
        }
    }

    private func look() {
        let mark = FileMark(certificate, key)
        let isDue = state.withLock { state in
            guard mark != state.mark else {
                state.pending = nil
                return false
            }
            defer { state.pending = mark }
            return state.pending == mark
        }
        if isDue { load(mark) }
        warnIfDue()
    }

    private func load(_ mark: FileMark) {
        do throws(TLSError) {
            let credentials = try TLSCredentials(certificate: certificate, key: key, protocols: protocols)
            state.withLock { state in
                state.credentials = credentials
                state.mark = mark
                state.pending = nil
                state.warnedAt = 0
            }
            logger.notice(
                "The certificate was read anew", metadata: ["until": "\(TLSCredentials.date(credentials.notAfter))"])
            warnIfDue()
        } catch {
            // Said once for each state of the files.
            state.withLock { state in
                state.mark = mark
                state.pending = nil
            }
            logger.error(
                "The new certificate is not used, the one before it stays", metadata: ["reason": "\(error)"])
        }
    }

    /// Warns, at most once a day.
    private func warnIfDue() {
        let now = time(nil)
        let warning = state.withLock { state -> String? in
            guard now - state.warnedAt >= 86_400, let warning = state.credentials.warning(at: now) else { return nil }
            state.warnedAt = now
            return warning
        }
        if let warning { logger.warning("\(warning)", metadata: ["file": "\(certificate)"]) }
    }
}

/// By what it is seen that one of two files is another now. A link counts as what it leads to.
private struct FileMark: Hashable {
    private var parts: [Int] = []

    init(_ paths: String...) {
        for path in paths {
            var facts = stat()
            guard stat(path, &facts) == 0 else {
                parts.append(-1)
                continue
            }
            parts += [
                Int(facts.st_ino), Int(facts.st_size), facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec,
            ]
        }
    }
}
