import AirQuality
import JSONTree
import NGSILDModel
import NGSILDOperations
import ServiceRuntime

/// Fits calibrations from the history.
extension AirCalibrator {
    /// Hours that pairs are taken from at most: two years.
    private static let pairHours = 17_520

    enum Outcome {
        case calibrated(Calibration)
        case refused(String)
    }

    /// - Returns: the calibration with what was found; not fitted where something to compare is missing.
    func fit(
        _ asked: SensorCalibration, _ entity: EntityRecord, _ tenant: String
    ) async -> SensorCalibration {
        var fitted = asked
        fitted.calibration = nil
        fitted.fittedFor = nil
        let outcome: Outcome
        do throws(NGSILDError) {
            let (pairs, last) = try await pairs(asked.pairing, tenant)
            fitted.fittedFor = asked.pairing.text
            do throws(CalibrationRefusal) {
                let calibration = try Calibration.fit(asked.pairing.pollutant, pairs)
                fitted.calibration = calibration
                if fitted.appliesFrom == nil { fitted.appliesFrom = last }
                outcome = .calibrated(calibration)
            } catch {
                outcome = .refused(error.description)
            }
        } catch {
            outcome = .refused(error.detail)
        }
        await tell(
            StationKey(tenant: tenant, id: asked.id), outcome, fittedFor: fitted.fittedFor,
            appliesFrom: fitted.appliesFrom, entity)
        return fitted
    }

    /// The hours that sensor and reference have in common, and the end of the last one.
    private func pairs(
        _ pairing: SensorCalibration.Pairing, _ tenant: String
    ) async throws(NGSILDError) -> (pairs: [CalibrationPair], last: Timestamp?) {
        guard let history else {
            throw .badRequestData("No history is kept, so there is nothing to compare; start without --no-history")
        }
        let sensor = try inputs(pairing, tenant)
        guard let reference = try? operations.consumption.retrieveEntity(id: pairing.reference, tenant: tenant),
            let referenceTerm = reference.attributes.names.first(where: {
                vocabulary.pollutant($0) == pairing.pollutant
            })
        else {
            throw .badRequestData(
                "The reference \(pairing.reference) has no \(pairing.pollutant.name) now; create or update the entity, then delete fittedFor"
            )
        }
        guard let sensorNewest = try await history.newest(pairing.sensor, [sensor.value], tenant: tenant),
            let newest = try await history.newest(pairing.reference, [referenceTerm], tenant: tenant)
        else { return ([], nil) }
        let end = ClockHour.holding(min(pairing.to ?? newest, newest, sensorNewest))
        let start = max(end - Self.pairHours + 1, pairing.from.map(ClockHour.holding) ?? .min)
        guard start <= end else { return ([], nil) }
        let hours = start...end
        var sensorTerms = EntityHistory.Terms(vocabulary.context)
        sensorTerms.others[sensor.value] = "value"
        var weatherTerms = EntityHistory.Terms(vocabulary.context)
        weatherTerms.others[sensor.humidity] = "humidity"
        weatherTerms.others[sensor.temperature] = "temperature"
        var referenceTerms = EntityHistory.Terms(vocabulary.context)
        referenceTerms.pollutants[referenceTerm] = pairing.pollutant
        let values = try await history.hours(
            of: StationKey(tenant: tenant, id: pairing.sensor), hours, sensorTerms, result: nil)
        let weather = try await history.hours(
            of: StationKey(tenant: tenant, id: pairing.weatherSource), hours, weatherTerms, result: nil)
        let result = configuration.indices.first.flatMap { IndexEntity.id($0, of: pairing.reference) }
        let truth = try await history.hours(
            of: StationKey(tenant: tenant, id: pairing.reference), hours, referenceTerms, result: result)
        var pairs: [CalibrationPair] = []
        var last: Int?
        for (place, hour) in hours.enumerated() {
            guard let value = values.others["value"]?[place], let humidity = weather.others["humidity"]?[place],
                let temperature = weather.others["temperature"]?[place]
            else { break }
            let pair = CalibrationPair(
                sensor: value, reference: truth[pairing.pollutant, hour], relativeHumidity: Weather.percent(humidity),
                temperature: temperature)
            guard pair.isComplete else { continue }
            pairs.append(pair)
            last = hour
        }
        return (pairs, last.map(ClockHour.end))
    }

    /// The attributes that a calibration reads.
    struct Inputs {
        let value: TermID
        let humidity: TermID
        let temperature: TermID
    }

    func inputs(_ pairing: SensorCalibration.Pairing, _ tenant: String) throws(NGSILDError) -> Inputs {
        guard let sensor = try? operations.consumption.retrieveEntity(id: pairing.sensor, tenant: tenant) else {
            throw .badRequestData(
                "The sensor \(pairing.sensor) is not there, only its history may be; create the entity, then delete fittedFor"
            )
        }
        let value: TermID?
        if let name = pairing.sensorAttribute {
            value = attribute(name, of: sensor)
        } else {
            value = sensor.attributes.names.first { vocabulary.pollutant($0) == pairing.pollutant }
        }
        guard let value else {
            throw .badRequestData(
                "The sensor \(pairing.sensor) has no attribute \(pairing.sensorAttribute ?? pairing.pollutant.name); name it as sensorAttribute"
            )
        }
        guard let source = try? operations.consumption.retrieveEntity(id: pairing.weatherSource, tenant: tenant),
            let humidity = attribute("relativeHumidity", of: source),
            let temperature = attribute("temperature", of: source)
        else {
            throw .badRequestData(
                "\(pairing.weatherSource) has no relativeHumidity and temperature; name an entity that has as weatherSource"
            )
        }
        return Inputs(value: value, humidity: humidity, temperature: temperature)
    }

    private func attribute(_ name: String, of entity: EntityRecord) -> TermID? {
        vocabulary.attribute(name, in: entity.attributes).map { entity.attributes.nodes[$0].name }
    }

    /// Writes on the calibration what became of it.
    func tell(
        _ key: StationKey, _ outcome: Outcome, fittedFor: String?, appliesFrom: Timestamp? = nil,
        _ present: EntityRecord
    ) async {
        var writer = ByteWriter(capacity: 1_024)
        writer.append("{\"id\":")
        writer.append(jsonString: key.id)
        writer.append(",\"type\":")
        writer.append(jsonString: SensorCalibration.typeName)
        if let fittedFor { ResultEntity.text("fittedFor", fittedFor, to: &writer) }
        switch outcome {
        case .refused(let reason):
            ResultEntity.text("calibrationState", "refused", to: &writer)
            ResultEntity.text("reason", reason, to: &writer)
            configuration.onProblem("The sensor calibration \(key.id) is refused: \(reason)")
        case .calibrated(let calibration):
            ResultEntity.text("calibrationState", "calibrated", to: &writer)
            ResultEntity.time("fittedAt", configuration.clock(), to: &writer)
            if let appliesFrom { ResultEntity.time("appliesFrom", appliesFrom, to: &writer) }
            writer.append(",\"calibration\":{\"type\":\"JsonProperty\",\"json\":")
            CalibrationText.append(calibration, to: &writer)
            writer.append("}")
        }
        writer.append("}")
        await upsert(writer.array(), present, optional: ["reason", "calibration", "fittedAt", "fittedFor"], key)
    }
}
