/// What the OpenAPI document says of one method of a route.
///
/// `OpenAPIDocumentTests` asks the running handler whether it is so: methods, parameters and options.
struct DocumentedOperation {
    /// What a body or an answer holds: the name of a schema in `DocumentSchema`, alone or in an array.
    enum Content {
        case one(DocumentSchema)
        case many(DocumentSchema)
    }

    let method: RequestMethod
    /// Unique in the document.
    let id: String
    let summary: String
    var parameters: ParameterSet = []
    /// The words that `options` takes, where it is among the parameters.
    var options: [String] = []
    var body: Content?
    /// The statuses of success, and what comes with them.
    var answers: [(status: Int, content: Content?)]
    /// The media types of the answer's content.
    var media: [MediaType] = [.json]
    /// Whether the answer has entities, so that `Prefer` applies.
    var isOfEntities = false
    /// Query parameters that are no other operation's, written out.
    var ownParameters: [DocumentValue] = []

    /// Whether it changes what is stored.
    var isWrite: Bool {
        if case .one(.query)? = body { return false }
        return !method.isSafe
    }

    static func get(
        _ operation: Operation, id: String? = nil, _ summary: String, _ parameters: ParameterSet = [],
        options: [String] = [], content: Content, partly: Bool = false,
        media: [MediaType] = MediaType.plain, isOfEntities: Bool = false
    ) -> DocumentedOperation {
        var answers: [(status: Int, content: Content?)] = [(200, content)]
        if isOfEntities { answers.append((203, content)) }
        if partly { answers.append((206, content)) }
        return DocumentedOperation(
            method: .GET, id: id ?? operation.name, summary: summary, parameters: parameters, options: options,
            answers: answers, media: media, isOfEntities: isOfEntities)
    }

    static func write(
        _ method: RequestMethod, _ operation: Operation, _ summary: String, _ parameters: ParameterSet = [],
        options: [String] = [], body: Content? = nil, answers: [Int]
    ) -> DocumentedOperation {
        DocumentedOperation(
            method: method, id: operation.name, summary: summary, parameters: parameters, options: options, body: body,
            answers: answers.map { ($0, Self.content($0, method, body)) })
    }

    /// What a write answers: after a batch the ids that were created, and what became of each part in a 207.
    private static func content(_ status: Int, _ method: RequestMethod, _ body: Content?) -> Content? {
        switch (status, body) {
        case (207, .many?): .one(.batchResult)
        case (207, _): method == .DELETE ? .one(.batchResult) : .one(.updateResult)
        case (201, .many?): .many(.uri)
        default: nil
        }
    }

    /// A query that comes in a body: it answers as the one by GET does.
    func posted(id: String, _ summary: String, _ parameters: ParameterSet) -> DocumentedOperation {
        var result = DocumentedOperation(
            method: .POST, id: id, summary: summary, parameters: parameters, options: options, body: .one(.query),
            answers: answers, media: media)
        result.isOfEntities = isOfEntities
        return result
    }
}
