import AccessKeeping
import AccessPolicies
import ArgumentParser
import Foundation
import JSONTree
import NGSILDClient
import NGSILDModel

/// Where people, keys and policies are kept: a running Parvis, or a data directory that no process has open.
struct AccessPlace: ParsableArguments {
    @Option(help: "A running Parvis, such as http://127.0.0.1:1026; needs --key of an administrator.")
    var url: String?
    @Option(help: "The data directory of a Parvis that is stopped (default: data).")
    var data: String?
    @OptionGroup var trust: TrustOptions
    @OptionGroup var access: KeyOptions

    func validate() throws {
        guard url == nil || data == nil else { throw ValidationError("Give --url or --data, not both") }
    }

    /// Lends what is kept there to a command.
    func use<R>(_ body: (any AccessChanging) async throws -> R) async throws -> R {
        if let url {
            return try await body(RunningAccess(RunningAdministration(url: url, trust: trust, access: access)))
        }
        let directory = data ?? "data"
        let city = try LocalCity(directory: directory)
        do {
            let keeper = try AccessKeeper(documents: city.broker) { policies, earlier in
                PolicyBook(policies, registry: city.broker.registry, earlier: earlier)
            }
            let result = try await body(StoredAccess(keeper: keeper))
            city.close()
            return result
        } catch {
            city.close()
            throw error
        }
    }
}

/// What the commands of `parvis access` do, wherever it is kept.
protocol AccessChanging {
    /// What is at a path below `/admin/access/`, as JSON.
    func list(_ kind: String) async throws -> JSONDocument
    func addPerson(_ name: String, roles: [String], password: String) async throws
    func changePerson(_ name: String, roles: [String]?, password: String?) async throws
    func removePerson(_ name: String) async throws
    /// - Returns: the id, and the key itself.
    func createKey(name: String, roles: [String], expiresAt: NGSILDModel.Timestamp) async throws -> (
        id: String, key: String
    )
    func revokeKey(_ id: String) async throws
    func putPolicy(_ policy: AccessPolicy) async throws
    func removePolicy(_ id: String) async throws
}

/// In a data directory that this process has open.
struct StoredAccess: AccessChanging {
    let keeper: AccessKeeper

    func list(_ kind: String) throws -> JSONDocument {
        var writer = ByteWriter()
        writer.append("[")
        var isFirst = true
        func each<T>(_ values: [T], _ write: (T, inout ByteWriter) -> Void) {
            for value in values {
                if !isFirst { writer.append(",") }
                isFirst = false
                write(value, &writer)
            }
        }
        switch kind {
        case "people": each(keeper.people) { $0.append(to: &$1) }
        case "keys": each(keeper.keys) { $0.append(to: &$1) }
        default: each(keeper.policies) { $0.append(to: &$1) }
        }
        writer.append("]")
        return try JSONDocument(parsing: writer.array())
    }

    func addPerson(_ name: String, roles: [String], password: String) async throws {
        try await keeper.addPerson(name, roles: roles, password: password)
    }

    func changePerson(_ name: String, roles: [String]?, password: String?) async throws {
        try await keeper.changePerson(name, roles: roles, password: password)
    }

    func removePerson(_ name: String) async throws { try await keeper.removePerson(name) }

    func createKey(
        name: String, roles: [String], expiresAt: NGSILDModel.Timestamp
    ) async throws -> (id: String, key: String) {
        let made = try await keeper.createKey(name: name, roles: roles, expiresAt: expiresAt)
        return (made.key.id, made.secret)
    }

    func revokeKey(_ id: String) async throws { try await keeper.revokeKey(id) }
    func putPolicy(_ policy: AccessPolicy) async throws { try await keeper.putPolicy(policy) }
    func removePolicy(_ id: String) async throws { try await keeper.removePolicy(id) }
}

/// In a running Parvis, by `/admin/access`.
struct RunningAccess: AccessChanging {
    private let server: RunningAdministration

    init(_ server: RunningAdministration) { self.server = server }

    private func ask(_ method: String, _ path: String, _ body: [UInt8]? = nil) async throws -> [UInt8] {
        try await server.ask(method, "/access/" + path, body)
    }

    private func segment(_ text: String) -> String { RunningAdministration.segment(text) }

    private func object(_ write: (inout MemberWriter, inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter()
        var members = MemberWriter(&writer)
        write(&members, &writer)
        writer.append("}")
        return writer.array()
    }

    func list(_ kind: String) async throws -> JSONDocument { try await server.json("GET", "/access/" + kind) }

    func addPerson(_ name: String, roles: [String], password: String) async throws {
        _ = try await ask(
            "POST", "people",
            object {
                $0.text("name", name, &$1)
                $0.texts("roles", roles, &$1)
                $0.text("password", password, &$1)
            })
    }

    func changePerson(_ name: String, roles: [String]?, password: String?) async throws {
        _ = try await ask(
            "PATCH", "people/\(segment(name))",
            object {
                if let roles { $0.texts("roles", roles, &$1) }
                if let password { $0.text("password", password, &$1) }
            })
    }

    func removePerson(_ name: String) async throws { _ = try await ask("DELETE", "people/\(segment(name))") }

    func createKey(
        name: String, roles: [String], expiresAt: NGSILDModel.Timestamp
    ) async throws -> (id: String, key: String) {
        let body = try await ask(
            "POST", "keys",
            object {
                $0.text("name", name, &$1)
                $0.texts("roles", roles, &$1)
                $0.time("expiresAt", expiresAt, &$1)
            })
        let json = try JSONDocument(parsing: body)
        func text(_ name: String) -> String { json.member(json.root, named: name).flatMap { json.string($0) } ?? "" }
        return (text("id"), text("key"))
    }

    func revokeKey(_ id: String) async throws { _ = try await ask("DELETE", "keys/\(segment(id))") }

    func putPolicy(_ policy: AccessPolicy) async throws {
        var writer = ByteWriter()
        policy.append(to: &writer)
        let body = writer.array()
        _ = try await ask("PUT", "policies/\(segment(policy.id))", body)
    }

    func removePolicy(_ id: String) async throws { _ = try await ask("DELETE", "policies/\(segment(id))") }
}
