import DatasetImport

/// Reads where stations stand from a table with the columns station, longitude and latitude.
enum StationPositions {
    /// - Throws: What makes the table unreadable, or `ImportError.missingColumn`.
    static func read(_ path: String) async throws -> AirTables.Positions {
        let mapping = try TabularMapping(
            yaml: """
                type: Station
                id: urn:ngsi-ld:Station:{station}
                attributes:
                  location: {kind: geo, longitude: longitude, latitude: latitude}
                """, file: "the columns of positions")
        var tables = AirTables()
        _ = try await TabularImport(files: [path], mapping: mapping).run { try tables.add($0) }
        return tables.positions
    }
}
