import BrokerStorage
import NGSILDModel
import NGSILDOperations

/// Makes attribute instances from samples.
struct InstanceForest {
    private var decoded: [[UInt8]: AttributeForest] = [:]

    /// Appends each sample as an instance; those whose template cannot be read are left out.
    ///
    /// - Parameter series: what the ids of the instances are made of; `nil` leaves them out.
    mutating func append(_ samples: SampleColumns, of series: SeriesKey?, to forest: inout AttributeForest) {
        for index in 0..<samples.count {
            guard let template = template(samples.templates[samples.kinds[index]]) else { continue }
            let id = series.map { InstanceID($0, time: samples.times[index]) }
            samples.withValue(index) { value in
                _ = forest.append(
                    template: template, value: value, times: samples.times(of: index),
                    members: id.map { Array(",\"instanceId\":\"\($0.text)\"".utf8) } ?? [])
            }
        }
    }

    mutating func template(_ bytes: [UInt8]) -> AttributeForest? {
        if let known = decoded[bytes] { return known }
        guard let template = EntityCodec.decodeForest(bytes), !template.isEmpty else { return nil }
        decoded[bytes] = template
        return template
    }

    /// The attributes of an entity, each with all its instances.
    mutating func attributes(_ series: [(SeriesKey, SampleColumns)]) -> [TemporalAttribute] {
        var result: [TemporalAttribute] = []
        for (key, samples) in series {
            // An answer that was shortened names the attributes that have no instance left.
            guard let first = samples.kinds.first ?? samples.templates.indices.first,
                let kind = template(samples.templates[first])?.nodes.first?.kind
            else { continue }
            if result.last?.name != key.attribute { result.append(TemporalAttribute(name: key.attribute, kind: kind)) }
            append(samples, of: key, to: &result[result.count - 1].instances)
        }
        return result
    }
}
