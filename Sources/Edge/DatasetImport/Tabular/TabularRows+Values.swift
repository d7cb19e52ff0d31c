import JSONTree

/// What the current row holds for the attributes.
extension TabularRows {
    /// What the row holds for an attribute.
    enum Value {
        case written
        case missing
        case skipped
    }

    /// Appends the value of an attribute as JSON. A cell that cannot be read is counted as skipped.
    ///
    /// - Parameter now: The time to write where the attribute is the row's own time.
    func append(
        _ attribute: Int, at now: Timestamp?, to writer: inout ByteWriter, _ summary: inout ImportSummary
    ) -> Value {
        switch attributes[attribute] {
        case .number(let column, let scale, let offset):
            let cell = field(column).trimmed
            if isMissing(cell) { return .missing }
            if scale == 1, offset == 0, CellNumber.isPlainJSON(cell) {
                writer.append(cell)
                return .written
            }
            guard let value = CellNumber.double(cell, decimalComma: mapping.decimalComma) else {
                return skipValue(attribute, column, "it is no number", &summary)
            }
            let scaled = scale == 1 && offset == 0 ? value : (value * scale + offset).roundedToTwelveDigits
            guard scaled.isFinite else { return skipValue(attribute, column, "it is too large", &summary) }
            writer.append(number: scaled)
            return .written
        case .text(let column):
            let cell = field(column)
            if isMissing(cell.trimmed) { return .missing }
            guard cell.isUTF8 else {
                return skipValue(attribute, column, "the text is not UTF-8 (convert the file with iconv)", &summary)
            }
            writer.append(jsonString: cell)
            return .written
        case .boolean(let column):
            let cell = field(column).trimmed
            if isMissing(cell) { return .missing }
            switch String(decoding: cell, as: UTF8.self).lowercased() {
            case "true", "t", "yes", "y", "1": writer.append("true")
            case "false", "f", "no", "n", "0": writer.append("false")
            default: return skipValue(attribute, column, "it is neither true nor false", &summary)
            }
            return .written
        case .table(let column, let values):
            let cell = field(column).trimmed
            if isMissing(cell) { return .missing }
            guard let value = values[Array(cell)] else {
                return skipValue(attribute, column, "the mapping has no value for it", &summary)
            }
            writer.append(value)
            return .written
        case .relationship(let pieces, let startsWithColumn):
            return appendRelationship(pieces, startsWithColumn, to: &writer, attribute, &summary)
        case .point(let longitude, let latitude):
            let (x, y) = (field(longitude).trimmed, field(latitude).trimmed)
            if isMissing(x), isMissing(y) { return .missing }
            guard let x = CellNumber.double(x, decimalComma: mapping.decimalComma), abs(x) <= 180,
                let y = CellNumber.double(y, decimalComma: mapping.decimalComma), abs(y) <= 90
            else { return skipValue(attribute, longitude, "longitude and latitude are no position", &summary) }
            AttributeWriter.appendPoint(longitude: x, latitude: y, to: &writer)
            return .written
        case .geometry(let column):
            let cell = field(column).trimmed
            if isMissing(cell) { return .missing }
            let start = writer.count
            if let reason = GeometryCell.append(cell, to: &writer) {
                writer.truncate(to: start)
                return skipValue(attribute, column, reason, &summary)
            }
            return .written
        case .time:
            guard let time = now ?? observedAt else { return .missing }
            writer.append("{\"@type\":\"DateTime\",\"@value\":\"")
            time.append(to: &writer)
            writer.append("\"}")
            return .written
        }
    }

    private func appendRelationship(
        _ pieces: [IDPiece], _ startsWithColumn: Bool, to writer: inout ByteWriter, _ attribute: Int,
        _ summary: inout ImportSummary
    ) -> Value {
        idScratch.removeAll(keepingCapacity: true)
        if append(pieces, startsWithColumn: startsWithColumn, to: &idScratch) != nil { return .missing }
        guard EntityID.isURI(idScratch) else {
            let example = String(decoding: idScratch, as: UTF8.self)
            summary.skip(
                .value, file: path, line: line, reason: "\(mapping.attributes[attribute].name): the target is no URI",
                example: example)
            return .skipped
        }
        idScratch.withUnsafeBufferPointer { writer.append(jsonString: $0) }
        return .written
    }

    private func skipValue(
        _ attribute: Int, _ column: Int, _ reason: String, _ summary: inout ImportSummary
    ) -> Value {
        summary.skip(
            .value, file: path, line: line, reason: "\(mapping.attributes[attribute].name): \(reason)",
            example: text(column))
        return .skipped
    }
}
