import JSONTree

/// `/openapi.json`: what this server offers, made from the tables by which requests are run.
struct OpenAPIDocument {
    /// The whole document as JSON. Made once, when it is first asked for.
    static let json: [UInt8] = {
        var writer = ByteWriter(capacity: 128 << 10)
        value.append(to: &writer)
        return writer.array()
    }()

    /// Answers a request to the document.
    static func answer(_ request: HTTPRequest) -> HTTPAnswer {
        guard request.method == .GET || request.method == .HEAD else {
            return .methodNotAllowed(request.method, allowed: "GET, HEAD")
        }
        return HTTPAnswer(status: 200, contentType: MediaType.json.text, body: json)
    }

    private static var value: DocumentValue {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "Parvis",
                "description":
                    """
                NGSI-LD (ETSI GS CIM 009 v1.9.1) and what operators need beside it. Besides the statuses listed, \
                what is no proper HTTP/1.1 is refused with 400, 417, 501 or 505, a method that a path does \
                    not have with 405.
                """,
                "version": "1.9.1",
            ],
            "servers": [["url": "/"]],
            "security": [["credential": []], ["session": []], [:]],
            "paths": .members(Route.allCases.map { ($0.rawValue, path($0)) }),
            "components": [
                "schemas": .members(DocumentSchema.allCases.map { ($0.rawValue, $0.value) }),
                "parameters": .members(Parameter.allCases.map { ($0.name, $0.documentValue) } + headers),
                "responses": .members(failures.map { ("status\($0.status)", failure($0)) }),
                "securitySchemes": [
                    "credential": [
                        "type": "http", "scheme": "bearer",
                        "description": "An API key, or a token (JWT) of an issuer that is trusted here.",
                    ],
                    "session": [
                        "type": "apiKey", "in": "cookie", "name": "parvis_session",
                        "description":
                            """
                        The session of a browser; the cookie's name ends in _ and the port where there is one. \
                        What changes something needs the headers Origin and Parvis-Request as well.
                        """,
                    ],
                ],
            ],
        ]
    }

    // MARK: Paths

    private static func path(_ route: Route) -> DocumentValue {
        let operations = route.operations
        var members: [(String, DocumentValue)] = []
        if !route.placeholders.isEmpty {
            members.append(("parameters", .list(route.placeholders.map(placeholder))))
        }
        for operation in operations {
            members.append((operation.method.rawValue.lowercased(), value(operation, route)))
            if operation.method == .GET, !route.isEndless, !route.isOfProvider {
                members.append(("head", head(operation, route)))
            }
        }
        if route.isOfNGSILD { members.append(("options", options(route, operations))) }
        return .members(members)
    }

    private static func placeholder(_ name: String) -> DocumentValue {
        let isURI = ["entityId", "subscriptionId", "entityMapId", "snapshotId", "instanceId"].contains(name)
        return [
            "name": .text(name), "in": "path", "required": true,
            "schema": isURI ? DocumentSchema.uriValue : ["type": "string", "minLength": 1],
        ]
    }

    private static func value(_ operation: DocumentedOperation, _ route: Route) -> DocumentValue {
        var members: [(String, DocumentValue)] = [
            ("operationId", .text(operation.id)), ("summary", .text(operation.summary)),
            ("parameters", parameters(operation, route)),
        ]
        if let body = operation.body { members.append(("requestBody", value(body, operation.method, route))) }
        members.append(("responses", .members(answers(operation, route) + failures(operation, route))))
        return .members(members)
    }

    private static func head(_ operation: DocumentedOperation, _ route: Route) -> DocumentValue {
        [
            "operationId": .text(operation.id + "Head"),
            "summary": .text(operation.summary + ": the headers only"),
            "parameters": parameters(operation, route),
            "responses": .members(
                operation.answers.map { ("\($0.status)", ["description": "As of GET, without the content."]) }
                    + failures(operation, route)),
        ]
    }

    private static func options(_ route: Route, _ operations: [DocumentedOperation]) -> DocumentValue {
        [
            "operationId": .text("optionsOf" + "\(route)".prefix(1).uppercased() + "\(route)".dropFirst()),
            "summary": "Ask which methods the path has",
            "responses": .members(
                [("204", ["description": "The methods are in Allow."])]
                    + [400, 404, 406, 408, 413, 414, 422, 431, 500, 503].map(reference)),
        ]
    }

    // MARK: Parameters and bodies

    private static func parameters(_ operation: DocumentedOperation, _ route: Route) -> DocumentValue {
        var names = operation.parameters
        if route.isOfNGSILD { names = names.union([.local]) }
        var values = names.members.map { name -> DocumentValue in
            if name == .options { return options(operation.options) }
            return .reference("parameters", name.name)
        }
        if route.isOfNGSILD || route.isOfEntityTiles {
            values += ["NGSILD-Tenant", "NGSILD-Snapshot", "Link"].map { .reference("parameters", $0) }
        }
        if route.isEndless || route.isOfOneSubscriptionsNotifications || route.isOfAir
            || (route.isOfRules && route != .rules) || route.isOfImports
        {
            values.append(.reference("parameters", "NGSILD-Tenant"))
        }
        if operation.isOfEntities { values.append(.reference("parameters", "Prefer")) }
        return .list(values + operation.ownParameters)
    }

    private static func options(_ words: [String]) -> DocumentValue {
        [
            "name": "options", "in": "query", "style": "form", "explode": false,
            "description": "Words with commas that say how the operation is done.",
            "schema": [
                "type": "array",
                "items": .members(
                    [("type", "string")] + (words.isEmpty ? [] : [("enum", .texts(words))])),
            ],
        ]
    }

    private static let headers: [(String, DocumentValue)] = [
        header(
            "NGSILD-Tenant", ["type": "string", "pattern": "^[A-Za-z0-9_.:/-]{1,128}$"],
            "The tenant; the default one if not given."),
        header("NGSILD-Snapshot", DocumentSchema.uriValue, "The snapshot to work on in place of the tenant's city."),
        header(
            "Link", ["type": "string"],
            """
            The @context of a request without JSON-LD body: <URL>; rel="http://www.w3.org/ns/json-ld#context"; \
            type="application/ld+json".
            """
        ),
        header(
            "Prefer", ["type": "string"],
            "ngsi-ld=1.5 asks for entities as that version had them, body=json for plain GeoJSON."),
    ]

    private static func header(
        _ name: String, _ schema: DocumentValue, _ text: String
    ) -> (String, DocumentValue) {
        (name, ["name": .text(name), "in": "header", "description": .text(text), "schema": schema])
    }

    private static func value(
        _ body: DocumentedOperation.Content, _ method: RequestMethod, _ route: Route
    ) -> DocumentValue {
        var media = ["application/json"]
        if case .one(let schema) = body, let own = schema.ownMedia {
            media = [own]
        } else if !route.isOfAccess {
            media += ["application/ld+json"] + (method == .PATCH ? ["application/merge-patch+json"] : [])
        }
        return ["required": true, "content": .members(media.map { ($0, ["schema": schema(body)]) })]
    }

    private static func schema(_ content: DocumentedOperation.Content) -> DocumentValue {
        switch content {
        case .one(let schema): schema.reference
        case .many(let schema): ["type": "array", "items": schema.reference]
        }
    }

    // MARK: Answers

    private static func answers(
        _ operation: DocumentedOperation, _ route: Route
    ) -> [(String, DocumentValue)] {
        operation.answers.map { answer in
            var members: [(String, DocumentValue)] = [("description", .text(text(of: answer.status)))]
            if let content = answer.content {
                let media =
                    if case .one(let schema) = content, let own = schema.ownMedia { [own] } else {
                        operation.media.map(\.text)
                    }
                members.append(("content", .members(media.map { ($0, ["schema": answerSchema(content, $0)]) })))
            }
            return ("\(answer.status)", .members(members))
        }
    }

    /// GeoJSON and tables have another shape than the entities that they show.
    private static func answerSchema(_ content: DocumentedOperation.Content, _ media: String) -> DocumentValue {
        switch media {
        case MediaType.geoJSON.text: ["type": "object", "required": ["type"]]
        case MediaType.csv.text: ["type": "string"]
        default: schema(content)
        }
    }

    private static func text(of status: Int) -> String {
        switch status {
        case 200: "What was asked for."
        case 201: "It was created."
        case 202: "It has begun; asking for it tells how far it is."
        case 203: "What was asked for, as an older version of the specification has it."
        case 204: "It was done."
        case 303: "Go there, with the cookie that comes with it."
        case 206: "The part that fits into an answer; Content-Range says which times it covers."
        default: "Some of it was done; the content says what was not and why."
        }
    }

    /// The statuses of failure: they follow from what the operation is.
    private static func failures(_ operation: DocumentedOperation, _ route: Route) -> [(String, DocumentValue)] {
        var statuses: Set<Int> = [400, 408, 413, 414, 431, 500, 503]
        if route.isOfNGSILD || route.isOfEntityTiles { statuses.formUnion([403, 404, 422, 504]) }
        if operation.media.count > 1 { statuses.insert(406) }
        if route.isOfOneSubscriptionsNotifications || route.isOfAir || route.isOfRules { statuses.insert(404) }
        if route.isOfPublications { statuses.insert(404) }
        if route.rawValue.hasPrefix(PublicResource.root) { statuses.insert(429) }
        if !route.isOfAnyone { statuses.formUnion([401, 403]) }
        if route.isOfAccess || route.isOfImports { statuses.formUnion([404, 409]) }
        if route.rawValue.hasPrefix("/session") { statuses.insert(429) }
        if route == .ruleTest || route == .ruleDeliveryTest { statuses.insert(422) }
        if operation.body != nil { statuses.formUnion([411, 415]) }
        if operation.isWrite { statuses.formUnion([404, 409, 507]) }
        return statuses.sorted().map(reference)
    }

    private static func reference(_ status: Int) -> (String, DocumentValue) {
        ("\(status)", .reference("responses", "status\(status)"))
    }

    private static let failures: [(status: Int, text: String)] = [
        (400, "The request is not as NGSI-LD or HTTP asks."),
        (401, "It takes a credential, or the one that came is not good."),
        (403, "The caller may not do this; or the query is too complex, or finds too many."),
        (404, "The thing, the tenant or the snapshot is not there."),
        (406, "No media type that can be had is accepted."),
        (408, "The request took too long to come in."), (409, "It is there already, or its state forbids this."),
        (411, "A body needs a Content-Length."), (413, "The body is too long."),
        (414, "The request target is too long."), (415, "The body's media type is not taken."),
        (422, "This broker does not offer that."), (429, "This address asks for more than one may; ask again later."),
        (431, "The headers are too long."),
        (500, "Something that was not foreseen; the log has more."), (503, "More work waits than is taken; try again."),
        (504, "An @context cannot be had."), (507, "The store is full."),
    ]

    private static func failure(_ failure: (status: Int, text: String)) -> DocumentValue {
        // CIM 009 clause 6.3.4: these two have no body.
        if failure.status == 411 || failure.status == 415 { return ["description": .text(failure.text)] }
        return [
            "description": .text(failure.text),
            "content": ["application/json": ["schema": DocumentSchema.problem.reference]],
        ]
    }
}
