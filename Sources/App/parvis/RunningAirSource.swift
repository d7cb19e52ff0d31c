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
    /// Those that have an observedAt.
    private static let observed: Parameters = [
        ("timerel", "before"), ("timeAt", "9999-12-31T23:59:59Z"), ("timeproperty", "observedAt"),
    ]
    private static let page = "200"

    func stations() async throws -> [ObservedStation] {
        let asked: Parameters =
            Self.always + [
                ("type", types ?? "AirQualityObserved"), ("pick", "id"), ("limit", Self.page), ("local", "true"),
            ]
        var (ids, seen): ([String], Set<String>) = ([], [])
        try await forEachPage(asked, isList: true, { try await client.temporalPage($0) }) { document in
            for entity in document.elements(document.root) {
                guard let id = document.member(entity, "id").flatMap({ document.string($0) }) else { continue }
                // Entities come and go while the pages are asked, so one may be on two of them.
                if seen.insert(id).inserted { ids.append(id) }
            }
        }
        var found: [ObservedStation] = []
        for id in ids {
            if let station = try await describe(id) { found.append(station) }
        }
        return found
    }

    private func describe(_ id: String) async throws -> ObservedStation? {
        guard let newest = try await retrieve(id, [("lastN", "1"), ("options", "sysAttrs")]) else { return nil }
        let document = try Self.document(newest, isList: false)
        var names: [String] = []
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
                last = max(last ?? time, time)
            } else if name == "location", let geometry = document.member(instance, "value") {
                place = (try? Geometry(parsing: String(document.text(geometry))))?.representativePosition
            } else if Self.local(name) == "stationType", let kind = document.member(instance, "value") {
                isTraffic = document.string(kind)?.lowercased().contains("traffic") ?? false
            }
        }
        guard let last else { return nil }
        let values = try await extents(id, names)
        let observed = try await extents(id, names, Self.observed)
        guard let first = values.values.map({ $0.first }).min() else { return nil }
        let undated = names.filter { values[$0]?.count ?? 0 > observed[$0]?.count ?? 0 }
        return ObservedStation(
            id: id, place: place, isTraffic: isTraffic, attributes: names, undated: undated, first: first,
            last: last)
    }

    /// How many values attributes have, and the time of the first: without a start, the one period of an aggregation
    /// begins with that.
    private func extents(
        _ id: String, _ names: [String], _ times: Parameters = []
    ) async throws -> [String: (count: Double, first: NGSILDModel.Timestamp)] {
        let asked: Parameters = [
            ("attrs", names.joined(separator: ",")), ("options", "aggregatedValues"), ("aggrMethods", "totalCount"),
        ]
        guard let answer = try await retrieve(id, asked + times) else { return [:] }
        let document = try Self.document(answer, isList: false)
        var found: [String: (count: Double, first: NGSILDModel.Timestamp)] = [:]
        for (key, value) in document.members(document.root) {
            guard let name = document.string(key) else { continue }
            for attribute in Self.instances(document, value) {
                guard let periods = document.member(attribute, "totalCount") else { continue }
                for period in document.elements(periods) {
                    let parts = Array(document.elements(period))
                    guard parts.count == 3, let count = document.double(parts[0]),
                        let start = document.string(parts[1]).flatMap({ NGSILDModel.Timestamp($0) })
                    else { continue }
                    let known = found[name] ?? (0, start)
                    found[name] = (known.count + count, min(known.first, start))
                }
            }
        }
        return found
    }

    func readings(
        of station: ObservedStation, from: NGSILDModel.Timestamp, to: NGSILDModel.Timestamp
    ) async throws -> [AirReading] {
        let end = NGSILDModel.Timestamp(microseconds: to.microseconds + 1)
        var readings: [AirReading] = []
        // Values with observedAt by that, values without by when they were written.
        for (property, names) in [("observedAt", station.attributes), ("modifiedAt", station.undated)]
        where !names.isEmpty {
            let asked: Parameters = [
                ("attrs", names.joined(separator: ",")), ("timerel", "between"), ("timeAt", from.text),
                ("endTimeAt", end.text), ("timeproperty", property), ("options", "sysAttrs"),
            ]
            try await forEachPage(asked, isList: false, { try await retrieve(station.id, $0) }) { document in
                take(document, property, from...to, &readings)
            }
        }
        return readings
    }

    private func take(
        _ document: JSONDocument, _ property: String, _ span: ClosedRange<NGSILDModel.Timestamp>,
        _ readings: inout [AirReading]
    ) {
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

    /// Asks page by page until there is none behind; `nil` ends it, too.
    private func forEachPage(
        _ parameters: Parameters, isList: Bool, _ ask: (Parameters) async throws -> AnsweredPage?,
        _ take: (JSONDocument) -> Void
    ) async throws {
        var next: Parameters? = parameters
        while let now = next {
            guard let answer = try await ask(now) else { return }
            take(try Self.document(answer, isList: isList))
            next = answer.next
            if let next, next.elementsEqual(now, by: { $0 == $1 }) { throw Self.unexpected("leads on to itself") }
        }
    }

    private static func document(_ answer: AnsweredPage, isList: Bool) throws -> JSONDocument {
        let document: JSONDocument
        do { document = try JSONDocument(parsing: answer.body) } catch { throw unexpected("is no JSON (\(error))") }
        guard isList ? document.isArray(document.root) : document.isObject(document.root) else {
            throw unexpected(isList ? "is no list of entities" : "is no entity")
        }
        return document
    }

    private static func unexpected(_ fault: String) -> NGSILDClientError {
        .refused(
            status: 200, type: "about:blank",
            detail: "What the broker answers \(fault); --url has to lead to a Parvis, such as http://127.0.0.1:1026")
    }

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
