import AirQuality
import AirService
import Foundation
import GeoJSON
import JSONTree
import NGSILDClient
import NGSILDModel

/// The air stations of a running city and what they measured, for the backfill.
struct RunningAirSource: BackfillSource {
    let client: NGSILDClient
    /// A type selection; `nil`: AirQualityObserved.
    let types: String?

    private typealias Parameters = [(name: String, value: String)]

    /// Every instance was modified some time, so this finds values without observedAt as well.
    private static let always: Parameters = [
        ("timerel", "before"), ("timeAt", "9999-12-31T23:59:59Z"), ("timeproperty", "modifiedAt"),
    ]
    private static let page = "200"

    func stations() async throws -> [ObservedStation] {
        let asked: Parameters =
            Self.always + [
                ("type", types ?? "AirQualityObserved"), ("pick", "id"), ("limit", Self.page), ("local", "true"),
            ]
        var (ids, seen): ([String], Set<String>) = ([], [])
        var parameters: Parameters? = asked
        while let now = parameters {
            let answer = try await client.temporalPage(now)
            let document = try JSONDocument(parsing: answer.body)
            for entity in document.elements(document.root) {
                guard let id = document.member(entity, "id").flatMap({ document.string($0) }) else { continue }
                // Entities come and go while the pages are asked, so one may be on two of them.
                if seen.insert(id).inserted { ids.append(id) }
            }
            parameters = answer.next
        }
        var found: [ObservedStation] = []
        for id in ids {
            if let station = try await describe(id) { found.append(station) }
        }
        return found
    }

    private func describe(_ id: String) async throws -> ObservedStation? {
        guard let newest = try await retrieve(id, [("lastN", "1"), ("options", "sysAttrs")]) else { return nil }
        let document = try JSONDocument(parsing: newest.body)
        var (names, undated): ([String], [String]) = ([], [])
        var last: NGSILDModel.Timestamp?
        var place: Position?
        var isTraffic = false
        for (key, value) in document.members(document.root) {
            guard let name = document.string(key), let instance = Self.instances(document, value).first else {
                continue
            }
            if Pollutant(name: Self.local(name)) != nil {
                guard let time = Self.time(document, instance) else { continue }
                names.append(name)
                if document.member(instance, "observedAt") == nil { undated.append(name) }
                last = max(last ?? time, time)
            } else if name == "location", let geometry = document.member(instance, "value") {
                place = (try? Geometry(parsing: String(document.text(geometry))))?.representativePosition
            } else if Self.local(name) == "stationType", let kind = document.member(instance, "value") {
                isTraffic = document.string(kind)?.lowercased().contains("traffic") ?? false
            }
        }
        guard let last, let first = try await oldest(id, names) else { return nil }
        return ObservedStation(
            id: id, place: place, isTraffic: isTraffic, attributes: names, undated: undated, first: first,
            last: last)
    }

    /// Without a start, the one period of an aggregation begins with the first value.
    private func oldest(_ id: String, _ names: [String]) async throws -> NGSILDModel.Timestamp? {
        let asked: Parameters = [
            ("attrs", names.joined(separator: ",")), ("options", "aggregatedValues"), ("aggrMethods", "totalCount"),
        ]
        guard let answer = try await retrieve(id, asked) else { return nil }
        let document = try JSONDocument(parsing: answer.body)
        var first: NGSILDModel.Timestamp?
        for (_, value) in document.members(document.root) {
            for attribute in Self.instances(document, value) {
                guard let periods = document.member(attribute, "totalCount"), document.isArray(periods) else {
                    continue
                }
                for period in document.elements(periods) where document.isArray(period) {
                    let parts = Array(document.elements(period))
                    guard parts.count == 3, let start = document.string(parts[1]).flatMap({ NGSILDModel.Timestamp($0) })
                    else { continue }
                    first = min(first ?? start, start)
                }
            }
        }
        return first
    }

    func readings(
        of station: ObservedStation, from: NGSILDModel.Timestamp, to: NGSILDModel.Timestamp
    ) async throws -> [AirReading] {
        let end = NGSILDModel.Timestamp(microseconds: to.microseconds + 1)
        var readings: [AirReading] = []
        // Values with observedAt by that, values without by when they were written.
        for (property, names) in [("observedAt", station.attributes), ("modifiedAt", station.undated)]
        where !names.isEmpty {
            var parameters: Parameters? = [
                ("attrs", names.joined(separator: ",")), ("timerel", "between"), ("timeAt", from.text),
                ("endTimeAt", end.text), ("timeproperty", property), ("options", "sysAttrs"),
            ]
            while let now = parameters {
                guard let answer = try await retrieve(station.id, now) else { break }
                try take(answer.body, property, from...to, &readings)
                parameters = answer.next
            }
        }
        return readings
    }

    private func take(
        _ body: [UInt8], _ property: String, _ span: ClosedRange<NGSILDModel.Timestamp>, _ readings: inout [AirReading]
    ) throws {
        let document = try JSONDocument(parsing: body)
        for (key, value) in document.members(document.root) {
            guard let name = document.string(key), let pollutant = Pollutant(name: Self.local(name)) else { continue }
            for instance in Self.instances(document, value) {
                let isObserved = document.member(instance, "observedAt") != nil
                guard isObserved == (property == "observedAt"), document.member(instance, "datasetId") == nil,
                    let time = Self.time(document, instance), span.contains(time),
                    let number = document.member(instance, "value").flatMap({ document.double($0) })
                else { continue }
                let unit = document.member(instance, "unitCode").flatMap { document.string($0) }
                if let reading = AirReading(pollutant, number, unitCode: unit, at: time) { readings.append(reading) }
            }
        }
    }

    // MARK: - Answers

    /// - Returns: `nil` when the entity has nothing of what is asked.
    private func retrieve(_ id: String, _ parameters: Parameters) async throws -> AnsweredPage? {
        do throws(NGSILDClientError) {
            return try await client.temporalEvolution(of: id, parameters)
        } catch {
            if case .refused(404, _, _) = error { return nil }
            throw error
        }
    }

    /// The last part of a name that may be an IRI.
    private static func local(_ name: String) -> Substring {
        name.lastIndex { $0 == "/" || $0 == "#" }.map { name[name.index(after: $0)...] } ?? name[...]
    }

    private static func instances(_ document: JSONDocument, _ value: JSONNode) -> [JSONNode] {
        if document.isObject(value) { return [value] }
        return document.isArray(value) ? document.elements(value).filter { document.isObject($0) } : []
    }

    private static func time(_ document: JSONDocument, _ instance: JSONNode) -> NGSILDModel.Timestamp? {
        for name in ["observedAt", "modifiedAt"] as [StaticString] {
            if let time = document.member(instance, name).flatMap({ document.string($0) }) {
                return NGSILDModel.Timestamp(time)
            }
        }
        return nil
    }
}
