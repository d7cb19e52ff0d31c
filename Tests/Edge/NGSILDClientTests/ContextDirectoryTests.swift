import Foundation
import JSONLD
import Testing

@testable import NGSILDClient

struct ContextDirectoryTests {
    private struct Network: ContextDocumentLoader {
        func load(_ url: String, completion: @escaping @Sendable (Result<LoadedContext, ContextError>) -> Void) {
            completion(.failure(.unreachable(url: url, reason: "no network")))
        }
    }

    @Test(
        arguments: [
            ("https://example.org/a/b.jsonld", "example.org/a/b.jsonld"),
            ("http://EXAMPLE.org:80//a.jsonld", "example.org/a.jsonld"),
            ("http://example.org:8080/a", "example.org:8080/a"), ("https://example.org/", nil),
            ("https://example.org/a?b", nil), ("https://example.org/../a", nil), ("https://example.org/.a", nil),
            ("https://example.org/%2e%2e/a", nil), ("file:///etc/passwd", nil), ("a", nil),
        ] as [(String, String?)])
    func `a URL stands for a file in the folder, and for none outside it`(url: String, name: String?) {
        #expect(ContextDirectory.fileName(of: url) == name)
    }

    @Test func `what is in the folder is not fetched, and the rest is`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("example.org/dir"), withIntermediateDirectories: true)
        let text = #"{"@context":{"a":"http://example.org/a"}}"#
        try Data(text.utf8).write(to: folder.appendingPathComponent("example.org/c.jsonld"))
        let loader = ContextDirectory(path: folder.path, next: Network())
        func load(_ url: String, _ loader: ContextDirectory) -> Result<LoadedContext, ContextError>? {
            nonisolated(unsafe) var result: Result<LoadedContext, ContextError>?
            loader.load(url) { result = $0 }
            return result
        }
        #expect(load("https://example.org/c.jsonld", loader) == .success(LoadedContext(Array(text.utf8))))
        for url in ["https://example.org/d.jsonld", "https://example.org/dir", "https://example.org/c.jsonld?x"] {
            #expect(load(url, loader) == .failure(.unreachable(url: url, reason: "no network")))
        }
        let narrow = ContextDirectory(path: folder.path, next: Network(), limit: 10)
        let url = "https://example.org/c.jsonld"
        #expect(load(url, narrow) == .failure(.tooLarge(url: url, limit: 10)))
    }
}
