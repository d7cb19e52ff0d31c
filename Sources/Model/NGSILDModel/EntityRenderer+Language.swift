import JSONTree

/// Attributes in the language that was asked for.
extension EntityRenderer {
    /// A LanguageProperty read in one language is a Property with `lang` (clause 4.15).
    mutating func appendInLanguage(
        _ forest: AttributeForest, _ index: Int, _ language: String, to writer: inout ByteWriter
    ) {
        let node = forest.nodes[index]
        guard let document = try? JSONDocument(parsing: Array(forest.bytes[node.value])),
            let (tag, text) = LanguageChoice.best(in: document, for: language)
        else {
            writer.append("null")
            return
        }
        if representation.form == .simplified {
            document.appendMinified(text, to: &writer)
            return
        }
        writer.append(UInt8(ascii: "{"))
        if representation.form == .normalized { writer.append("\"type\":\"Property\",") }
        writer.append("\"value\":")
        document.appendMinified(text, to: &writer)
        if tag != "@none" {
            writer.append(",\"lang\":")
            writer.append(jsonString: tag)
        }
        let end = max(node.value.upperBound, shownEnd(forest, node))
        let hidden = storedLanguage(forest, node, before: end)
        let hasHoles = node.flags.contains(.hasHoles)
        appendRun(forest, node.value.upperBound..<hidden.lowerBound, hasHoles, to: &writer)
        appendRun(forest, hidden.upperBound..<end, hasHoles, to: &writer)
        appendTail(forest, index, separated: true, to: &writer)
    }

    /// Where a `lang` stands that came in with a LanguageProperty, which means nothing beside that of the answer; empty
    /// at `end` when there is none.
    private func storedLanguage(_ forest: AttributeForest, _ node: AttributeNode, before end: Int) -> Range<Int> {
        let member = HeadMembers(forest, node).members.first { member in
            member.key.lowerBound > node.value.upperBound
                && forest.bytes[member.key].elementsEqual("\"lang\"".utf8)
        }
        guard let member, member.value.upperBound <= end else { return end..<end }
        return member.key.lowerBound - 1..<member.value.upperBound
    }
}

/// Chooses the text of a language map for a preference such as `fr,en;q=0.8`.
enum LanguageChoice {
    /// - Returns: the tag and its text: the best match, else English, else `@none`, else the first.
    static func best(in document: JSONDocument, for preference: String) -> (String, JSONNode)? {
        var entries: [(tag: String, text: JSONNode)] = []
        for (key, text) in document.members(document.root) { entries.append((document.string(key) ?? "", text)) }
        let wanted = preference.split(separator: ",").map { part -> (tag: String, weight: Double) in
            let pieces = part.split(separator: ";")
            let tag = pieces.first.map { String($0).filter { $0 != " " } } ?? ""
            let weight = pieces.dropFirst().compactMap { piece -> Double? in
                let text = piece.filter { $0 != " " }
                return text.hasPrefix("q=") ? Double(text.dropFirst(2)) : nil
            }.first
            return (tag.lowercased(), weight ?? 1)
        }.enumerated().sorted { ($0.element.weight, -$0.offset) > ($1.element.weight, -$1.offset) }.map(\.element)
        for (tag, _) in wanted {
            if tag == "*", let first = entries.first { return first }
            if let exact = entries.first(where: { $0.tag.lowercased() == tag }) { return exact }
            if let wider = entries.first(where: { tag.hasPrefix($0.tag.lowercased() + "-") }) { return wider }
        }
        return entries.first { $0.tag == "@none" } ?? entries.first { $0.tag == "en" } ?? entries.first
    }
}
