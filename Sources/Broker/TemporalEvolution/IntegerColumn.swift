import NGSILDModel

/// A column of integers: the differences of neighbours as variable-length integers, equal ones counted, so that even
/// steps, as of hourly times, take no room.
///
/// A token is a varint: an even one announces `token / 2` differences, an odd one that the difference that follows
/// occurs `token / 2` times.
enum IntegerColumn {
    private static let shortestRun = 3

    static func append(_ values: some RandomAccessCollection<Int64>, to output: inout [UInt8]) {
        var differences: [Int64] = []
        differences.reserveCapacity(values.count)
        var last: Int64 = 0
        for value in values {
            differences.append(value &- last)
            last = value
        }
        var literals = 0
        var index = 0
        while index < differences.count {
            var end = index + 1
            while end < differences.count, differences[end] == differences[index] { end += 1 }
            if end - index >= shortestRun {
                appendLiterals(differences[literals..<index], to: &output)
                output.append(varint: UInt64(end - index) << 1 | 1)
                output.append(zigzag: differences[index])
                literals = end
            }
            index = end
        }
        appendLiterals(differences[literals...], to: &output)
    }

    private static func appendLiterals(_ values: ArraySlice<Int64>, to output: inout [UInt8]) {
        guard !values.isEmpty else { return }
        output.append(varint: UInt64(values.count) << 1)
        for value in values { output.append(zigzag: value) }
    }

    static func read(_ count: Int, from reader: inout StoredReader) -> [Int64] {
        var values: [Int64] = []
        values.reserveCapacity(count)
        var last: Int64 = 0
        while values.count < count, reader.isFine {
            let token = reader.varint()
            let length = token >> 1
            guard length > 0, length <= UInt64(count - values.count) else {
                reader.fail()
                break
            }
            if token & 1 == 1 {
                let difference = reader.zigzag()
                for _ in 0..<length {
                    last = last &+ difference
                    values.append(last)
                }
            } else {
                for _ in 0..<length {
                    last = last &+ reader.zigzag()
                    values.append(last)
                }
            }
        }
        return values
    }
}
