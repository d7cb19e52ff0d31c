import GeoJSON
import JSONTree
import NGSILDModel
import NGSILDOperations

/// The site as HTML: whole without a script, which adds the map, the search and a panel.
struct PublicPage {
    static let rowLimit = 100

    let placeName: String
    let language: PublicLanguage
    /// All that there are.
    let languages: [PublicLanguage]
    let layers: [PublishedLayer]
    /// The layer on show; `nil` where nothing is published.
    let layer: PublishedLayer?
    let summary: LayerSummary?
    let page: EntityPage
    /// Whether it stands in a frame on somebody's page: without a header and a list of layers.
    let isEmbedded: Bool
    let hasAlerts: Bool
    /// The address of `/public/`.
    let root: String

    func html() -> [UInt8] {
        var writer = ByteWriter(capacity: 32 << 10)
        writer.append("<!doctype html>\n<html lang=\"")
        writer.append(utf8: language.code)
        writer.append("\">\n<head>\n<meta charset=\"utf-8\">\n")
        writer.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        writer.append("<meta name=\"color-scheme\" content=\"light dark\">\n<title>")
        writer.append(markup: title)
        writer.append("</title>\n<link rel=\"icon\" href=\"files/favicon.svg\" type=\"image/svg+xml\">\n")
        writer.append("<link rel=\"stylesheet\" href=\"files/site.css\">\n")
        link("catalogue.jsonld", "application/ld+json", "DCAT-AP (JSON-LD)", &writer)
        link("catalogue.ttl", "text/turtle", "DCAT-AP (Turtle)", &writer)
        if hasAlerts { link("alerts.atom", "application/atom+xml", words("Alerts"), &writer) }
        if let layer { describe(layer, &writer) }
        if let words = language.scriptWords {
            writer.append("<script type=\"application/json\" id=\"words\">")
            writer.append(scriptData: words)
            writer.append("</script>\n")
        }
        writer.append("<script type=\"module\" src=\"files/site.js\"></script>\n</head>\n<body")
        if isEmbedded { writer.append(" class=\"embed\"") }
        writer.append(">\n<a class=\"skip\" href=\"#data\">")
        writer.append(markup: words("Skip to the data"))
        writer.append("</a>\n")
        if !isEmbedded { header(&writer) }
        writer.append("<main>\n")
        if let layer, let summary {
            body(layer, summary, &writer)
        } else {
            writer.append("<h1 class=\"nothing\">")
            writer.append(markup: words("Nothing is published here yet."))
            writer.append("</h1>\n")
        }
        writer.append("</main>\n")
        if !isEmbedded { footer(&writer) }
        writer.append("</body>\n</html>\n")
        return writer.array()
    }

    private func words(_ english: String) -> String { language.words(english) }

    private var title: String {
        guard let layer else { return language.words("Open data of {0}", placeName) }
        return "\(layer.title(language.code)) · \(placeName)"
    }

    private func address(_ layer: PublishedLayer, _ language: PublicLanguage, isEmbedded: Bool) -> String {
        "\(isEmbedded ? "embed" : "./")?layer=\(layer.id)&lang=\(language.code)"
    }

    private func link(_ address: StaticString, _ type: StaticString, _ title: String, _ writer: inout ByteWriter) {
        writer.append("<link rel=\"alternate\" href=\"")
        writer.append(address)
        writer.append("\" type=\"")
        writer.append(type)
        writer.append("\" title=\"")
        writer.append(markup: title)
        writer.append("\">\n")
    }

    private func header(_ writer: inout ByteWriter) {
        writer.append("<header>\n<p class=\"place\"><a href=\"./?lang=")
        writer.append(utf8: language.code)
        writer.append("\">")
        writer.append(markup: placeName)
        writer.append("</a></p>\n<p class=\"what\">")
        writer.append(markup: words("The city in open data"))
        writer.append("</p>\n<nav class=\"languages\" aria-label=\"")
        writer.append(markup: words("Language"))
        writer.append("\">")
        for other in languages {
            writer.append("<a lang=\"")
            writer.append(utf8: other.code)
            writer.append("\" href=\"")
            writer.append(
                markup: layer.map { address($0, other, isEmbedded: false) } ?? "./?lang=" + other.code)
            writer.append(other == language ? "\" aria-current=\"true\">" : "\">")
            writer.append(markup: other.name)
            writer.append("</a> ")
        }
        writer.append("</nav>\n</header>\n")
        guard !layers.isEmpty else { return }
        writer.append("<nav class=\"layers\" aria-label=\"")
        writer.append(markup: words("What is published"))
        writer.append("\"><ul>\n")
        for other in layers {
            writer.append("<li><a href=\"")
            writer.append(markup: address(other, language, isEmbedded: false))
            writer.append(other.id == layer?.id ? "\" aria-current=\"page\">" : "\">")
            writer.append(markup: other.title(language.code).cut(to: 120))
            writer.append("</a></li>\n")
        }
        writer.append("</ul></nav>\n")
    }

    private func body(_ layer: PublishedLayer, _ summary: LayerSummary, _ writer: inout ByteWriter) {
        writer.append("<section class=\"intro\">\n<h1>")
        writer.append(markup: layer.title(language.code).cut(to: 200))
        writer.append("</h1>\n<p>")
        writer.append(markup: layer.publication.description.text(language.code) ?? "")
        writer.append("</p>\n</section>\n<section class=\"map\" id=\"map\" hidden data-layer=\"")
        writer.append(markup: layer.id)
        writer.append("\" data-lang=\"")
        writer.append(utf8: language.code)
        writer.append("\" data-map=\"")
        writer.append(utf8: layer.geometry == .none ? "none" : layer.hasTiles ? "tiles" : "geojson")
        if let colourBy = layer.publication.colourBy {
            writer.append("\" data-colour=\"")
            writer.append(markup: Publication.shortName(colourBy))
        }
        writer.append("\" aria-label=\"")
        writer.append(markup: words("Map"))
        writer.append("\"></section>\n<section class=\"data\" id=\"data\" tabindex=\"-1\" aria-labelledby=\"count\">\n")
        writer.append("<h2 id=\"count\">")
        writer.append(markup: count(summary))
        writer.append("</h2>\n<div id=\"tools\"></div>\n")
        PublicTable(layer: layer, language: language).append(page.entities, to: &writer)
        if page.hasMore, let last = page.last {
            writer.append("<p class=\"more\"><a href=\"")
            writer.append(markup: address(layer, language, isEmbedded: isEmbedded) + "&after=\(last)#data")
            writer.append("\">")
            writer.append(markup: language.words("Next {0}", "\(Self.rowLimit)"))
            writer.append("</a></p>\n")
        }
        writer.append("</section>\n<aside id=\"panel\" aria-live=\"polite\" hidden></aside>\n")
        PublicAbout(layer: layer, language: language, isEmbedded: isEmbedded, hasAlerts: hasAlerts).append(to: &writer)
    }

    private func count(_ summary: LayerSummary) -> String {
        let count = "\(summary.count)"
        return summary.isWhole ? language.words("Entries: {0}", count) : language.words("Entries: more than {0}", count)
    }

    private func footer(_ writer: inout ByteWriter) {
        writer.append("<footer><p><a href=\"catalogue.jsonld\">")
        writer.append(markup: words("Catalogue (DCAT-AP)"))
        writer.append("</a> · <a href=\"layers\">API</a>")
        if hasAlerts {
            writer.append(" · <a href=\"alerts.atom\">")
            writer.append(markup: words("Alerts (Atom, CAP)"))
            writer.append("</a>")
        }
        writer.append("</p><p>")
        writer.append(markup: words("This site sets no cookies and follows nobody."))
        writer.append("</p></footer>\n")
    }

    /// What search engines read, schema.org's Dataset. It is data, no script, so the policy of the page lets it be.
    private func describe(_ layer: PublishedLayer, _ writer: inout ByteWriter) {
        var json = ByteWriter(capacity: 1_024)
        let address = root + "layers/" + layer.id
        json.append("{\"@context\":\"https://schema.org\",\"@type\":\"Dataset\",\"name\":")
        json.append(jsonString: layer.title(language.code))
        json.append(",\"description\":")
        json.append(jsonString: layer.publication.description.text(language.code) ?? "")
        json.append(",\"license\":")
        json.append(jsonString: layer.publication.licence)
        json.append(",\"isAccessibleForFree\":true,\"creator\":{\"@type\":\"Organization\",\"name\":")
        json.append(jsonString: layer.publication.publisher.name)
        json.append("},\"distribution\":[")
        let forms = [("csv", "text/csv"), ("geojson", "application/geo+json"), ("jsonld", "application/ld+json")]
        for (place, form) in forms.enumerated() {
            if place > 0 { json.append(",") }
            json.append("{\"@type\":\"DataDownload\",\"encodingFormat\":")
            json.append(jsonString: form.1)
            json.append(",\"contentUrl\":")
            json.append(jsonString: address + "." + form.0)
            json.append("}")
        }
        json.append("]}")
        writer.append("<script type=\"application/ld+json\">")
        writer.append(scriptData: json.array())
        writer.append("</script>\n")
    }
}

extension ByteWriter {
    /// JSON within a script element: nothing in it may look like the end of the element.
    fileprivate mutating func append(scriptData json: [UInt8]) {
        for byte in json {
            if byte == UInt8(ascii: "<") { append("\\u003c") } else { append(byte) }
        }
    }
}
