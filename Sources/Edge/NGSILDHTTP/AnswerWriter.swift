import JSONTree
import NGSILDModel

/// The pieces that answers other than entities are put together from.
enum AnswerWriter {
    static func strings(_ texts: [String], to writer: inout ByteWriter) {
        array(texts, to: &writer) { text, writer in writer.append(jsonString: text) }
    }

    static func array<T>(
        _ items: some Collection<T>, to writer: inout ByteWriter, _ body: (T, inout ByteWriter) -> Void
    ) {
        writer.append("[")
        for (offset, item) in items.enumerated() {
            if offset > 0 { writer.append(",") }
            body(item, &writer)
        }
        writer.append("]")
    }

    /// The start of an Attribute (CIM 009 clause 5.2.28), to be closed by the caller.
    static func attribute(_ name: TermID, _ context: TermContext, to writer: inout ByteWriter) {
        writer.append("{\"id\":")
        writer.append(jsonString: context.registry.iri(name))
        writer.append(",\"type\":\"Attribute\",\"attributeName\":")
        writer.append(jsonString: context.name(name))
    }

    static func kinds(_ kinds: Set<AttributeKind>) -> [String] { kinds.map { "\($0.typeName)" }.sorted() }

    static func list(
        _ type: StaticString, _ member: StaticString, _ names: [String], _ contextText: [UInt8]?,
        to writer: inout ByteWriter
    ) {
        // One list for each state of the names, so that its id is unique and the same for the same list.
        let hash = FNV1a.hash(names.joined(separator: ","))
        writer.append("{\"id\":\"urn:ngsi-ld:")
        writer.append(type)
        writer.append(":")
        writer.append(utf8: String(hash, radix: 16))
        writer.append("\",\"type\":\"")
        writer.append(type)
        writer.append("\",\"")
        writer.append(member)
        writer.append("\":")
        strings(names, to: &writer)
        close(contextText, to: &writer)
    }

    static func close(_ contextText: [UInt8]?, to writer: inout ByteWriter) {
        if let contextText {
            writer.append(",\"@context\":")
            writer.append(contextText)
        }
        writer.append("}")
    }
}
