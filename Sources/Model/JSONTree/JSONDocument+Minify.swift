extension JSONDocument {
    /// Appends the value as JSON without the white space between tokens; strings and numbers stay as written.
    ///
    /// Cost: that of a copy when the text has no white space between tokens.
    public func appendMinified(_ node: JSONNode, to writer: inout ByteWriter) {
        if hasSpace, entry(node.index).isContainer {
            withExtendedLifetime(tape) { appendTokens(from: node.index, &writer) }
        } else {
            withBytes(range(node)) { writer.append($0) }
        }
    }

    /// The value as minified JSON text.
    public func text(_ node: JSONNode) -> String {
        let range = range(node)
        if !hasSpace { return withBytes(range) { String(decoding: $0, as: UTF8.self) } }
        var writer = ByteWriter(capacity: range.count)
        appendMinified(node, to: &writer)
        return writer.string()
    }

    /// Copies runs of tokens that stand next to each other.
    private func appendTokens(from opening: Int, _ writer: inout ByteWriter) {
        var runStart = Int(entry(opening).start)
        var runEnd = runStart + 1
        for index in opening + 1..<entry(opening).value {
            let entry = entry(index)
            let start = Int(entry.start)
            // Between two tokens stand white space and at most one comma or colon.
            var position = runEnd
            while position < start {
                let byte = text[position]
                if byte > 0x20 {
                    if position == runEnd {
                        runEnd += 1
                    } else {
                        writer.append(UnsafeBufferPointer(start: text + runStart, count: runEnd - runStart))
                        (runStart, runEnd) = (position, position + 1)
                    }
                }
                position += 1
            }
            if start != runEnd {
                writer.append(UnsafeBufferPointer(start: text + runStart, count: runEnd - runStart))
                runStart = start
            }
            // A closing has no length on the tape; it is a byte like an opening.
            runEnd = start + (entry.isContainer ? 1 : max(1, entry.value))
        }
        writer.append(UnsafeBufferPointer(start: text + runStart, count: runEnd - runStart))
    }
}
