import JSONTree

/// Merges a fragment's value into a stored one, going into objects; the NGSI-LD Null removes a member.
///
/// - Source: RFC 7396 with the null of CIM 009 clause 5.5.12.
enum JSONMergePatch {
    static func append(
        target: JSONDocument, _ targetNode: JSONNode, patch: JSONDocument, _ patchNode: JSONNode,
        to writer: inout ByteWriter
    ) {
        guard target.isObject(targetNode), patch.isObject(patchNode) else {
            appendWithoutNulls(patch, patchNode, to: &writer)
            return
        }
        writer.append(UInt8(ascii: "{"))
        var needsComma = false
        for (key, value) in target.members(targetNode) {
            let change = target.string(key).flatMap { patch.member(patchNode, named: $0) }
            if let change, isNull(patch, change) { continue }
            appendKey(target, key, &needsComma, to: &writer)
            if let change {
                append(target: target, value, patch: patch, change, to: &writer)
            } else {
                target.appendMinified(value, to: &writer)
            }
        }
        for (key, value) in patch.members(patchNode) where !isNull(patch, value) {
            if let name = patch.string(key), target.member(targetNode, named: name) != nil { continue }
            appendKey(patch, key, &needsComma, to: &writer)
            appendWithoutNulls(patch, value, to: &writer)
        }
        writer.append(UInt8(ascii: "}"))
    }

    private static func isNull(_ document: JSONDocument, _ node: JSONNode) -> Bool {
        document.equals(node, "urn:ngsi-ld:null") || document.isNull(node)
    }

    private static func appendKey(
        _ document: JSONDocument, _ key: JSONNode, _ needsComma: inout Bool, to writer: inout ByteWriter
    ) {
        if needsComma { writer.append(UInt8(ascii: ",")) }
        needsComma = true
        document.appendMinified(key, to: &writer)
        writer.append(UInt8(ascii: ":"))
    }

    /// A new value: nulls inside objects mean absence, so they are left out.
    static func appendWithoutNulls(_ document: JSONDocument, _ node: JSONNode, to writer: inout ByteWriter) {
        guard document.isObject(node) else {
            document.appendMinified(node, to: &writer)
            return
        }
        writer.append(UInt8(ascii: "{"))
        var needsComma = false
        for (key, value) in document.members(node) where !isNull(document, value) {
            appendKey(document, key, &needsComma, to: &writer)
            appendWithoutNulls(document, value, to: &writer)
        }
        writer.append(UInt8(ascii: "}"))
    }
}
