extension CityConsole {
    /// The dictionaries of the console, which are the site's as well: the code of the language and the file.
    public static func dictionaries() -> [(code: String, bytes: [UInt8])] {
        EmbeddedSite.files().compactMap { file in
            guard file.path.hasPrefix("js/lang/"), file.path.hasSuffix(".json") else { return nil }
            return (String(file.path.dropFirst("js/lang/".count).dropLast(".json".count)), file.bytes)
        }
    }

    /// The files of the public site at `/public/files/`, and the map's beside them, so that nobody needs anything of the
    /// console to read what is published.
    static func addPublicFiles(_ resources: inout [String: ConsoleResource]) {
        for (path, resource) in resources {
            for (from, to) in [
                ("/console/public/", ""), ("/console/assets/maplibre/", "maplibre/"),
                ("/console/js/translation.js", "translation.js"),
            ]
            where path.hasPrefix(from) {
                resources["/public/files/" + to + path.dropFirst(from.count)] = resource
            }
        }
        resources["/public/files/favicon.svg"] = resources["/console/favicon.svg"]
    }
}
