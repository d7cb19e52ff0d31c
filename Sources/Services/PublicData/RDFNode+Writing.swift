import JSONTree

extension RDFNode {
    /// JSON-LD 1.1 with its own @context, which has prefixes only, so that a reader fetches nothing.
    func jsonLD() -> [UInt8] {
        var writer = ByteWriter(capacity: 8_192)
        writer.append("{\"@context\":{")
        for (place, prefix) in Self.prefixes.enumerated() {
            if place > 0 { writer.append(",") }
            writer.append(jsonString: prefix.name)
            writer.append(":")
            writer.append(jsonString: prefix.iri)
        }
        writer.append("},")
        appendMembers(to: &writer)
        writer.append("}\n")
        return writer.array()
    }

    private func appendMembers(to writer: inout ByteWriter) {
        if let iri {
            writer.append("\"@id\":")
            writer.append(jsonString: iri)
            writer.append(",")
        }
        writer.append("\"@type\":")
        writer.append(texts: types)
        for (name, values) in properties {
            writer.append(",")
            writer.append(jsonString: name)
            writer.append(":[")
            for (place, value) in values.enumerated() {
                if place > 0 { writer.append(",") }
                writer.append("{")
                switch value {
                case .iri(let iri):
                    writer.append("\"@id\":")
                    writer.append(jsonString: iri)
                case .text(let text, let language):
                    writer.append("\"@value\":")
                    writer.append(jsonString: text)
                    if let language {
                        writer.append(",\"@language\":")
                        writer.append(jsonString: language)
                    }
                case .typed(let text, let datatype):
                    writer.append("\"@value\":")
                    writer.append(jsonString: text)
                    writer.append(",\"@type\":")
                    writer.append(jsonString: datatype)
                case .node(let node): node.appendMembers(to: &writer)
                }
                writer.append("}")
            }
            writer.append("]")
        }
    }

    /// Turtle (RDF 1.1); nested nodes with an IRI follow as statements of their own.
    func turtle() -> [UInt8] {
        var writer = ByteWriter(capacity: 8_192)
        for prefix in Self.prefixes { writer.append(utf8: "@prefix \(prefix.name): <\(prefix.iri)> .\n") }
        var rest = [self]
        while let node = rest.popLast() {
            writer.append("\n<")
            writer.append(utf8: Self.escaped(iri: node.iri ?? ""))
            writer.append(">")
            node.appendStatements(indent: "    ", rest: &rest, to: &writer)
            writer.append(" .\n")
        }
        return writer.array()
    }

    private func appendStatements(indent: String, rest: inout [RDFNode], to writer: inout ByteWriter) {
        writer.append(utf8: " a \(types.joined(separator: ", "))")
        for (name, values) in properties {
            writer.append(utf8: " ;\n\(indent)\(name) ")
            for (place, value) in values.enumerated() {
                if place > 0 { writer.append(", ") }
                switch value {
                case .iri(let iri): writer.append(utf8: "<\(Self.escaped(iri: iri))>")
                case .text(let text, let language):
                    writer.append(utf8: "\"\(Self.escaped(text))\"" + (language.map { "@" + $0 } ?? ""))
                case .typed(let text, let datatype):
                    writer.append(utf8: "\"\(Self.escaped(text))\"^^\(datatype)")
                case .node(let node):
                    if let iri = node.iri {
                        writer.append(utf8: "<\(Self.escaped(iri: iri))>")
                        rest.append(node)
                    } else {
                        writer.append("[")
                        node.appendStatements(indent: indent + "    ", rest: &rest, to: &writer)
                        writer.append(" ]")
                    }
                }
            }
        }
    }

    /// - Source: RDF 1.1 Turtle, section 6.4.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            case "\t": escaped += "\\t"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7F {
                    escaped += "\u{FFFD}"
                } else {
                    escaped.unicodeScalars.append(scalar)
                }
            }
        }
        return escaped
    }

    /// What an IRIREF may not hold is percent-encoded.
    private static func escaped(iri: String) -> String {
        var escaped = ""
        for scalar in iri.unicodeScalars {
            if scalar.value <= 0x20 || "<>\"{}|^`\\".unicodeScalars.contains(scalar) {
                escaped += "%" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16, uppercase: true)
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
