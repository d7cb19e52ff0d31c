import AirQuality
import JSONTree
import NGSILDModel
import ServiceRuntime

/// The forecast entities: one for each station and pollutant.
enum ForecastEntity {
    static let typeName = "AirQualityForecast"
    static let optionalAttributes = ["location", "name", "issuedForecastShare"]

    /// `urn:ngsi-ld:AirQualityForecast:pm25:` and the station's id, without its own `urn:ngsi-ld:`.
    ///
    /// - Returns: `nil` where that would be longer than an id may be.
    static func id(_ pollutant: Pollutant, of station: String) -> String? {
        ResultEntity.id(typeName, "\(pollutant)", of: station)
    }

    static func append(
        _ forecast: IssuedForecast, _ model: ForecastModel, of station: KnownStation, id: String,
        to writer: inout ByteWriter
    ) {
        ResultEntity.open(
            id, typeName, AirVocabulary.reference, of: station.key.id, location: station.location, to: &writer)
        if let name = station.name { text("name", name, &writer) }
        text("pollutant", model.pollutant.name, &writer)
        let issued = ClockHour.end(forecast.hour)
        time("dateIssued", issued, &writer)
        time("validFrom", issued, &writer)
        time("validTo", ClockHour.end(forecast.hour + ForecastModel.reach), &writer)
        list("concentration", forecast.values, issued, &writer)
        list("concentrationLower", forecast.lower, issued, &writer)
        list("concentrationUpper", forecast.upper, issued, &writer)
        writer.append(",\"persistence\":{\"type\":\"Property\",\"value\":")
        writer.append(number: rounded(forecast.persistence))
        close(issued, &writer)
        writer.append(",\"forecastError\":{\"type\":\"JsonProperty\",\"json\":")
        append(model.errors(forecast.weather), to: &writer)
        writer.append("}")
        text("weatherForecast", forecast.weather.state.rawValue, &writer)
        number("weatherForecastHours", Double(forecast.weather.hours), &writer)
        if let seeing = model.forecaster.seeing {
            number("issuedForecastShare", (seeing.issuedShare * 100).rounded() / 100, &writer)
        }
        time("trainedAt", model.trainedAt, &writer)
        writer.append(",\"trainedHours\":{\"type\":\"Property\",\"value\":")
        writer.append(integer: model.trainedHours)
        writer.append("}}")
    }

    private static func append(_ errors: ForecastErrors, to writer: inout ByteWriter) {
        let known = zip(ForecastErrors.horizons, errors.sums).compactMap { horizon, sums in
            sums.means.map { (horizon: horizon, means: $0) }
        }
        func numbers(_ name: StaticString, _ values: [Double]) {
            writer.append(name)
            for (offset, value) in values.enumerated() {
                if offset > 0 { writer.append(",") }
                writer.append(number: value)
            }
            writer.append("]")
        }
        numbers("{\"horizonHours\":[", known.map { Double($0.horizon) })
        numbers(",\"mae\":[", known.map { ($0.means.error * 100).rounded() / 100 })
        numbers(",\"persistenceMae\":[", known.map { ($0.means.persistence * 100).rounded() / 100 })
        numbers(",\"coverage\":[", known.map { ($0.means.coverage * 1_000).rounded() / 1_000 })
        writer.append(",\"hours\":")
        writer.append(integer: errors.hours)
        writer.append("}")
    }

    // MARK: - Members

    /// To a tenth; stations measure no finer.
    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    private static func text(_ name: StaticString, _ value: String, _ writer: inout ByteWriter) {
        writer.append(",\"")
        writer.append(name)
        writer.append("\":{\"type\":\"Property\",\"value\":")
        writer.append(jsonString: value)
        writer.append("}")
    }

    private static func number(_ name: StaticString, _ value: Double, _ writer: inout ByteWriter) {
        writer.append(",\"")
        writer.append(name)
        writer.append("\":{\"type\":\"Property\",\"value\":")
        writer.append(number: value)
        writer.append("}")
    }

    private static func time(_ name: StaticString, _ value: Timestamp, _ writer: inout ByteWriter) {
        writer.append(",\"")
        writer.append(name)
        writer.append("\":{\"type\":\"Property\",\"value\":{\"@type\":\"DateTime\",\"@value\":")
        value.append(quotedTo: &writer)
        writer.append("}}")
    }

    private static func list(
        _ name: StaticString, _ values: [Double], _ issued: Timestamp, _ writer: inout ByteWriter
    ) {
        writer.append(",\"")
        writer.append(name)
        writer.append("\":{\"type\":\"ListProperty\",\"valueList\":[")
        for (offset, value) in values.enumerated() {
            if offset > 0 { writer.append(",") }
            writer.append(number: rounded(value))
        }
        writer.append("]")
        close(issued, &writer)
    }

    private static func close(_ issued: Timestamp, _ writer: inout ByteWriter) {
        writer.append(",\"unitCode\":\"GQ\",\"observedAt\":")
        issued.append(quotedTo: &writer)
        writer.append("}")
    }

    // MARK: - Reading

    /// The forecast that an entity holds, after a restart; `nil` where it holds none.
    static func read(_ entity: EntityRecord, _ vocabulary: AirVocabulary) -> IssuedForecast? {
        func numbers(_ name: String) -> [Double]? {
            guard let root = vocabulary.attribute(name, in: entity.attributes),
                let document = try? JSONDocument(parsing: entity.attributes.valueText(of: root)),
                document.isArray(document.root)
            else { return nil }
            let numbers = document.elements(document.root).compactMap { document.double($0) }
            return numbers.count == ForecastModel.reach ? numbers : nil
        }
        guard let root = vocabulary.attribute("concentration", in: entity.attributes),
            let values = numbers("concentration"), let lower = numbers("concentrationLower"),
            let upper = numbers("concentrationUpper"), entity.attributes.nodes[root].observedAt.isSet
        else { return nil }
        let persistence = vocabulary.attribute("persistence", in: entity.attributes)
            .map { entity.attributes.nodes[$0].number }
        return IssuedForecast(
            hour: ClockHour.holding(entity.attributes.nodes[root].observedAt), values: values, lower: lower,
            upper: upper, persistence: persistence ?? .nan)
    }
}
