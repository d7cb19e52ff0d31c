import GeoJSON
import NGSILDModel

/// The open-data catalogue of what is published, by DCAT-AP 3.0.
///
/// - Source: SEMIC, DCAT-AP 3.0 (2024); W3C, DCAT 3.
struct Catalogue {
    let placeName: String
    /// What the site speaks.
    let languages: [PublicLanguage]
    /// Where `/public/` is, with a slash at its end.
    let root: String
    let layers: [(layer: PublishedLayer, summary: LayerSummary)]

    private static let authority = "http://publications.europa.eu/resource/authority/"

    var node: RDFNode {
        var catalogue = RDFNode(root + "catalogue", "dcat:Catalog")
        catalogue.add(
            "dct:title",
            LocalText(languages.map { ($0.code, $0.words("Open data of {0}", placeName)) }))
        catalogue.add(
            "dct:description",
            LocalText(
                languages.map { ($0.code, $0.words("What {0} publishes of its city, as it is now.", placeName)) }))
        catalogue.add("dct:publisher", node: publisher)
        catalogue.add("foaf:homepage", node: RDFNode(root, "foaf:Document"))
        catalogue.add(
            "dct:language",
            languages.compactMap(\.authorityCode).map {
                .node(RDFNode("\(Self.authority)language/\($0)", "dct:LinguisticSystem"))
            })
        var themes = RDFNode(Self.authority + "data-theme", "skos:ConceptScheme")
        themes.add("dct:title", LocalText([("en", "Data theme")]))
        catalogue.add("dcat:themeTaxonomy", node: themes)
        if let newest = layers.map(\.summary.modifiedAt).max(), newest.isSet {
            catalogue.add("dct:modified", [.typed(newest.text, datatype: "xsd:dateTime")])
        }
        catalogue.add("dcat:dataset", layers.map { .node(dataset($0.layer, $0.summary)) })
        if !layers.isEmpty { catalogue.add("dcat:service", node: service) }
        return catalogue
    }

    private var publisher: RDFNode {
        guard let first = layers.first?.layer.publication.publisher else {
            var agent = RDFNode(nil, "foaf:Agent")
            agent.add("foaf:name", [.text(placeName, language: nil)])
            return agent
        }
        return Self.agent(first)
    }

    private static func agent(_ contact: Publication.Contact) -> RDFNode {
        var agent = RDFNode(nil, "foaf:Agent")
        agent.add("foaf:name", [.text(contact.name, language: nil)])
        if let url = contact.url { agent.add("foaf:homepage", node: RDFNode(url, "foaf:Document")) }
        if let email = contact.email { agent.add("foaf:mbox", iri: "mailto:" + email) }
        return agent
    }

    private func dataset(_ layer: PublishedLayer, _ summary: LayerSummary) -> RDFNode {
        let publication = layer.publication
        var dataset = RDFNode(root + "catalogue#" + layer.id, "dcat:Dataset")
        dataset.add("dct:identifier", [.text(root + "layers/" + layer.id, language: nil)])
        dataset.add("dct:title", publication.title)
        dataset.add("dct:description", publication.description)
        dataset.add("dct:publisher", node: Self.agent(publication.publisher))
        if publication.contact != Publication.Contact() {
            var contact = RDFNode(nil, "vcard:Kind")
            let name = publication.contact.name.isEmpty ? publication.publisher.name : publication.contact.name
            contact.add("vcard:fn", [.text(name, language: nil)])
            contact.add("vcard:hasEmail", iri: publication.contact.email.map { "mailto:" + $0 })
            contact.add("vcard:hasURL", iri: publication.contact.url)
            dataset.add("dcat:contactPoint", node: contact)
        }
        dataset.add(
            "dct:accrualPeriodicity",
            node: RDFNode("\(Self.authority)frequency/\(publication.updateFrequency)", "dct:Frequency"))
        dataset.add(
            "dcat:theme",
            publication.themes.map {
                .node(
                    RDFNode("\(Self.authority)data-theme/\($0)", "skos:Concept"))
            })
        dataset.add("dcat:keyword", publication.keywords.map { .text($0, language: nil) })
        dataset.add(
            "dct:accessRights",
            node: RDFNode("\(Self.authority)access-right/PUBLIC", "dct:RightsStatement"))
        dataset.add("dcat:landingPage", node: RDFNode("\(root)?layer=\(layer.id)", "foaf:Document"))
        if let box = summary.box {
            var place = RDFNode(nil, "dct:Location")
            place.add("dcat:bbox", [.typed(Self.polygon(box), datatype: "geo:wktLiteral")])
            dataset.add("dct:spatial", node: place)
        }
        if summary.from.isSet {
            var period = RDFNode(nil, "dct:PeriodOfTime")
            period.add("dcat:startDate", [.typed(summary.from.text, datatype: "xsd:dateTime")])
            period.add("dcat:endDate", [.typed(summary.to.text, datatype: "xsd:dateTime")])
            dataset.add("dct:temporal", node: period)
        }
        if summary.modifiedAt.isSet {
            dataset.add("dct:modified", [.typed(summary.modifiedAt.text, datatype: "xsd:dateTime")])
        }
        dataset.add("dcat:distribution", distributions(layer).map { .node($0) })
        return dataset
    }

    private func distributions(_ layer: PublishedLayer) -> [RDFNode] {
        var found = [
            distribution(layer, "csv", "CSV", "text/csv", "CSV"),
            distribution(layer, "geojson", "GeoJSON", "application/geo+json", "GEOJSON"),
            distribution(layer, "jsonld", "NGSI-LD", "application/ld+json", "JSON_LD"),
        ]
        if layer.geometry == .none { found.remove(at: 1) }
        if layer.hasTiles {
            var tiles = RDFNode(root + "catalogue#" + layer.id + "-tiles", "dcat:Distribution")
            tiles.add("dct:title", [.text("Mapbox Vector Tiles", language: "en")])
            tiles.add("dcat:accessURL", iri: "\(root)tiles/\(layer.id).json")
            common(layer, &tiles, "application/vnd.mapbox-vector-tile", nil)
            found.append(tiles)
        }
        return found
    }

    private func distribution(
        _ layer: PublishedLayer, _ suffix: String, _ title: String, _ mediaType: String, _ fileType: String
    ) -> RDFNode {
        let url = "\(root)layers/\(layer.id).\(suffix)"
        var distribution = RDFNode(root + "catalogue#" + layer.id + "-" + suffix, "dcat:Distribution")
        distribution.add("dct:title", [.text(title, language: "en")])
        distribution.add("dcat:accessURL", iri: url)
        distribution.add("dcat:downloadURL", iri: url)
        common(layer, &distribution, mediaType, fileType)
        return distribution
    }

    private func common(
        _ layer: PublishedLayer, _ distribution: inout RDFNode, _ mediaType: String, _ fileType: String?
    ) {
        distribution.add("dct:license", node: RDFNode(layer.publication.licence, "dct:LicenseDocument"))
        distribution.add(
            "dcat:mediaType",
            node: RDFNode("https://www.iana.org/assignments/media-types/\(mediaType)", "dct:MediaType"))
        if let fileType {
            distribution.add(
                "dct:format", node: RDFNode("\(Self.authority)file-type/\(fileType)", "dct:MediaTypeOrExtent"))
        }
        distribution.add("dcat:accessService", iri: root + "catalogue#api")
    }

    private var service: RDFNode {
        var service = RDFNode(root + "catalogue#api", "dcat:DataService")
        service.add(
            "dct:title", LocalText([("en", "Published layers"), ("fr", "Couches publiées")]))
        service.add("dcat:endpointURL", iri: root + "layers")
        service.add("dcat:servesDataset", layers.map { .iri(root + "catalogue#" + $0.layer.id) })
        return service
    }

    private static func polygon(_ box: BoundingBox) -> String {
        let (west, south) = (box.minLongitude, box.minLatitude)
        let (east, north) = (box.maxLongitude, box.maxLatitude)
        return "POLYGON((\(west) \(south),\(east) \(south),\(east) \(north),\(west) \(north),\(west) \(south)))"
    }
}
