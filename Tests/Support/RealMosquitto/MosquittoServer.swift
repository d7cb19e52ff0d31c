import Foundation
import Synchronization
public import Testing

/// A real mosquitto on a free port of this machine, with a folder of its own.
public final class MosquittoServer: Sendable {
    public static let path = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    public static let absence: Comment = "mosquitto is not installed; scripts/bootstrap --test installs it"

    public let folder: String
    public let port: Int
    private let lines: String
    private let state = Mutex((process: Process?.none, log: ""))

    /// Keeps nothing beyond its end unless its lines say so.
    ///
    /// - Parameter lines: of its configuration, `FOLDER` standing for the folder; `prepare` makes what they name.
    public init(_ lines: String = "allow_anonymous true", prepare: (String) throws -> Void = { _ in }) throws {
        folder = NSTemporaryDirectory() + "parvis-mqtt-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        port = try FreePort.find()
        self.lines = lines
        try prepare(folder)
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// What it has said.
    public var log: String { state.withLock { $0.log } }

    /// The lines of its log with a text in them, once there is one; what it says comes some time after it is true.
    public func lines(with text: String) async throws -> [String] {
        for _ in 0..<60_000 {
            let found = log.split(separator: "\n").filter { $0.contains(text) }
            if !found.isEmpty { return found.map(String.init) }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Failure(description: "mosquitto has not said \(text): \(log)")
    }

    /// Returns once it listens.
    public func start() async throws {
        let configuration = """
            user root
            listener \(port) 127.0.0.1
            log_dest stderr
            log_type all
            connection_messages true
            \(lines.replacingOccurrences(of: "FOLDER", with: folder))
            """
        try configuration.write(toFile: folder + "/mosquitto.conf", atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.path))
        process.arguments = ["-c", folder + "/mosquitto.conf"]
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = FileHandle.nullDevice
        let (started, teller) = AsyncStream<Bool>.makeStream()
        pipe.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                teller.yield(false)
                return
            }
            let text = String(decoding: data, as: UTF8.self)
            self?.state.withLock { $0.log += text }
            if text.contains("running") { teller.yield(true) }
        }
        try process.run()
        state.withLock { $0.process = process }
        for await isRunning in started {
            if !isRunning { throw Failure(description: "mosquitto did not start: \(log)") }
            return
        }
    }

    /// Ends it as a crash would.
    public func stop() {
        let process = state.withLock { state in
            defer { state.process = nil }
            return state.process
        }
        guard let process else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    public struct Failure: Error, CustomStringConvertible {
        public let description: String
        public init(description: String) { self.description = description }
    }

    /// Runs a tool in the folder.
    public static func run(_ tool: String, _ arguments: String..., in folder: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [tool] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        if process.terminationStatus != 0 { throw Failure(description: "\(tool) \(arguments) failed") }
    }

    /// Makes an authority and, signed by it, the certificates server (for localhost), other (for another name), client.
    public static func makeCertificates(in folder: String) throws {
        func make(_ name: String, _ extra: String...) throws {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments =
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
                + ["-days", "2", "-subj", "/CN=\(name)", "-keyout", "\(name).key", "-out", "\(name).pem"] + extra
            process.currentDirectoryURL = URL(fileURLWithPath: folder)
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            if process.terminationStatus != 0 { throw Failure(description: "openssl failed for \(name)") }
        }
        try make("ca")
        try make("stranger")
        try make("server", "-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "subjectAltName=DNS:localhost")
        try make("other", "-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "subjectAltName=DNS:other.example")
        try make("client", "-CA", "ca.pem", "-CAkey", "ca.key")
    }
}

/// Ports that nobody listens on.
public enum FreePort {
    public static func find() throws -> Int {
        let listener = try SilentServer()
        defer { listener.close() }
        return listener.port
    }
}

/// Takes connections and never says anything.
public final class SilentServer: Sendable {
    private let socket: Int32
    public let port: Int

    public init() throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = socket
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, size) == 0 && listen(socket, 64) == 0 && getsockname(socket, $0, &size) == 0
            }
        }
        if !isBound { throw MosquittoServer.Failure(description: "no free port") }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    public func close() { _ = Glibc.close(socket) }
}
