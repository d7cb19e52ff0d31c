import JSONTree
import NGSILDModel
import NGSILDOperations

/// What the administration of tenants needs beside the operations.
public struct TenantAdministration: Sendable {
    /// The names of the tenants there are, the default one being "".
    public let names: @Sendable () -> [String]
    /// Forgets what is held in memory for a tenant that was deleted.
    public let forget: @Sendable (String) -> Void

    public init(names: @escaping @Sendable () -> [String], forget: @escaping @Sendable (String) -> Void) {
        self.names = names
        self.forget = forget
    }
}

/// `/admin/tenants` and `/admin/tenants/{name}`: what tenants there are, and the end of one. The specification has
/// tenants come into being (clause 4.14) and says nothing of their end.
struct TenantsAdministration {
    static let path = "/admin/tenants"

    let request: HTTPRequest
    let services: BrokerServices
    let tenants: TenantAdministration

    func run() {
        do throws(HTTPFailure) {
            let rest = request.path.dropFirst(Self.path.count)
            if rest.isEmpty || rest == "/" { return try list() }
            try delete(rest.dropFirst())
        } catch {
            request.answer(error.answer)
        }
    }

    private func list() throws(HTTPFailure) {
        guard request.method == .GET || request.method == .HEAD else { throw request.refused("GET, HEAD") }
        var writer = ByteWriter(capacity: 256)
        AnswerWriter.strings(tenants.names().filter { !$0.isEmpty }, to: &writer)
        request.answer(HTTPAnswer(status: 200, contentType: MediaType.json.text, body: writer.array()))
    }

    /// Deletes a tenant with all it has: entities, history, subscriptions, contexts.
    private func delete(_ segment: Substring) throws(HTTPFailure) {
        guard request.method == .DELETE else { throw request.refused("DELETE") }
        var segment = segment
        guard let name = segment.withUTF8({ PercentCoding.decode($0, plusIsSpace: false) }), !name.isEmpty else {
            throw .badRequest("The path ends with the percent-encoded name of a tenant")
        }
        let tenant = try TenantName.check(name)
        services.provision.submit(.deleteTenant, tenant: tenant, on: request.loop) { [request, tenants] result in
            if case .failure(let error) = result { return request.answer(error.answer) }
            tenants.forget(tenant)
            request.answer(HTTPAnswer(status: 204))
        }
    }
}
