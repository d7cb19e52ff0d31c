import Foundation
import JSONTree
import Testing

@testable import SampleCity

struct SampleCityTests {
    /// Laid out once: a town never changes, and a debug build takes its time over it.
    private static let shared = SampleCity(seed: 7)
    private let city = shared
    private let start = Date(timeIntervalSince1970: 1_718_000_000)

    @Test func `two towns of the same seed say the same, another seed says something else`() {
        let twin = SampleCity(seed: 7)
        #expect(city.initialEntities(at: start) == twin.initialEntities(at: start))
        #expect(city.changes(from: start, to: start + 5) == twin.changes(from: start, to: start + 5))
        #expect(city.initialEntities(at: start) != SampleCity(seed: 8).initialEntities(at: start))
    }

    @Test(arguments: [1, 3, 60, 600] as [Double])
    func `in whatever steps the town is asked, it comes to the same state`(step: Double) throws {
        // Applying all changes to the first state must give the state at the end, value by value.
        let end = start + 600
        var state: [String: [String: String]] = [:]
        func apply(_ batches: [CityBatch]) throws {
            for entity in try read(batches) {
                for (name, node) in entity.attributes {
                    let value = entity.document.member(node, "value") ?? entity.document.member(node, "object")
                    state[entity.id, default: [:]][name] = value.map { entity.document.text($0) }
                }
            }
        }
        try apply(city.initialEntities(at: start))
        for time in stride(from: 0, to: 600, by: step) {
            try apply(city.changes(from: start + time, to: start + time + step))
        }
        let applied = state
        state = [:]
        try apply(city.initialEntities(at: end))
        #expect(applied.count == state.count)
        for (id, attributes) in state where applied[id] != attributes {
            Issue.record("\(id): \(applied[id] ?? [:]) is not \(attributes)")
        }
    }

    @Test func `every entity is valid NGSI-LD with an id of its own`() throws {
        let entities = try read(city.initialEntities(at: start))
        #expect(entities.count == city.entityCount)
        #expect(Set(entities.map(\.id)).count == entities.count)
        for entity in entities {
            #expect(entity.id.hasPrefix("urn:ngsi-ld:\(entity.type):parvis:"))
            #expect(entity.id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ":-".contains($0)) })
            for (name, node) in entity.attributes {
                let document = entity.document
                let kind = document.member(node, "type").flatMap { document.string($0) }
                let hasValue = document.member(node, kind == "Relationship" ? "object" : "value") != nil
                #expect(["Property", "GeoProperty", "Relationship"].contains(kind) && hasValue, "\(entity.id) \(name)")
            }
        }
    }

    @Test func `every relationship has its target in the town`() throws {
        let entities = try read(city.initialEntities(at: start))
        let ids = Set(entities.map(\.id))
        for entity in entities {
            for target in entity.targets where !ids.contains(target) {
                Issue.record("\(entity.id) refers to \(target)")
            }
        }
    }

    @Test func `every geometry lies in the town`() throws {
        for entity in try read(city.initialEntities(at: start)) {
            let positions = entity.positions("location")
            #expect(!positions.isEmpty, "\(entity.id)")
            for (longitude, latitude) in positions {
                #expect(abs(longitude - SampleCity.centre.longitude) < 0.045, "\(entity.id)")
                #expect(abs(latitude - SampleCity.centre.latitude) < 0.03, "\(entity.id)")
            }
        }
    }

    @Test func `the town has what was promised`() throws {
        let types = Dictionary(grouping: try read(city.initialEntities(at: start)), by: \.type).mapValues(\.count)
        let expected = [
            "AirQualityObserved": 12, "TrafficFlowObserved": 40, "Vehicle": 30, "OffStreetParking": 8,
            "Streetlight": 20, "CrowdFlowObserved": 4, "ItemFlowObserved": 2, "WasteContainer": 5, "Robot": 6,
            "Drone": 4, "WeatherObserved": 1, "River": 1, "PublicTransportRoute": 12,
        ]
        for (type, count) in expected { #expect(types[type] == count, "\(type)") }
        #expect(
            types["Road", default: 0] > 60 && types["RoadSegment", default: 0] > 400
                && types["BusStop", default: 0] > 80)
    }

    @Test func `nothing in the town tells a person from another`() throws {
        // Attributes of the Smart Data Models, and others, that name, describe or track a person or a private vehicle.
        let forbidden: Set<String> = [
            "owner", "operator", "driver", "driverName", "person", "refPerson", "givenName", "familyName", "face",
            "gait",
            "gender", "age", "ethnicity", "religion", "nationality", "email", "telephone", "phone", "license_plate",
            "licensePlate", "vehiclePlateIdentifier", "vehicleIdentificationNumber", "macAddress", "deviceSimNumber",
            "imei", "imsi", "bluetoothAddress", "contactPoint", "previousLocation",
        ]
        for entity in try read(city.initialEntities(at: start)) + read(city.changes(from: start, to: start + 3_600)) {
            #expect(!["Person", "Device", "User"].contains(entity.type))
            for (name, _) in entity.attributes where forbidden.contains(name) { Issue.record("\(entity.id) \(name)") }
            if entity.type == "CrowdFlowObserved" {
                for name in ["peopleCount", "peopleCountTowards", "peopleCountAway"] where entity.number(name) == nil {
                    Issue.record("\(entity.id) has no count \(name)")
                }
            }
        }
    }

    @Test func `counts, shares and levels stay in their ranges for a week`() throws {
        let shares = ["occupancy", "batteryLevel", "fillingLevel", "illuminanceLevel", "relativeHumidity"]
        let counts = [
            "intensity", "peopleCount", "peopleCountTowards", "peopleCountAway", "availableSpotNumber",
            "occupiedSpotNumber", "pm25", "pm10", "no2", "o3", "so2", "co", "precipitation", "windSpeed",
            "solarRadiation",
            "elevation", "speed", "groundSpeed", "averageVehicleSpeed", "averageSpeed", "averageCrowdSpeed",
        ]
        for hours in stride(from: 0.0, to: 168, by: 8.3) {
            for entity in try read(city.initialEntities(at: start + hours * 3_600)) where !entity.type.hasPrefix("Road")
            {
                for name in shares {
                    if let value = entity.number(name), !(0...1).contains(value) {
                        Issue.record("\(entity.id) \(name) \(value)")
                    }
                }
                for name in counts {
                    if let value = entity.number(name), value < 0 { Issue.record("\(entity.id) \(name) \(value)") }
                }
                if let heading = entity.number("heading"), !(0...360).contains(heading) {
                    Issue.record("\(entity.id) heading \(heading)")
                }
                if let total = entity.number("totalSpotNumber") {
                    #expect(
                        entity.number("availableSpotNumber").map { $0 + (entity.number("occupiedSpotNumber") ?? -1) }
                            == total)
                }
            }
        }
    }

    @Test func `a change carries only known entities, and a time after the last question`() throws {
        let known = Set(try read(city.initialEntities(at: start)).map(\.id))
        var seen: Set<String> = []
        for second in stride(from: 0.0, to: 120, by: 1) {
            let (from, to) = (start + second, start + second + 1)
            for entity in try read(city.changes(from: from, to: to)) {
                #expect(known.contains(entity.id) && !entity.attributes.isEmpty)
                seen.insert(entity.type)
                let times = try entity.observedAt()
                #expect(times.count == entity.attributes.count, "\(entity.id)")
                for time in times where time <= from - 0.001 || time > to + 0.001 {
                    Issue.record("\(entity.id) at \(time), asked for \(from) to \(to)")
                }
            }
        }
        #expect(seen.isSuperset(of: ["Vehicle", "Robot", "Drone", "TrafficFlowObserved", "AirQualityObserved"]))
    }

    @Test func `every second brings some changes, and few`() {
        for second in stride(from: 0.0, to: 60, by: 1) {
            let count = city.changes(from: start + second, to: start + second + 1).reduce(0) { $0 + $1.count }
            #expect((5...60).contains(count))
        }
        #expect(city.changes(from: start, to: start).isEmpty)
        #expect(city.changes(from: start, to: start - 5).isEmpty)
    }

    @Test func `scale multiplies what reports and keeps the streets`() throws {
        let large = SampleCity(seed: 7, scale: 4)
        let once = Dictionary(grouping: try read(city.initialEntities(at: start)), by: \.type).mapValues(\.count)
        let fourfold = Dictionary(grouping: try read(large.initialEntities(at: start)), by: \.type).mapValues(\.count)
        #expect(large.entityCount == fourfold.values.reduce(0, +))
        for type in ["Road", "RoadSegment", "BusStop", "PublicTransportRoute", "River"] {
            #expect(once[type] == fourfold[type])
        }
        for type in ["AirQualityObserved", "Vehicle", "Drone", "WasteContainer"] {
            #expect(once[type].map { $0 * 4 } == fourfold[type])
        }
        #expect(SampleCity(seed: 7, scale: 0).scale == 1)
        #expect(SampleCity(seed: 7, scale: -5).entityCount == city.entityCount)
    }

    @Test(arguments: [-1e18, -1, 0, 1e9, 4e9, 1e12, 1e18, .infinity] as [Double])
    func `any date gives a town`(seconds: Double) throws {
        let date = Date(timeIntervalSince1970: seconds)
        #expect(try read(city.initialEntities(at: date)).count == city.entityCount)
        _ = try read(city.changes(from: date - 1, to: date))
    }
}
