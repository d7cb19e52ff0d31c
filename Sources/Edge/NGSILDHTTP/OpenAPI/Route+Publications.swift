/// What can be done with publications, and what everybody may read of them.
extension Route {
    var ofPublications: [DocumentedOperation] {
        switch self {
        case .publications:
            [
                .get(
                    .other, id: "listPublications", "List what is published", content: .one(.publicationList),
                    media: [.json])
            ]
        case .publicationPreview:
            [
                DocumentedOperation(
                    method: .POST, id: "previewPublication", summary: "Tell what everybody would see of a publication",
                    body: .one(.publication), answers: [(200, .one(.any))])
            ]
        default:
            [
                .get(
                    .other, id: "retrievePublication", "Get a publication", content: .one(.publication), media: [.json]),
                DocumentedOperation(
                    method: .PUT, id: "putPublication", summary: "Publish, or change what is published",
                    body: .one(.publication), answers: [(201, nil), (204, nil)]),
                DocumentedOperation(
                    method: .DELETE, id: "deletePublication", summary: "Publish it no more, from now on",
                    answers: [(204, nil)]),
            ]
        }
    }

    var ofPublicData: [DocumentedOperation] {
        switch self {
        case .publicLayers:
            [
                .get(
                    .other, id: "listPublicLayers", "List the layers that everybody may read",
                    content: .one(.publicLayers), media: [.json])
            ]
        case .publicLayer:
            [
                .get(
                    .publicLayer, "Get a page of a layer, named as parking.geojson, parking.csv or parking.jsonld",
                    [.limit, .format], content: .one(.any), media: [.json])
            ]
        case .publicTile:
            [
                .get(
                    .publicTile, "Get a layer as a vector tile (Mapbox Vector Tile 2.1, XYZ, Web Mercator)",
                    content: .one(.entityTile), media: [])
            ]
        case .publicCatalogue:
            [
                .get(
                    .other, id: "publicCatalogue", "Get the catalogue of what is published, by DCAT-AP 3.0",
                    content: .one(.catalogue), media: [])
            ]
        case .publicAlerts:
            [
                .get(
                    .other, id: "publicAlerts", "Get the feed of alerts that are published (Atom)",
                    content: .one(.alertFeed), media: [])
            ]
        default:
            [
                .get(
                    .other, id: "publicAlert", "Get an alert that is published, as a message of CAP 1.2",
                    content: .one(.alertMessage), media: [])
            ]
        }
    }
}
