import JSONTree

/// One line of a file: an entity, or a part of the history of one.
struct HistoryLine {
    private let document: JSONDocument

    /// - Throws: `malformedRow` for a line that is no JSON object with an id and a type.
    init(_ line: [UInt8], file: String, number: Int) throws(ImportError) {
        func refusal(_ reason: String) -> ImportError {
            .malformedRow(
                file: file, line: number, reason: reason,
                remedy: "each line is one entity, a JSON object with id and type; nothing was imported")
        }
        do throws(JSONParseError) { document = try JSONDocument(parsing: line) } catch {
            throw refusal("the line is not JSON: \(error)")
        }
        guard document.isObject(document.root) else { throw refusal("the line is no JSON object") }
        for (name, key) in [("id", "@id"), ("type", "@type")] {
            guard document.member(document.root, named: name) ?? document.member(document.root, named: key) != nil
            else { throw refusal("the object has no \"\(name)\"") }
        }
    }

    /// The history in parts that a broker takes at once, each an EntityTemporal.
    ///
    /// An instance is known by its `observedAt`. One without it is given the time at which it was deleted, modified or
    /// created, so that importing it twice changes nothing.
    func parts(of limit: Int) -> [(text: [UInt8], instances: Int)] {
        var head = ByteWriter(capacity: 256)
        var attributes: [(key: JSONNode, value: JSONNode)] = []
        for (key, value) in document.members(document.root) {
            if Self.isHead(document, key) {
                head.append(head.count == 0 ? "{" : ",")
                append(key, value, to: &head)
            } else if !Self.systemMembers.contains(where: { document.equals(key, $0) }) {
                attributes.append((key, value))
            }
        }
        let start = head.array()
        var parts: [(text: [UInt8], instances: Int)] = []
        var writer = ByteWriter(capacity: 64 << 10)
        writer.append(start)
        var count = 0
        for (key, value) in attributes {
            guard let instances = instances(value) else {
                writer.append(",")
                append(key, value, to: &writer)
                count += 1
                continue
            }
            var isOpen = false
            for instance in instances {
                if count == limit {
                    writer.append(isOpen ? "]}" : "}")
                    parts.append((writer.array(), count))
                    writer.removeAll()
                    writer.append(start)
                    count = 0
                    isOpen = false
                }
                writer.append(",")
                if !isOpen {
                    document.appendMinified(key, to: &writer)
                    writer.append(":[")
                    isOpen = true
                }
                append(instance, to: &writer)
                count += 1
            }
            if isOpen { writer.append("]") }
        }
        if count > 0 || parts.isEmpty {
            writer.append("}")
            parts.append((writer.array(), count))
        }
        return parts
    }

    private static let systemMembers: [StaticString] = ["createdAt", "modifiedAt", "deletedAt", "expiresAt"]

    private static func isHead(_ document: JSONDocument, _ key: JSONNode) -> Bool {
        for name in ["id", "@id", "type", "@type", "@context"] as [StaticString] where document.equals(key, name) {
            return true
        }
        return false
    }

    /// The instances of an attribute; `nil` for a value that is none, such as the scopes of now.
    private func instances(_ value: JSONNode) -> [JSONNode]? {
        if document.isObject(value) { return [value] }
        guard document.isArray(value) else { return nil }
        let elements = Array(document.elements(value))
        return elements.allSatisfy(document.isObject) ? elements : nil
    }

    private func append(_ key: JSONNode, _ value: JSONNode, to writer: inout ByteWriter) {
        document.appendMinified(key, to: &writer)
        writer.append(":")
        document.appendMinified(value, to: &writer)
    }

    private func append(_ instance: JSONNode, to writer: inout ByteWriter) {
        guard document.isObject(instance), document.member(instance, "observedAt") == nil else {
            return document.appendMinified(instance, to: &writer)
        }
        let time =
            document.member(instance, "deletedAt") ?? document.member(instance, "modifiedAt")
            ?? document.member(instance, "createdAt")
        guard let time else { return document.appendMinified(instance, to: &writer) }
        writer.append("{\"observedAt\":")
        document.appendMinified(time, to: &writer)
        for (key, value) in document.members(instance) {
            writer.append(",")
            append(key, value, to: &writer)
        }
        writer.append("}")
    }
}
