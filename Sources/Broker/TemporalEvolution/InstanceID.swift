import BrokerStorage
import NGSILDModel

/// Names one recorded instance: the series and the time, which is unique in it.
struct InstanceID {
    private static let prefix = "urn:ngsi-ld:instance:"

    let attribute: TermID
    let datasetHash: UInt32
    let time: Int64

    init(_ series: SeriesKey, time: Int64) {
        attribute = series.attribute
        datasetHash = Self.hash(series.dataset)
        self.time = time
    }

    /// - Returns: `nil` for a text that `text` never gives.
    init?(_ text: String) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let parts = text.dropFirst(Self.prefix.count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let attribute = UInt32(parts[0], radix: 16), let dataset = UInt32(parts[1], radix: 16),
            let time = UInt64(parts[2], radix: 16)
        else { return nil }
        self.attribute = TermID(attribute)
        datasetHash = dataset
        self.time = Int64(bitPattern: time)
    }

    var text: String {
        Self.prefix + String(attribute.number, radix: 16) + "-" + String(datasetHash, radix: 16) + "-"
            + String(UInt64(bitPattern: time), radix: 16)
    }

    func belongs(to series: SeriesKey) -> Bool {
        series.attribute == attribute && Self.hash(series.dataset) == datasetHash
    }

    /// FNV-1a with 32 bits.
    private static func hash(_ text: String) -> UInt32 {
        text.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
    }
}
