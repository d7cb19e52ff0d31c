import JSONTree
import NGSILDModel
import NGSILDOperations

/// Answers to operations that may succeed in part.
enum UpdateAnswer {
    /// 204 when all was updated, else 207 with an UpdateResult (CIM 009 clause 5.2.18), with full names (6.3.6).
    static func make(_ result: ProvisionResult, _ registry: TermRegistry) -> HTTPAnswer {
        guard case .updated(let update) = result, !update.notUpdated.isEmpty || update.leavesScopeOut else {
            return HTTPAnswer(status: 204)
        }
        var writer = ByteWriter(capacity: 256)
        writer.append("{\"updated\":")
        AnswerWriter.strings(update.updated.map { registry.iri($0) }, to: &writer)
        writer.append(",\"notUpdated\":")
        var left = update.notUpdated.map { (name: registry.iri($0.name), reason: $0.reason) }
        if update.leavesScopeOut {
            left.append(
                ("https://uri.etsi.org/ngsi-ld/scope", "the entity has no scope to replace; merge or append one"))
        }
        AnswerWriter.array(left, to: &writer) { item, writer in
            writer.append("{\"attributeName\":")
            writer.append(jsonString: item.name)
            writer.append(",\"reason\":")
            writer.append(jsonString: item.reason)
            writer.append("}")
        }
        writer.append("}")
        return HTTPAnswer(status: 207, contentType: MediaType.json.text, body: writer.array())
    }
}
