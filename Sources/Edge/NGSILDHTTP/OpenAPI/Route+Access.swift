/// What can be done about who may do what, and by people who sign in.
extension Route {
    var ofAccess: [DocumentedOperation] {
        switch self {
        case .people:
            [
                Self.list("listPeople", "List the people who can sign in", .person),
                Self.make(.POST, "addPerson", "Add a person", .newPerson, answer: .person),
            ]
        case .person:
            [
                .get(.other, id: "retrievePerson", "Get a person", content: .one(.person), media: [.json]),
                Self.change(.PUT, "replacePersonsRoles", "Give a person other roles", .personRoles),
                Self.change(
                    .PATCH, "changePerson", "Give a person other roles, another password, or both", .personChange),
                Self.change(.DELETE, "removePerson", "Remove a person, whose sessions end"),
            ]
        case .accessKeys:
            [
                Self.list("listKeys", "List the keys of programs, none of which is shown", .accessKey),
                Self.make(.POST, "createKey", "Make a key, which this answer alone shows", .newKey, answer: .accessKey),
            ]
        case .accessKey:
            [
                .get(.other, id: "retrieveKey", "Get what a key is", content: .one(.accessKey), media: [.json]),
                Self.change(.PUT, "replaceKey", "Give a key another name, other roles, another end", .newKey),
                Self.change(
                    .DELETE, "revokeKey", "Revoke a key for good",
                    own: [
                        Self.parameter("forget", ["type": "string", "enum": ["true"]], "Forget it, too.")
                    ]),
            ]
        case .accessPolicies:
            [
                Self.list("listPolicies", "List the policies", .accessPolicy),
                Self.make(.POST, "createPolicy", "Add a policy", .accessPolicy, answer: .accessPolicy),
            ]
        case .accessPolicy:
            [
                .get(.other, id: "retrievePolicy", "Get a policy", content: .one(.accessPolicy), media: [.json]),
                DocumentedOperation(
                    method: .PUT, id: "putPolicy",
                    summary: "Add a policy, or put it in the place of the one with its id",
                    body: .one(.accessPolicy), answers: [(201, nil), (204, nil)]),
                Self.change(.DELETE, "removePolicy", "Remove a policy, which ends what it granted"),
            ]
        default:
            [
                .get(
                    .other, id: "listRoles", "List the roles, with the policies, people and keys that name them",
                    content: .many(.accessRole), media: [.json])
            ]
        }
    }

    var ofSessions: [DocumentedOperation] {
        switch self {
        case .sessionPassword:
            return [
                Self.change(.PUT, "changePassword", "Change one's own password; other sessions end", .passwordChange)
            ]
        case .sessionProvider, .sessionProviderBack: return ofProvider
        default: break
        }
        return [
            .get(.other, id: "retrieveSession", "Tell who asks", content: .one(.session), media: [.json]),
            DocumentedOperation(
                method: .POST, id: "signIn", summary: "Sign in by name and password, or by a link", body: .one(.signIn),
                answers: [(200, .one(.session))]),
            Self.change(.DELETE, "signOut", "Sign out"),
        ]
    }

    private var ofProvider: [DocumentedOperation] {
        let back = self == .sessionProviderBack
        var operation = DocumentedOperation(
            method: .GET, id: back ? "finishProviderSignIn" : "beginProviderSignIn",
            summary: back
                ? "Sign in whoever the OpenID Connect provider sends back"
                : "Go to the OpenID Connect provider to sign in",
            answers: [(303, nil)], media: [])
        let text: DocumentValue = ["type": "string"]
        if back {
            operation.ownParameters = [
                Self.parameter("code", text, "What the provider gives for a token."),
                Self.parameter("state", text, "What it was sent."),
                Self.parameter("iss", text, "The provider, where it says so (RFC 9207)."),
                Self.parameter("error", text, "Why nobody signed in there."),
            ]
        }
        return [operation]
    }

    private static func list(_ id: String, _ summary: String, _ schema: DocumentSchema) -> DocumentedOperation {
        var operation = DocumentedOperation.get(.other, id: id, summary, content: .many(schema), media: [.json])
        let number: DocumentValue = ["type": "integer", "minimum": 0]
        operation.ownParameters = [
            parameter("limit", number, "How many to answer with at most; 1,000 if not given, which is the most."),
            parameter("offset", number, "How many to pass over."),
        ]
        return operation
    }

    private static func make(
        _ method: RequestMethod, _ id: String, _ summary: String, _ body: DocumentSchema, answer: DocumentSchema
    ) -> DocumentedOperation {
        DocumentedOperation(
            method: method, id: id, summary: summary, body: .one(body), answers: [(201, .one(answer))])
    }

    private static func change(
        _ method: RequestMethod, _ id: String, _ summary: String, _ body: DocumentSchema? = nil,
        own: [DocumentValue] = []
    ) -> DocumentedOperation {
        DocumentedOperation(
            method: method, id: id, summary: summary, body: body.map { .one($0) }, answers: [(204, nil)],
            ownParameters: own)
    }

    private static func parameter(_ name: String, _ schema: DocumentValue, _ text: String) -> DocumentValue {
        ["name": .text(name), "in": "query", "description": .text(text), "schema": schema]
    }
}
