public import JSONLD

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Finds @context documents in a folder, for machines without the internet: `https://example.org/a/b.jsonld` is the
/// file `example.org/a/b.jsonld` in it. What is not there is left to the next loader.
///
/// Files are read anew each time that the cache asks, which is as often as it would go to the network.
public final class ContextDirectory: ContextDocumentLoader {
    private let path: String
    private let next: any ContextDocumentLoader
    private let limit: Int

    /// - Parameters:
    ///   - path: of the folder.
    ///   - next: loads what the folder does not have.
    ///   - limit: bytes of a document, default 1 MiB.
    public init(path: String, next: any ContextDocumentLoader, limit: Int = 1 << 20) {
        self.path = path
        self.next = next
        self.limit = limit
    }

    public func load(_ url: String, completion: @escaping @Sendable (Result<LoadedContext, ContextError>) -> Void) {
        guard let name = ContextDirectory.fileName(of: url) else { return next.load(url, completion: completion) }
        switch read(path + "/" + name) {
        case .none: next.load(url, completion: completion)
        case .some(let bytes) where bytes.count > limit: completion(.failure(.tooLarge(url: url, limit: limit)))
        case .some(let bytes): completion(.success(LoadedContext(bytes)))
        }
    }

    /// Where a document is below the folder; `nil` for a URL that no file can stand for.
    static func fileName(of url: String) -> String? {
        guard let url = try? RequestURL(url), !url.target.contains("?") else { return nil }
        let segments = url.target.split(separator: "/", omittingEmptySubsequences: true)
        // Nothing outside the folder, and no hidden files.
        guard !segments.isEmpty, segments.allSatisfy({ !$0.hasPrefix(".") && !$0.contains("%") && $0.utf8.count < 256 })
        else { return nil }
        let port = [80, 443].contains(url.port) ? "" : ":\(url.port)"
        return url.host + port + "/" + segments.joined(separator: "/")
    }

    /// The bytes of a file, at most one more than the limit; `nil` when there is no file that can be read.
    private func read(_ name: String) -> [UInt8]? {
        guard let file = fopen(name, "rb") else { return nil }
        defer { fclose(file) }
        var status = stat()
        guard fstat(fileno(file), &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var bytes = [UInt8](repeating: 0, count: min(limit + 1, max(0, Int(status.st_size))))
        let count = fread(&bytes, 1, bytes.count, file)
        guard ferror(file) == 0 else { return nil }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}
