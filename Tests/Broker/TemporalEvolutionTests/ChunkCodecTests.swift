import NGSILDModel
import SeededRandom
import Testing

@testable import TemporalEvolution

@Suite struct ChunkCodecTests {
    private static func samples(_ generator: inout SeededGenerator, count: Int, numbers: Bool) -> SampleColumns {
        var columns = SampleColumns()
        columns.types = [TermID(3), TermID(70_000)]
        let kinds = [[1, 2, 3], [UInt8](repeating: 9, count: 300), []].map { columns.kind(of: $0) }
        var time: Int64 = 1_700_000_000_000_000
        for _ in 0..<count {
            time +=
                Bool.random(using: &generator) ? 3_600_000_000 : Int64.random(in: 1...1_000_000_000, using: &generator)
            let texts = ["12.5", "0", "-3", "7.25", "1000000"] + (numbers ? [] : ["\"wet\"", "true", "1e9", "[1,2]"])
            let value = Array((texts.randomElement(using: &generator) ?? "1").utf8)
            value.withUnsafeBytes {
                columns.append(
                    time: time, createdAt: 1_600_000_000_000_000,
                    modifiedAt: time + Int64.random(in: 0...5_000_000, using: &generator),
                    flags: SampleColumns.Flags(rawValue: UInt8.random(in: 0...3, using: &generator)),
                    kind: kinds.randomElement(using: &generator) ?? 0, value: $0)
            }
        }
        return columns
    }

    @Test(arguments: 0..<60) func `what was encoded is decoded`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let count = Int.random(in: 1...512, using: &generator)
        let samples = Self.samples(&generator, count: count, numbers: seed.isMultiple(of: 2))
        #expect(ChunkCodec.decode(ChunkCodec.encode(samples)) == samples)
    }

    @Test func `the first instants after 9999, which older versions took, do not make a chunk unreadable`() throws {
        let last = Timestamp.representable.upperBound.microseconds
        for (time, isFine) in [(last, true), (last + 1, true), (last + 1_000_000, true), (last + 1_000_001, false)] {
            var samples = SampleColumns()
            let kind = samples.kind(of: [1])
            Array("1".utf8).withUnsafeBytes {
                samples.append(time: time, createdAt: 0, modifiedAt: 0, flags: .isObserved, kind: kind, value: $0)
            }
            #expect((ChunkCodec.decode(ChunkCodec.encode(samples)) == samples) == isFine)
        }
    }

    @Test(arguments: 0..<300) func `a damaged chunk is refused or read, never trapped on`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(1_000 + seed))
        let samples = Self.samples(&generator, count: 40, numbers: seed.isMultiple(of: 2))
        var bytes = ChunkCodec.encode(samples)
        switch seed % 3 {
        case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &generator))
        case 1:
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
        default: bytes = (0..<200).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        guard let decoded = ChunkCodec.decode(bytes) else { return }
        #expect(zip(decoded.times, decoded.times.dropFirst()).allSatisfy(<))
        for index in 0..<decoded.count {
            #expect(decoded.templates.indices.contains(decoded.kinds[index]))
            #expect(!decoded.withValue(index) { $0.isEmpty })
            #expect(decoded.time(index).text.hasSuffix("Z"))
        }
    }

    @Test func `hourly readings with one decimal take under three bytes each`() {
        var generator = SeededGenerator(seed: 5)
        var columns = SampleColumns()
        let kind = columns.kind(of: [UInt8](repeating: 1, count: 40))
        for hour in 0..<512 {
            let value = Array(
                "\(Int.random(in: 100...200, using: &generator)).\(Int.random(in: 0...9, using: &generator))".utf8)
            value.withUnsafeBytes {
                columns.append(
                    time: 1_700_000_000_000_000 + Int64(hour) * 3_600_000_000, createdAt: 1_800_000_000_000_000,
                    modifiedAt: 1_800_000_000_000_000, flags: .isObserved, kind: kind, value: $0)
            }
        }
        #expect(ChunkCodec.encode(columns).count < 3 * 512)
    }

    @Test func `sorting keeps the last of several samples at one time`() {
        var columns = SampleColumns()
        let kind = columns.kind(of: [])
        for (time, value) in [(30, "1"), (10, "2"), (30, "3"), (20, "4"), (10, "5")] {
            Array(value.utf8).withUnsafeBytes {
                columns.append(time: Int64(time), createdAt: 0, modifiedAt: 0, flags: [], kind: kind, value: $0)
            }
        }
        let sorted = columns.sorted()
        #expect(sorted.times == [10, 20, 30])
        #expect((0..<3).map { sorted.withValue($0) { String(decoding: $0, as: UTF8.self) } } == ["5", "4", "3"])
    }
}
