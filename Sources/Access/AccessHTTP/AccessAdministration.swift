import AccessKeeping
import Foundation
import AccessPolicies
import JSONTree
import NGSILDHTTP
import NGSILDModel

/// `/admin/access` and below: people, keys, roles and policies. For those who may do everything, since whoever decides
/// about access could take any other right.
struct AccessAdministration: Sendable {
    static let path = "/admin/access"
    private static let pageLimit = 1_000

    let request: HTTPRequest
    let keeper: AccessKeeper

    func run() {
        do throws(Refusal) {
            guard request.caller.permit.isEverything else { throw refused }
            var segments = request.path.dropFirst(Self.path.count).split(separator: "/").map(String.init)
            guard let kind = segments.first, segments.count <= 2 else { throw .notFound(request) }
            segments.removeFirst()
            var id: String?
            if let segment = segments.first {
                guard let text = segment.removingPercentEncoding else {
                    throw Refusal(.badRequestData("The path does not end with percent-encoded UTF-8"))
                }
                id = text
            }
            switch kind {
            case "people": try people(id)
            case "keys": try keys(id)
            case "policies": try policies(id)
            case "roles": try roles(id)
            default: throw .notFound(request)
            }
        } catch { request.answer(error.answer) }
    }

    private var refused: Refusal {
        if request.caller.isAnonymous {
            return Refusal(Unauthorized.answer("People and keys are for administrators; sign in, or send a key"))
        }
        return Refusal(
            .problem(
                status: 403, title: "Forbidden",
                detail: "People, keys and policies are for administrators; \(request.caller.name) is none"))
    }

    private func reading(_ allowed: String) throws(Refusal) {
        guard request.method == .GET || request.method == .HEAD else { throw .method(request, allowed: allowed) }
    }

    private func answer(_ status: Int = 200, location: String? = nil, _ write: (inout ByteWriter) -> Void) -> HTTPAnswer
    {
        var writer = ByteWriter(capacity: 4_096)
        write(&writer)
        var answer = HTTPAnswer(
            status: status, contentType: "application/json", headers: [("Cache-Control", "no-store")],
            body: writer.array())
        if let location { answer.headers.append(("Location", location)) }
        return answer
    }

    private func list<T>(_ values: some Sequence<T>, _ write: (T, inout ByteWriter) -> Void) -> HTTPAnswer {
        answer { writer in
            writer.append("[")
            for (index, value) in values.enumerated() {
                if index > 0 { writer.append(",") }
                write(value, &writer)
            }
            writer.append("]")
        }
    }

    /// The part of a list that `limit` and `offset` of the query ask for.
    private func page<T>(_ values: [T]) throws(Refusal) -> ArraySlice<T> {
        var limit = Self.pageLimit
        var offset = 0
        for pair in request.query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let number = Int(parts[1]), number >= 0 else {
                throw Refusal(.badRequestData("limit and offset are numbers"))
            }
            switch parts[0] {
            case "limit": limit = min(number, Self.pageLimit)
            case "offset": offset = number
            default: throw Refusal(.badRequestData("\"\(parts[0].prefix(80))\" is not known; limit and offset are"))
            }
        }
        return values.dropFirst(offset).prefix(limit)
    }

    // MARK: People

    private func people(_ name: String?) throws(Refusal) {
        switch (request.method, name) {
        case (.POST, nil):
            let body = try AccessBody(request, known: ["name", "roles", "password"])
            let name = try body.text("name")
            let roles = try body.texts("roles")
            let password = try body.optionalText("password")
            request.answerLater { [self, keeper] () async throws(Refusal) in
                let person = try await translating { () async throws(NGSILDError) in
                    try await keeper.addPerson(name, roles: roles, password: password)
                }
                return answer(201, location: "\(Self.path)/people/\(person.name)") { person.append(to: &$0) }
            }
        case (.PUT, let name?), (.PATCH, let name?):
            let body = try AccessBody(request, known: ["roles", "password"])
            let roles = try body.optionalTexts("roles")
            let password = try body.optionalText("password")
            if request.method == .PUT, roles == nil {
                throw Refusal(.badRequestData("The body has no member \"roles\""))
            }
            finish { [keeper] () async throws(NGSILDError) in
                try await keeper.changePerson(name, roles: roles, password: password)
            }
        case (.DELETE, let name?):
            finish { [keeper] () async throws(NGSILDError) in try await keeper.removePerson(name) }
        case (_, nil):
            try reading("GET, HEAD, POST")
            request.answer(list(try page(keeper.people)) { $0.append(to: &$1) })
        case (_, let name?):
            try reading("GET, HEAD, PUT, PATCH, DELETE")
            guard let person = keeper.person(name) else {
                throw Refusal(.resourceNotFound("There is no person \(name.prefix(80))"))
            }
            request.answer(answer { person.append(to: &$0) })
        }
    }

    /// Does something, and answers that it is done.
    private func finish(_ work: @escaping @Sendable () async throws(NGSILDError) -> Void) {
        request.answerLater { () async throws(Refusal) in
            try await translating(work)
            return HTTPAnswer(status: 204)
        }
    }

    // MARK: Keys

    private func keys(_ id: String?) throws(Refusal) {
        switch (request.method, id) {
        case (.POST, nil):
            let body = try AccessBody(request, known: ["name", "roles", "expiresAt"])
            let name = try body.text("name")
            let roles = try body.texts("roles")
            let expiresAt = try body.time("expiresAt")
            request.answerLater { [self, keeper] () async throws(Refusal) in
                let (key, secret) = try await translating { () async throws(NGSILDError) in
                    try await keeper.createKey(name: name, roles: roles, expiresAt: expiresAt)
                }
                return answer(201, location: "\(Self.path)/keys/\(key.id)") { key.append(to: &$0, secret: secret) }
            }
        case (.PUT, let id?):
            let body = try AccessBody(request, known: ["name", "roles", "expiresAt"])
            let name = try body.text("name")
            let roles = try body.texts("roles")
            let expiresAt = try body.time("expiresAt")
            finish { [keeper] () async throws(NGSILDError) in
                try await keeper.replaceKey(id, name: name, roles: roles, expiresAt: expiresAt)
            }
        case (.DELETE, let id?):
            let isForgotten = request.query == "forget=true"
            finish { [keeper] () async throws(NGSILDError) in
                if isForgotten { try await keeper.deleteKey(id) } else { try await keeper.revokeKey(id) }
            }
        case (_, nil):
            try reading("GET, HEAD, POST")
            request.answer(list(try page(keeper.keys)) { $0.append(to: &$1) })
        case (_, let id?):
            try reading("GET, HEAD, PUT, DELETE")
            guard let key = keeper.key(id) else {
                throw Refusal(.resourceNotFound("There is no key with the id \(id.prefix(80))"))
            }
            request.answer(answer { key.append(to: &$0) })
        }
    }

    // MARK: Policies and roles

    private func policies(_ id: String?) throws(Refusal) {
        switch (request.method, id) {
        case (.POST, nil):
            let policy = try readPolicy()
            request.answerLater { [self, keeper] () async throws(Refusal) in
                _ = try await translating { () async throws(NGSILDError) in
                    try await keeper.putPolicy(policy, mustBeNew: true)
                }
                return answer(201, location: "\(Self.path)/policies/\(policy.id)") { policy.append(to: &$0) }
            }
        case (.PUT, let id?):
            let policy = try readPolicy()
            guard policy.id == id else {
                throw Refusal(
                    .badRequestData("The path names the policy \(id.prefix(80)), its member id \(policy.id.prefix(80))")
                )
            }
            request.answerLater { [keeper] () async throws(Refusal) in
                let isNew = try await translating { () async throws(NGSILDError) in try await keeper.putPolicy(policy) }
                return HTTPAnswer(status: isNew ? 201 : 204)
            }
        case (.DELETE, let id?):
            finish { [keeper] () async throws(NGSILDError) in try await keeper.removePolicy(id) }
        case (_, nil):
            try reading("GET, HEAD, POST")
            request.answer(list(try page(keeper.policies)) { $0.append(to: &$1) })
        case (_, let id?):
            try reading("GET, HEAD, PUT, DELETE")
            guard let policy = keeper.policy(id) else {
                throw Refusal(.resourceNotFound("There is no policy \(id.prefix(80))"))
            }
            request.answer(answer { policy.append(to: &$0) })
        }
    }

    private func readPolicy() throws(Refusal) -> AccessPolicy {
        do throws(AccessPolicyError) { return try AccessPolicy(parsing: request.bodyBytes) } catch {
            throw Refusal(.badRequestData(error.description))
        }
    }

    private func roles(_ name: String?) throws(Refusal) {
        guard name == nil else { throw .notFound(request) }
        try reading("GET, HEAD")
        request.answer(
            list(keeper.roles) { role, writer in
                var members = MemberWriter(&writer)
                members.text("name", role.name, &writer)
                members.flag("isBuiltIn", role.isBuiltIn, &writer)
                members.texts("policies", role.policies, &writer)
                members.number("people", role.people, &writer)
                members.number("keys", role.keys, &writer)
                writer.append("}")
            })
    }
}
