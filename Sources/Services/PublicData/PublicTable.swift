import JSONTree
import NGSILDModel

/// The entities of a page as a table for people.
struct PublicTable {
    private static let cellLimit = 120

    let layer: PublishedLayer
    let language: PublicLanguage

    private var columns: [PublishedLayer.Attribute] { layer.attributes.filter { $0.term != layer.geometry } }

    func append(_ records: [EntityRecord], to writer: inout ByteWriter) {
        // It may be wider than the window: then it is scrolled, by keys as well.
        writer.append("<div class=\"table\" tabindex=\"0\" role=\"region\" aria-labelledby=\"count\">")
        writer.append("<table id=\"table\">\n<thead><tr><th scope=\"col\">")
        writer.append(markup: language.words("Name"))
        writer.append("</th>")
        for column in columns where column.column != "name" {
            writer.append("<th scope=\"col\">")
            writer.append(markup: label(column))
            writer.append("</th>")
        }
        writer.append("</tr></thead>\n<tbody>\n")
        for record in records {
            let entity = PublishedEntity(record, of: layer, language: language.code)
            writer.append("<tr data-id=\"")
            writer.append(markup: entity.id)
            writer.append("\"><th scope=\"row\">")
            writer.append(markup: entity.displayName.cut(to: Self.cellLimit))
            writer.append("</th>")
            for column in columns where column.column != "name" {
                writer.append("<td>")
                if let value = entity.value(column.column) {
                    writer.append(markup: text(value))
                    if value.observedAt.isSet {
                        writer.append(" <time datetime=\"")
                        value.observedAt.append(to: &writer)
                        writer.append("\">")
                        writer.append(utf8: Self.short(value.observedAt))
                        writer.append("</time>")
                    }
                }
                writer.append("</td>")
            }
            writer.append("</tr>\n")
        }
        writer.append("</tbody></table></div>\n")
    }

    private func label(_ column: PublishedLayer.Attribute) -> String {
        (column.label.text(language.code) ?? column.column).cut(to: Self.cellLimit)
    }

    private func text(_ value: PublishedEntity.Value) -> String {
        if value.number != nil {
            let unit = value.unitCode.map { PublicLanguage.unit($0.cut(to: 12)) } ?? ""
            return language.number(value.text) + (unit.isEmpty ? "" : "\u{A0}" + unit)
        }
        switch value.json.first {
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return language.truth(value.text)
        case UInt8(ascii: "n"), nil: return ""
        default:
            if let time = CAPMessage.time(value.json) { return Self.short(time) }
            return value.text.cut(to: Self.cellLimit)
        }
    }

    /// In UTC, to the minute; a script says it in the reader's time.
    static func short(_ time: Timestamp) -> String {
        let text = time.text
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }
}
