import AirQuality
import JSONTree
import NGSILDModel
import ServiceRuntime

/// The result entities: one for each station and index.
enum IndexEntity {
    static let typeName = "AirQualityIndex"

    /// `urn:ngsi-ld:AirQualityIndex:EAQI:` and the station's id, without its own `urn:ngsi-ld:`.
    ///
    /// - Returns: `nil` where that would be longer than an id may be.
    static func id(_ index: AirQualityIndex, of station: String) -> String? {
        ResultEntity.id(typeName, index.rawValue, of: station)
    }

    /// Attributes that a result has or does not have, by what is known; those that it no longer has are removed.
    static let optionalAttributes =
        [
            "airQualityIndex", "airQualityLevel", "dominantPollutant", "withheldReason", "qualityMarks", "colour",
            "healthAdvice", "location", "name",
        ] + Pollutant.allCases.map(subIndexName)

    static func subIndexName(_ pollutant: Pollutant) -> String { "\(pollutant)SubIndex" }

    /// Why an index has no value, in English.
    /// The console says these sentences in its languages (airreasons.js).
    static func text(_ reason: WithheldReason) -> String {
        switch reason {
        case .noData: "no pollutant has enough valid hours"
        case .missing(let set): "the index needs \(set.pollutants.map(\.name).joined(separator: ", ")) too"
        case .tooFew(let have, let need): "the index needs \(need) pollutants, there are \(have)"
        case .noParticles: "the index needs PM2.5 or PM10"
        case .notDefined: "the index has no such report"
        }
    }

    /// What one result says, beside the index itself.
    struct Circumstances {
        /// Whether the hour is still running, so that the result will change.
        var isProvisional = false
        /// The share of the usual values that the hour has, 0 to 1.
        var completeness = 1.0
        var marks: [QualityMark] = []
        var fitness: [(pollutant: Pollutant, fitness: SensorFitness)] = []
    }

    /// Writes the result as an entity with all that holds now.
    static func append(
        _ result: IndexResult, _ circumstances: Circumstances, of station: AirStation, id: String,
        to writer: inout ByteWriter
    ) {
        ResultEntity.open(
            id, typeName, AirVocabulary.reference, of: station.key.id, location: station.location, to: &writer)
        if let name = station.name { text("name", name, at: nil, to: &writer) }
        text("index", result.edition.index.rawValue, at: nil, to: &writer)
        if let category = result.category {
            text("colour", category.colour, at: nil, to: &writer)
            advice(category, to: &writer)
        }
        appendInstances(result, circumstances, to: &writer)
        writer.append("}")
    }

    /// Writes the attributes that carry the hour, each after a comma.
    static func appendInstances(_ result: IndexResult, _ circumstances: Circumstances, to writer: inout ByteWriter) {
        let hour = ClockHour.end(result.hour)
        if let value = result.value { number("airQualityIndex", Double(value), at: hour, to: &writer) }
        if let category = result.category { text("airQualityLevel", category.name, at: hour, to: &writer) }
        let dominant = result.dominantPollutants
        if !dominant.isEmpty { texts("dominantPollutant", dominant.map(\.name), at: hour, to: &writer) }
        for pollutant in Pollutant.allCases {
            guard let subIndex = result.subIndices[pollutant] else { continue }
            number(subIndexName(pollutant), Double(subIndex.value), at: hour, to: &writer)
        }
        text("indexEdition", result.edition.id, at: hour, to: &writer)
        if let reason = result.withheld { text("withheldReason", text(reason), at: hour, to: &writer) }
        if !circumstances.marks.isEmpty {
            texts(
                "qualityMarks", circumstances.marks.map { "\($0.check.rawValue): \($0.reason)" }, at: hour, to: &writer)
        }
        open("sensorFitness", to: &writer)
        append(circumstances.fitness, to: &writer)
        close(at: hour, to: &writer)
        number("completeness", (circumstances.completeness * 100).rounded() / 100, at: hour, to: &writer)
        open("isProvisional", to: &writer)
        if circumstances.isProvisional { writer.append("true") } else { writer.append("false") }
        close(at: hour, to: &writer)
    }

    /// Writes what is known of the sensors as an object.
    static func append(_ fitness: [(pollutant: Pollutant, fitness: SensorFitness)], to writer: inout ByteWriter) {
        writer.append("{")
        for (offset, entry) in fitness.enumerated() {
            if offset > 0 { writer.append(",") }
            writer.append(jsonString: entry.pollutant.name)
            writer.append(":")
            writer.append(jsonString: word(entry.fitness))
        }
        writer.append("}")
    }

    static func word(_ fitness: SensorFitness) -> String {
        switch fitness {
        case .unknown: "unknown"
        case .fit: "fit"
        case .unfit(let reason): "unfit: \(reason)"
        }
    }

    private static func advice(_ category: IndexCategory, to writer: inout ByteWriter) {
        writer.append(",\"healthAdvice\":{\"type\":\"LanguageProperty\",\"languageMap\":{")
        for (offset, language) in AdviceLanguage.allCases.enumerated() {
            if offset > 0 { writer.append(",") }
            let advice = category.advice(language)
            writer.append(jsonString: language.rawValue)
            writer.append(":")
            writer.append(
                jsonString: advice.everybody == advice.sensitive
                    ? advice.everybody : "\(advice.everybody) \(sensitive(language)) \(advice.sensitive)")
        }
        writer.append("}}")
    }

    private static func sensitive(_ language: AdviceLanguage) -> String {
        language == .english ? "Sensitive people:" : "Personnes sensibles :"
    }

    // MARK: - Members

    private static func open(_ name: String, to writer: inout ByteWriter) {
        writer.append(",")
        writer.append(jsonString: name)
        writer.append(":{\"type\":\"Property\",\"value\":")
    }

    private static func close(at time: Timestamp?, to writer: inout ByteWriter) {
        if let time {
            writer.append(",\"observedAt\":")
            time.append(quotedTo: &writer)
        }
        writer.append("}")
    }

    private static func text(_ name: String, _ value: String, at time: Timestamp?, to writer: inout ByteWriter) {
        open(name, to: &writer)
        writer.append(jsonString: value)
        close(at: time, to: &writer)
    }

    private static func texts(_ name: String, _ values: [String], at time: Timestamp?, to writer: inout ByteWriter) {
        open(name, to: &writer)
        writer.append("[")
        for (offset, value) in values.enumerated() {
            if offset > 0 { writer.append(",") }
            writer.append(jsonString: value)
        }
        writer.append("]")
        close(at: time, to: &writer)
    }

    private static func number(_ name: String, _ value: Double, at time: Timestamp?, to writer: inout ByteWriter) {
        open(name, to: &writer)
        writer.append(number: value)
        close(at: time, to: &writer)
    }
}
