import NGSILDModel
import NGSILDQuery

/// The stored form of a run of samples: a version, the entity's types, the templates, then one column after the other.
///
/// Numbers keep the text they were written with: whole numbers and a count of decimals. Where one value of the run is
/// no plain number, all values are kept as text. Hourly readings of one decimal take about two bytes a sample.
enum ChunkCodec {
    private static let version: UInt8 = 1
    /// How many samples a chunk holds at most.
    static let capacity = 512
    /// About how many bytes of values a chunk holds at most; one sample always fits.
    static let valueCapacity = 128 << 10
    private static let decodeLimit = 4_096
    private static let byteLimit = 64 << 20

    private enum ValueForm: UInt8 { case text, decimal }

    /// - Parameter samples: sorted by time, all times different.
    static func encode(_ samples: SampleColumns) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(samples.values.count / 2 + 128)
        output.append(version)
        output.append(varint: UInt64(samples.types.count))
        for type in samples.types { output.append(varint: UInt64(type.number)) }
        output.append(varint: UInt64(samples.templates.count))
        for template in samples.templates {
            output.append(run: template)
        }
        output.append(varint: UInt64(samples.count))
        IntegerColumn.append(samples.times, to: &output)
        IntegerColumn.append(samples.createdAt, to: &output)
        IntegerColumn.append(zip(samples.modifiedAt, samples.times).map { $0 &- $1 }, to: &output)
        IntegerColumn.append(samples.flags.map { Int64($0) }, to: &output)
        IntegerColumn.append(samples.kinds.map { Int64($0) }, to: &output)
        if !appendDecimals(samples, to: &output) { appendText(samples, to: &output) }
        return output
    }

    private static func appendDecimals(_ samples: SampleColumns, to output: inout [UInt8]) -> Bool {
        var numbers: [DecimalNumber] = []
        numbers.reserveCapacity(samples.count)
        var decimals: UInt8 = 0
        for index in 0..<samples.count {
            guard let number = samples.withValue(index, DecimalNumber.init) else { return false }
            decimals = max(decimals, number.decimals)
            numbers.append(number)
        }
        var mantissas: [Int64] = []
        mantissas.reserveCapacity(samples.count)
        for number in numbers {
            guard let mantissa = number.scaled(to: decimals) else { return false }
            mantissas.append(mantissa)
        }
        output.append(ValueForm.decimal.rawValue)
        output.append(decimals)
        IntegerColumn.append(numbers.map { Int64($0.decimals) }, to: &output)
        IntegerColumn.append(mantissas, to: &output)
        return true
    }

    private static func appendText(_ samples: SampleColumns, to output: inout [UInt8]) {
        output.append(ValueForm.text.rawValue)
        IntegerColumn.append((0..<samples.count).map { Int64(samples.ends[$0] - samples.start(of: $0)) }, to: &output)
        output.append(contentsOf: samples.values)
    }

    /// Reads a chunk.
    ///
    /// - Parameter isPassedOver: asked when the times are known and the values are not; where it holds the samples are not
    ///   read, which is most of the work, and none come back.
    /// - Returns: `nil` when the bytes are not a chunk of this version.
    static func decode(
        _ bytes: [UInt8], unless isPassedOver: (ChunkTimes) -> Bool = { _ in false }
    ) -> SampleColumns? {
        guard bytes.count <= byteLimit else { return nil }
        return bytes.withUnsafeBytes { buffer in
            var reader = StoredReader(buffer)
            return decode(&reader, unless: isPassedOver)
        }
    }

    private static func decode(
        _ reader: inout StoredReader, unless isPassedOver: (ChunkTimes) -> Bool
    ) -> SampleColumns? {
        guard reader.byte() == version else { return nil }
        var types: [TermID] = []
        for _ in 0..<reader.count() {
            types.append(TermID(UInt32(truncatingIfNeeded: reader.varint())))
        }
        var templates: [[UInt8]] = []
        for _ in 0..<reader.count(limit: decodeLimit) {
            templates.append(Array(reader.run()))
            if !reader.isFine { return nil }
        }
        let count = reader.count(limit: decodeLimit)
        let times = IntegerColumn.read(count, from: &reader)
        let createdAt = IntegerColumn.read(count, from: &reader)
        let delays = IntegerColumn.read(count, from: &reader)
        let flags = IntegerColumn.read(count, from: &reader)
        guard reader.isFine else { return nil }
        if isPassedOver(ChunkTimes(times: times, createdAt: createdAt, delays: delays, flags: flags)) {
            return SampleColumns()
        }
        let kinds = IntegerColumn.read(count, from: &reader)
        guard reader.isFine, let (values, ends) = readValues(count, &reader), reader.isFine else { return nil }
        return SampleColumns(
            types: types, templates: templates, times: times, createdAt: createdAt,
            modifiedAt: zip(delays, times).map { $0 &+ $1 }, flags: flags, kinds: kinds, values: values, ends: ends)
    }

    private static func readValues(_ count: Int, _ reader: inout StoredReader) -> ([UInt8], [Int])? {
        var values: [UInt8] = []
        var ends: [Int] = []
        ends.reserveCapacity(count)
        switch ValueForm(rawValue: reader.byte()) {
        case .decimal:
            let most = reader.byte()
            let decimals = IntegerColumn.read(count, from: &reader)
            let mantissas = IntegerColumn.read(count, from: &reader)
            guard reader.isFine else { return nil }
            values.reserveCapacity(count * 5)
            for (places, mantissa) in zip(decimals, mantissas) {
                guard let places = UInt8(exactly: places),
                    let number = DecimalNumber.unscaled(mantissa, from: most, decimals: places)
                else { return nil }
                number.append(to: &values)
                ends.append(values.count)
            }
        case .text:
            var end = 0
            for length in IntegerColumn.read(count, from: &reader) {
                guard length > 0, length <= Int64(reader.remaining) else { return nil }
                end += Int(length)
                ends.append(end)
            }
            guard end <= reader.remaining else { return nil }
            values = Array(reader.bytes(end))
        case nil: return nil
        }
        return (values, ends)
    }
}

/// When the samples of a chunk were, known before what they said. All columns have `count` elements.
struct ChunkTimes {
    let times: [Int64]
    let createdAt: [Int64]
    /// By how much each was modified after its time.
    let delays: [Int64]
    let flags: [Int64]

    var count: Int { times.count }

    /// Whether a query selects one of the samples by its time.
    func hasAny(of query: TemporalQuery) -> Bool {
        times.indices.contains { index in
            let instance = InstanceTimes(
                time: times[index], createdAt: createdAt[index], modifiedAt: delays[index] &+ times[index],
                flags: SampleColumns.Flags(rawValue: UInt8(truncatingIfNeeded: flags[index])))
            return query.contains(instance[query.property])
        }
    }
}

/// What tools that look at a store have to know of the form of history.
public enum StoredHistory {
    /// Whether a chunk's body can be read.
    public static func isReadable(_ body: [UInt8]) -> Bool { ChunkCodec.decode(body) != nil }
}
