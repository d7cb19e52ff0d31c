import AirQuality
import Foundation
import NGSILDModel
import Testing

@testable import AirService

/// A sensor beside a reference: fitted, applied, or refused, by the service as a whole.
struct SensorCalibrationTests {
    private static let sensor = "urn:ngsi-ld:AirQualitySensor:1"
    private static let reference = "urn:ngsi-ld:AirQualityObserved:reference"
    private static let output = "urn:ngsi-ld:AirQualityObserved:calibrated:AirQualitySensor:1"
    private static let id = "urn:ngsi-ld:AirSensorCalibration:1"

    /// What the air is in an hour, and what the sensor makes of it: twice as much and 3 more.
    private static func air(_ hour: Int) -> Double {
        let wave = sin(Double(hour) / 17) * 12 + sin(Double(hour) / 5.3) * 6
        return ((25 + wave) * 10).rounded() / 10
    }

    private static func sensed(_ hour: Int) -> Double { 3 + 2 * air(hour) }

    private static func time(_ hour: Int) throws -> String {
        try #require(Timestamp("2026-03-01T00:00:00Z")).adding(seconds: Double(hour) * 3_600).text
    }

    private static func sensorEntity(_ value: Double, at hour: Int, humidity: Double = 0.55) throws -> String {
        let time = try time(hour)
        return #"""
            {"id":"\#(sensor)","type":"AirQualitySensor",
             "location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[2.35,48.85]}},
             "pm25":{"type":"Property","value":\#(value),"observedAt":"\#(time)"},
             "relativeHumidity":{"type":"Property","value":\#(humidity + Double(hour % 20) / 100),"observedAt":"\#(time)"},
             "temperature":{"type":"Property","value":\#(10 + hour % 12),"observedAt":"\#(time)"}}
            """#
    }

    private static func referenceEntity(at hour: Int) throws -> String {
        #"{"id":"\#(reference)","type":"AirQualityObserved","pm25":{"type":"Property","value":\#(air(hour)),"unitCode":"GQ","observedAt":"\#(try time(hour))"}}"#
    }

    private static func calibration(_ more: String = "") -> String {
        #"""
        {"id":"\#(id)","type":"AirSensorCalibration","sensor":{"type":"Relationship","object":"\#(sensor)"},
         "reference":{"type":"Relationship","object":"\#(reference)"},"pollutant":{"type":"Property","value":"PM2.5"}\#(more)}
        """#
    }

    /// Hours with sensor and reference side by side.
    private func report(_ hours: Range<Int>, to town: TestTown, isStuck: Bool = false) async throws {
        for hour in hours {
            town.clock.set(try #require(Timestamp(try Self.time(hour))).adding(seconds: 1))
            try await town.report([
                try Self.sensorEntity(isStuck ? 7 : Self.sensed(hour), at: hour), try Self.referenceEntity(at: hour),
            ])
        }
    }

    private func number(_ town: TestTown, _ id: String, _ name: String) -> Double? {
        town.value(id, name).flatMap { Double($0) }
    }

    @Test func `a sensor beside a reference is fitted, and its values become those of a station`() async throws {
        let town = try TestTown()
        town.air.start()
        try await report(0..<200, to: town)
        try await town.report([Self.calibration()])
        await town.air.settle()
        #expect(town.value(Self.id, "calibrationState") == #""calibrated""#)
        #expect(town.value(Self.id, "reason") == nil)
        let fitted = try #require(town.value(Self.id, "calibration"))
        #expect(fitted.contains(#""model":"linear""#) && fitted.contains(#""pairs":2"#), "\(fitted)")
        // From now on each value of the sensor is one of the output, with its uncertainty.
        try await report(200..<203, to: town)
        await town.air.settle()
        let value = try #require(number(town, Self.output, "pm25"))
        #expect(abs(value - Self.air(202)) < 0.1, "\(value) \(Self.air(202))")
        #expect(town.observedAt(Self.output, "pm25") == (try Self.time(202)))
        let output = try #require(town.entity(Self.output))
        let uncertainty = try town.context.term("expandedUncertainty")
        #expect(output.attributes.nodes.contains { $0.name == uncertainty })
        #expect(town.value(Self.output, "refSensor") == #""\#(Self.sensor)""#)
        // It is a station: it has an index; the raw sensor has none.
        let index = "urn:ngsi-ld:AirQualityIndex:EAQI:AirQualityObserved:calibrated:AirQualitySensor:1"
        #expect(town.entity(index) != nil)
        #expect(town.entity("urn:ngsi-ld:AirQualityIndex:EAQI:AirQualitySensor:1") == nil)
        await town.stop()
    }

    /// The second time lies 24,000 months before the first value.
    @Test(arguments: ["2026-03-01T00:00:00Z", "0001-01-01T00:00:00Z"])
    func `values from before are calibrated where that is asked for, and each once`(from: String) async throws {
        let town = try TestTown()
        town.air.start()
        try await report(0..<190, to: town)
        try await town.report([
            Self.calibration(
                #","appliesFrom":{"type":"Property","value":{"@type":"DateTime","@value":"\#(from)"}}"#)
        ])
        await town.air.settle()
        let past = try await town.evolution(Self.output, "pm25")
        #expect(past.count == 190)
        #expect(abs((past[try Self.time(7)].flatMap { Double($0) } ?? 0) - Self.air(7)) < 0.1)
        await town.stop()
        // Values that come while nothing runs are calibrated after the start.
        let silent = try TestTown(storage: town.storage, clock: town.clock)
        try await report(190..<195, to: silent)
        await silent.stop()
        let again = try TestTown(storage: town.storage, clock: town.clock)
        again.air.start()
        await again.air.settle()
        let all = try await again.evolution(Self.output, "pm25")
        #expect(all.count == 195)
        #expect(abs((all[try Self.time(193)].flatMap { Double($0) } ?? 0) - Self.air(193)) < 0.1)
        await again.stop()
    }

    @Test func `a late value takes its place in the history`() async throws {
        let town = try TestTown()
        town.air.start()
        try await report(0..<180, to: town)
        try await town.report([Self.calibration()])
        await town.air.settle()
        try await report(182..<184, to: town)
        await town.air.settle()
        try await town.report([try Self.sensorEntity(Self.sensed(181), at: 181)])
        await town.air.settle()
        #expect(town.observedAt(Self.output, "pm25") == (try Self.time(183)))
        let all = try await town.evolution(Self.output, "pm25")
        #expect(abs((all[try Self.time(181)].flatMap { Double($0) } ?? 0) - Self.air(181)) < 0.1)
        await town.stop()
    }

    @Test func `what cannot be calibrated is refused with the reason, and nothing is written`() async throws {
        let town = try TestTown()
        town.air.start()
        try await report(0..<180, to: town, isStuck: true)
        try await town.report([Self.calibration()])
        await town.air.settle()
        #expect(town.value(Self.id, "calibrationState") == #""refused""#)
        let reason = try #require(town.value(Self.id, "reason"))
        #expect(reason.contains("stuck") || reason.contains("follow"), "\(reason)")
        try await report(180..<182, to: town, isStuck: true)
        await town.air.settle()
        #expect(town.entity(Self.output) == nil)
        // Once it is mended, only the hours since then count; it is tried again each day until they are enough.
        try await town.report([
            Self.calibration(
                #","pairedFrom":{"type":"Property","value":{"@type":"DateTime","@value":"\#(try Self.time(182))"}}"#)
        ])
        await town.air.settle()
        #expect(town.value(Self.id, "reason")?.contains("168 are needed") ?? false)
        try await report(182..<380, to: town)
        await town.air.settle()
        #expect(town.value(Self.id, "calibrationState") == #""calibrated""#)
        #expect(town.value(Self.id, "reason") == nil)
        await town.stop()
    }

    @Test func `a refused calibration is tried again a day after the try, whatever was written on it since`()
        async throws
    {
        let town = try TestTown()
        town.air.start()
        try await report(0..<150, to: town)
        try await town.report([Self.calibration()])
        await town.air.settle()
        #expect(town.value(Self.id, "reason")?.contains("150 complete pairs") ?? false)
        try await report(150..<160, to: town)
        try await town.report([Self.calibration(#","name":{"type":"Property","value":"By the school"}"#)])
        await town.air.settle()
        #expect(town.value(Self.id, "reason")?.contains("150 complete pairs") ?? false)
        try await report(160..<174, to: town)
        await town.air.settle()
        #expect(town.value(Self.id, "calibrationState") == #""calibrated""#)
        await town.stop()
    }

    @Test(arguments: [
        (
            "\"pollutant\":{\"type\":\"Property\",\"value\":\"PM2.5\"}",
            "\"pollutant\":{\"type\":\"Property\",\"value\":\"XY\"}", "pollutant"
        ),
        ("\"sensor\":", "\"sensors\":", "sensor"),
        (reference, sensor, "same"),
        ("}}", "},\"pairedFrom\":{\"type\":\"Property\",\"value\":\"soon\"}}", "pairedFrom"),
        (sensor, "urn:ngsi-ld:AirQualitySensor:none", "not there"),
        ("}}", "},\"sensorAttribute\":{\"type\":\"Property\",\"value\":\"raw\"}}", "sensorAttribute"),
        ("}}", "},\"weatherSource\":{\"type\":\"Relationship\",\"object\":\"urn:x:y\"}}", "weatherSource"),
    ])
    func `a calibration that asks for the impossible says why`(
        part: String, other: String, reason: String
    ) async throws {
        let town = try TestTown()
        town.air.start()
        try await report(0..<2, to: town)
        var text = Self.calibration()
        let range = try #require(text.range(of: part, options: part == "}}" ? .backwards : []))
        text.replaceSubrange(range, with: other)
        try await town.report([text])
        await town.air.settle()
        #expect(town.value(Self.id, "calibrationState") == #""refused""#)
        #expect(town.value(Self.id, "reason")?.contains(reason) ?? false, "\(town.value(Self.id, "reason") ?? "-")")
        await town.stop()
    }

    @Test func `what was missing is compared once it is there`() async throws {
        let town = try TestTown()
        town.air.start()
        try await town.report([Self.calibration()])
        await town.air.settle()
        #expect(town.value(Self.id, "reason")?.contains("not there") ?? false)
        try await report(0..<1, to: town)
        await town.air.settle()
        #expect(town.value(Self.id, "reason")?.contains("168 are needed") ?? false)
        await town.stop()
    }

    @Test func `a second calibration of a sensor waits for the end of the first`() async throws {
        let town = try TestTown()
        town.air.start()
        try await report(0..<180, to: town)
        try await town.report([Self.calibration()])
        await town.air.settle()
        let other = Self.calibration().replacing(Self.id, with: "urn:ngsi-ld:AirSensorCalibration:2")
        try await town.report([other])
        await town.air.settle()
        let second = "urn:ngsi-ld:AirSensorCalibration:2"
        #expect(town.value(second, "reason")?.contains(Self.id) ?? false)
        try await town.report([Self.calibration(#","isActive":{"type":"Property","value":false}"#)])
        await town.air.settle()
        // Its own end lets the other one be read with the next step.
        await town.air.settle()
        #expect(town.value(second, "calibrationState") == #""calibrated""#)
        await town.stop()
    }

    @Test func `one that is not active calibrates nothing`() async throws {
        let town = try TestTown()
        town.air.start()
        try await report(0..<180, to: town)
        try await town.report([Self.calibration()])
        await town.air.settle()
        #expect(town.value(Self.id, "calibrationState") == #""calibrated""#)
        try await town.report([Self.calibration(#","isActive":{"type":"Property","value":false}"#)])
        await town.air.settle()
        try await report(181..<183, to: town)
        await town.air.settle()
        #expect(town.observedAt(Self.output, "pm25") != (try Self.time(182)))
        await town.stop()
    }
}
