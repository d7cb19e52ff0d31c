import Foundation

/// What of a scenario's traffic is public transport, and where it stops: read from its files, since SUMO's detectors know
/// vehicles by the names of their types.
struct PublicTransport: Equatable {
    /// Names of vehicle types of the classes in `classes`, in the order of their appearance.
    private(set) var types: [String] = []
    /// For each lane where the stops on it end, in metres from its beginning.
    private(set) var stops: [String: [Double]] = [:]

    /// The vehicle classes that count as public transport.
    static let classes: Set<String> = ["bus", "tram", "rail_urban"]

    /// Reads the scenario's routes and further files.
    ///
    /// - Throws: ``Scenario/Fault`` that names the file which cannot be read.
    init(_ scenario: Scenario) throws {
        for path in scenario.routePaths + scenario.additionalPaths {
            guard !path.hasSuffix(".gz") else {
                throw Scenario.Fault(
                    description: "\(path) is compressed; unpack it, so that buses can be told by their types")
            }
            guard let data = FileManager.default.contents(atPath: path), data.count <= RoadNetwork.mostBytes else {
                throw Scenario.Fault(
                    description: "\(path) cannot be read, or is longer than \(RoadNetwork.mostBytes) bytes")
            }
            do { try add(Array(data)) } catch { throw Scenario.Fault(description: "\(path): \(error)") }
        }
    }

    init(xml: [UInt8]) throws { try add(xml) }

    private mutating func add(_ xml: [UInt8]) throws {
        var tags = XMLTags(xml)
        while let tag = try tags.next() {
            switch tag.name {
            case "vType":
                guard let id = tag.attributes["id"], let name = tag.attributes["vClass"], Self.classes.contains(name),
                    !types.contains(id)
                else { break }
                types.append(id)
            case "busStop", "trainStop":
                guard let lane = tag.attributes["lane"], let end = Double(tag.attributes["endPos"] ?? "") else { break }
                stops[lane, default: []].append(end)
            default: break
            }
        }
    }
}
