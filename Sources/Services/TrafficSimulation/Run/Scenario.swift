import Foundation

/// A SUMO scenario: a folder or a `.sumocfg` file, and what it names.
public struct Scenario: Sendable, Equatable {
    public var name: String
    public var configurationPath: String
    public var networkPath: String
    /// Further files that the configuration names, kept beside ours.
    var additionalPaths: [String] = []
    /// Files with its traffic.
    var routePaths: [String] = []
    public var beginSeconds: Double
    public var endSeconds: Double

    /// What is missing or unreadable, with its path.
    public struct Fault: Error, CustomStringConvertible { public let description: String }

    /// - Parameter path: The `.sumocfg`, or a folder that holds one.
    /// - Throws: ``Fault`` that names what is missing.
    public init(path: String) throws {
        var file = path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw Fault(description: "there is no scenario at \(path); name a .sumocfg file or its folder")
        }
        if isFolder.boolValue {
            let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".sumocfg") }
            guard let first = names.sorted().first else {
                throw Fault(description: "the folder \(path) holds no .sumocfg file")
            }
            file = (path as NSString).appendingPathComponent(first)
        }
        guard let data = FileManager.default.contents(atPath: file), data.count < 4 << 20 else {
            throw Fault(description: "\(file) cannot be read, or is longer than 4 MiB")
        }
        let folder = (file as NSString).deletingLastPathComponent
        func resolved(_ value: String) -> String {
            value.hasPrefix("/") || folder.isEmpty ? value : (folder as NSString).appendingPathComponent(value)
        }
        var tags = XMLTags(Array(data))
        var values: [String: String] = [:]
        do {
            while let tag = try tags.next() {
                if let value = tag.attributes["value"] ?? tag.attributes["v"] { values[tag.name] = value }
            }
        } catch { throw Fault(description: "\(file): \(error)") }
        guard let network = values["net-file"] ?? values["n"] else {
            throw Fault(description: "\(file) names no net-file")
        }
        name = ((file as NSString).lastPathComponent as NSString).deletingPathExtension
        configurationPath = file
        networkPath = resolved(network)
        func files(_ names: String...) -> [String] {
            (names.lazy.compactMap { values[$0] }.first ?? "").split(separator: ",").map {
                resolved($0.trimmingCharacters(in: .whitespaces))
            }
        }
        additionalPaths = files("additional-files", "a")
        routePaths = files("route-files", "r")
        beginSeconds = Double(values["begin"] ?? values["b"] ?? "") ?? 0
        let end = Double(values["end"] ?? values["e"] ?? "") ?? -1
        endSeconds = end > beginSeconds ? end : beginSeconds + 3_600
    }
}
