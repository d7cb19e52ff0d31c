extension CityConsole {
    /// The files of the public site at `/public/files/`, and the map's beside them, so that nobody needs anything of the
    /// console to read what is published.
    static func addPublicFiles(_ resources: inout [String: ConsoleResource]) {
        for (path, resource) in resources {
            for (from, to) in [("/console/public/", ""), ("/console/assets/maplibre/", "maplibre/")]
            where path.hasPrefix(from) {
                resources["/public/files/" + to + path.dropFirst(from.count)] = resource
            }
        }
        resources["/public/files/favicon.svg"] = resources["/console/favicon.svg"]
    }
}
