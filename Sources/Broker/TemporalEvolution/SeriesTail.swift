import NGSILDModel

/// Samples of one series that are not in a chunk yet, in the order in which they came, packed: about 15 bytes for a
/// number.
///
/// A sample is: the number of its template and one, or 0 and the template behind its length; flags; the differences of
/// its time and createdAt to those before, and of its modifiedAt to its time; the value behind its length.
struct SeriesTail {
    let attribute: TermID
    let dataset: String
    private(set) var bytes: [UInt8] = []
    private(set) var count = 0
    /// The sequence number of the change that the oldest sample came with.
    let firstSequence: UInt64
    private var lastTime: Int64 = 0
    private var lastCreatedAt: Int64 = 0

    /// About how many bytes of memory a tail takes beside its samples.
    static let overhead = 240

    init(attribute: TermID, dataset: String, firstSequence: UInt64) {
        self.attribute = attribute
        self.dataset = dataset
        self.firstSequence = firstSequence
    }

    mutating func append(
        _ template: TemplateTable.Place, flags: SampleColumns.Flags, time: Int64, createdAt: Int64, modifiedAt: Int64,
        value: UnsafeRawBufferPointer
    ) {
        switch template {
        case .number(let number): bytes.append(varint: UInt64(number) + 1)
        case .beside(let template):
            bytes.append(0)
            bytes.append(run: template)
        }
        bytes.append(flags.rawValue)
        bytes.append(zigzag: time &- lastTime)
        bytes.append(zigzag: createdAt &- lastCreatedAt)
        bytes.append(zigzag: modifiedAt &- time)
        bytes.append(run: value)
        lastTime = time
        lastCreatedAt = createdAt
        count += 1
    }

    /// The samples, sorted.
    func columns(types: [TermID], templates: [[UInt8]]) -> SampleColumns {
        var columns = SampleColumns()
        columns.types = types
        columns.reserve(count, valueBytes: bytes.count / 2)
        bytes.withUnsafeBytes { buffer in
            var reader = StoredReader(buffer)
            var kinds: [UInt64: Int] = [:]
            var (time, createdAt): (Int64, Int64) = (0, 0)
            for _ in 0..<count {
                let number = reader.varint()
                let kind: Int
                if number == 0 {
                    kind = columns.kind(of: Array(reader.run()))
                } else if let known = kinds[number] {
                    kind = known
                } else {
                    kind = columns.kind(of: templates[Int(number) - 1])
                    kinds[number] = kind
                }
                let flags = SampleColumns.Flags(rawValue: reader.byte())
                time = time &+ reader.zigzag()
                createdAt = createdAt &+ reader.zigzag()
                let modifiedAt = time &+ reader.zigzag()
                let value = reader.run()
                columns.append(
                    time: time, createdAt: createdAt, modifiedAt: modifiedAt, flags: flags, kind: kind, value: value)
            }
        }
        return columns.sorted()
    }
}
