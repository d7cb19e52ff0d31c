import JSONLD
import JSONTree
import NGSILDModel
import NGSILDOperations

/// Reads the members of a batch; one that cannot be read is rejected, and the rest goes on.
struct BatchReader: Sendable {
    /// How each member is read.
    struct Reading: Sendable {
        let purpose: EntityDecoder.Purpose
        var allowsNull: Bool?
        var mergesValues = false
    }

    let document: JSONDocument
    let nodes: [JSONNode]
    let reading: Reading

    /// Reads a batch in plain JSON, all of it under one context.
    func read(_ context: TermContext) -> [BatchMember] {
        var members: [BatchMember] = []
        members.reserveCapacity(nodes.count)
        let decoder = decoder(context)
        for node in nodes {
            if document.member(node, "@context") != nil {
                members.append(
                    .rejected(
                        id: id(node),
                        .badRequestData("The entity has an @context; send the batch as application/ld+json")))
            } else {
                members.append(read(node, decoder))
            }
        }
        return members
    }

    /// Reads a batch in JSON-LD, where each member brings its context, then runs `finish` on the loop.
    ///
    /// Contexts that must be loaded are loaded one after the other; most batches have one.
    func readLinkedData(_ exchange: Exchange, _ finish: @escaping @Sendable ([BatchMember]) -> Void) {
        readLinkedData(exchange, from: 0, [], finish)
    }

    private func readLinkedData(
        _ exchange: Exchange, from start: Int, _ read: [BatchMember],
        _ finish: @escaping @Sendable ([BatchMember]) -> Void
    ) {
        var members = read
        let contexts = exchange.services.contexts
        for index in start..<nodes.count {
            let node = nodes[index]
            guard let inline = document.member(node, "@context") else {
                members.append(
                    .rejected(
                        id: id(node), .badRequestData("An entity in application/ld+json needs a member \"@context\"")))
                continue
            }
            do throws(ContextError) {
                if let context = try contexts.resolveInline(document, inline) {
                    members.append(self.read(node, decoder(exchange.binding.contexts.bound(context).terms)))
                    continue
                }
            } catch {
                members.append(.rejected(id: id(node), NGSILDError(error)))
                continue
            }
            let before = members
            contexts.resolve(.value(document, inline)) { result in
                exchange.request.onLoop {
                    let member: BatchMember
                    switch result {
                    case .success(let context):
                        member = self.read(node, decoder(exchange.binding.contexts.bound(context).terms))
                    case .failure(let error): member = .rejected(id: id(node), NGSILDError(error))
                    }
                    readLinkedData(exchange, from: index + 1, before + [member], finish)
                }
            }
            return
        }
        finish(members)
    }

    private func decoder(_ context: TermContext) -> EntityDecoder {
        EntityDecoder(
            context: context, purpose: reading.purpose, allowsNull: reading.allowsNull ?? false,
            mergesValues: reading.mergesValues)
    }

    private func read(_ node: JSONNode, _ decoder: EntityDecoder) -> BatchMember {
        do throws(NGSILDError) {
            let draft = try decoder.decodeEntity(document, node)
            if draft.id.isEmpty { throw .badRequestData("The entity has no \"id\"; give it a URI") }
            return .draft(draft)
        } catch {
            return .rejected(id: id(node), error)
        }
    }

    private func id(_ node: JSONNode) -> String? {
        (document.member(node, "id") ?? document.member(node, "@id")).flatMap { document.string($0) }
    }
}
