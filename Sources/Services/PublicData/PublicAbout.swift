import JSONTree
import NGSILDModel

/// What a layer is, whose it is, what one may do with it, and where its data are.
struct PublicAbout {
    let layer: PublishedLayer
    let language: PublicLanguage
    let isEmbedded: Bool
    let hasAlerts: Bool

    private func words(_ english: String) -> String { language.words(english) }

    func append(to writer: inout ByteWriter) {
        let publication = layer.publication
        writer.append("<section class=\"about\" id=\"about\">\n<h2>")
        writer.append(markup: words("What is this?"))
        writer.append("</h2>\n<dl>\n")
        term(words("Published by"), &writer)
        link(publication.publisher.url, publication.publisher.name, &writer)
        writer.append("</dd>\n")
        term(words("Licence"), &writer)
        link(publication.licence, publication.licence, &writer)
        writer.append("</dd>\n")
        term(words("Updated¦how often"), &writer)
        writer.append(markup: language.frequency(publication.updateFrequency))
        writer.append("</dd>\n")
        if publication.contact != Publication.Contact() {
            term(words("Questions"), &writer)
            let contact = publication.contact
            let address = contact.email.map { "mailto:" + $0 } ?? contact.url
            link(address, contact.name.isEmpty ? contact.email ?? contact.url ?? "" : contact.name, &writer)
            writer.append("</dd>\n")
        }
        term(words("Data"), &writer)
        var links = [("layers/\(layer.id).csv", "CSV")]
        if layer.geometry != .none { links.append(("layers/\(layer.id).geojson", "GeoJSON")) }
        links.append(("layers/\(layer.id).jsonld", "NGSI-LD"))
        if layer.hasTiles { links.append(("tiles/\(layer.id).json", words("Vector tiles"))) }
        links.append(("catalogue.ttl", "DCAT-AP"))
        for (place, (address, name)) in links.enumerated() {
            if place > 0 { writer.append(" · ") }
            link(address, name, &writer)
        }
        writer.append("</dd>\n</dl>\n")
        if isEmbedded {
            writer.append("<p><a target=\"_blank\" rel=\"noopener\" href=\"./?layer=")
            writer.append(markup: "\(layer.id)&lang=\(language.code)")
            writer.append("\">")
            writer.append(markup: words("Open the whole site"))
            writer.append("</a></p>\n")
        }
        writer.append("</section>\n")
    }

    private func term(_ name: String, _ writer: inout ByteWriter) {
        writer.append("<dt>")
        writer.append(markup: name)
        writer.append("</dt><dd>")
    }

    private func link(_ address: String?, _ text: String, _ writer: inout ByteWriter) {
        guard let address else { return writer.append(markup: text.cut(to: 200)) }
        writer.append("<a href=\"")
        writer.append(markup: address)
        writer.append(isEmbedded ? "\" target=\"_blank\" rel=\"noopener\">" : "\">")
        writer.append(markup: text.cut(to: 200))
        writer.append("</a>")
    }
}
