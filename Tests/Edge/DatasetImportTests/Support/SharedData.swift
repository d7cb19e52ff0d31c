import Foundation

/// Real data that stands beside the project and is not part of it.
enum SharedData {
    static let absent = "the shared data is absent; set PARVIS_SHARED to its folder to run this test"

    /// The folder: PARVIS_SHARED, or `shared` beside the folder that holds Package.swift.
    static let folder: String = {
        if let named = ProcessInfo.processInfo.environment["PARVIS_SHARED"] { return named }
        var folder = URL(filePath: #filePath).deletingLastPathComponent()
        while folder.path != "/", !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path)
        {
            folder = folder.deletingLastPathComponent()
        }
        return folder.deletingLastPathComponent().appending(path: "shared").path
    }()

    static let cairns = folder + "/data/gtfs/cairns.zip"
    static var hasCairns: Bool { FileManager.default.fileExists(atPath: cairns) }

    static var air: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/data/air")) ?? []
        return names.filter { $0.hasSuffix(".csv.gz") }.sorted().map { folder + "/data/air/" + $0 }
    }
    static var hasAir: Bool { air.count == 10 }

    /// The mapping that the project offers as an example.
    static let beijingMapping = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../../Examples/beijing-air.yaml").standardized.path
}
