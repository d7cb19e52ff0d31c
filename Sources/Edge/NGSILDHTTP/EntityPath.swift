import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// Checks of what stands in the path of a resource below `/entities` and of the `type` that goes with it.
enum EntityPath {
    static func check(_ id: String) throws(HTTPFailure) {
        guard EntityID.isValid(id) else {
            throw .badRequest("The entity id \"\(id)\" in the path is not a URI; an id looks like urn:ngsi-ld:Room:1")
        }
    }

    static func check(attribute name: String) throws(HTTPFailure) {
        guard AttributeName.isValid(name), !name.hasPrefix("@"), name != ".", name != ".." else {
            throw .badRequest("\"\(name)\" in the path is not a name of an attribute")
        }
    }

    static func check(_ draft: EntityDraft, isOf id: String) throws(HTTPFailure) {
        guard draft.id.isEmpty || draft.id == id else {
            throw .badRequest("The body is about entity \(draft.id), the path about \(id)")
        }
    }

    static func check(_ entity: EntityRecord, isOf type: String?, _ context: BoundContext) throws(HTTPFailure) {
        guard let type else { return }
        let selection = try translating { () throws(NGSILDError) in
            try TypeSelection(parsing: type, context: context.terms)
        }
        guard selection.matches(entity.types) else {
            throw .ngsild(.resourceNotFound("Entity \(entity.id) is not of type \(type)"))
        }
    }

    /// Refuses a write to an entity that is not of the type in `type`, as it stands now.
    static func checkType(
        _ exchange: Exchange, _ parameters: QueryParameters, _ id: String, _ context: BoundContext
    ) throws(HTTPFailure) {
        guard let type = parameters[.type] else { return }
        let entity = try translating { () throws(NGSILDError) in
            try exchange.services.consumption.retrieveEntity(id: id, tenant: exchange.tenant)
        }
        try check(entity, isOf: type, context)
    }

    /// Runs a write without body, after the check of its `type` if it has one.
    static func withType(
        _ exchange: Exchange, _ parameters: QueryParameters, _ id: String,
        _ body: @escaping @Sendable () throws(HTTPFailure) -> Void
    ) throws(HTTPFailure) {
        if parameters[.type] == nil { return try body() }
        try exchange.withLinkedContext { (context) throws(HTTPFailure) in
            try checkType(exchange, parameters, id, context)
            try body()
        }
    }
}
