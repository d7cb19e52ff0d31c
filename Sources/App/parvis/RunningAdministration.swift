import Foundation
import JSONTree
import NGSILDClient

/// What is below `/admin` of a running Parvis, as commands ask it.
struct RunningAdministration {
    let url: String
    let trust: TrustOptions
    let access: KeyOptions
    var tenant = ""

    /// Asks, and waits up to a minute.
    ///
    /// - Parameter path: begins with a slash; what comes from outside is in it by ``segment(_:)``.
    /// - Throws: ``Refusal`` with what the server says, for every status but those of success.
    func ask(_ method: String, _ path: String, _ body: [UInt8]? = nil) async throws -> [UInt8] {
        var configuration = OutgoingHTTP.Configuration.ofOperator(trust.trust)
        configuration.maximumResponseBytes = 64 << 20
        let http = OutgoingHTTP(configuration: configuration)
        var headers = access.headers(tenant.isEmpty ? [] : [(name: "NGSILD-Tenant", value: tenant)])
        if body?.isEmpty == false { headers.append((name: "Content-Type", value: "application/json")) }
        let base = url.hasSuffix("/") ? String(url.dropLast()) : url
        let answer: OutgoingResponse
        do {
            answer = try await http.request(
                method, base + "/admin" + path, headers: headers, body: body, timeout: .seconds(60))
        } catch {
            await http.shutdown()
            throw error
        }
        await http.shutdown()
        guard (200..<300).contains(answer.status) else {
            let json = try? JSONDocument(parsing: answer.body)
            let detail = json.flatMap { json in json.member(json.root, "detail").flatMap { json.string($0) } }
            let reason = detail ?? "\(url) answers with status \(answer.status), as no Parvis does; check --url"
            throw Refusal(description: answer.status == 401 ? reason + "; " + Failure.keyRemedy : reason)
        }
        return answer.body
    }

    /// Asks for JSON.
    func json(_ method: String, _ path: String, _ body: [UInt8]? = nil) async throws -> JSONDocument {
        let bytes = try await ask(method, path, body)
        guard let json = try? JSONDocument(parsing: bytes) else {
            throw Refusal(description: "\(url) does not answer with JSON, as a Parvis does; check --url")
        }
        return json
    }

    /// A text as one segment of a path, or one value of a query.
    static func segment(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }
}
