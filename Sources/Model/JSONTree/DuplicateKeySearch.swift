#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Looks for keys of one object that say the same.
///
/// Its time is bounded by n log n comparisons of keys, whatever the keys are.
struct DuplicateKeySearch {
    let input: UnsafePointer<UInt8>
    let count: Int
    let entries: UnsafePointer<TapeEntry>

    /// Objects up to this size are compared pair by pair.
    private static let small = 32

    /// The index of a key that stands earlier in the object too; -1 when all differ.
    func firstRepeatedKey(from firstKey: Int, to end: Int) -> Int {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: DuplicateKeySearch.small) { buffer in
            guard let prints = buffer.baseAddress else { return firstRepeatedAmongAny(from: firstKey, to: end) }
            var seen = 0
            var key = firstKey
            while key < end {
                if entries[key].isMarked { return firstRepeatedAmongAny(from: firstKey, to: end) }
                guard seen < DuplicateKeySearch.small else { return firstRepeatedAmongMany(from: firstKey, to: end) }
                let print = fingerprint(key)
                for earlier in 0..<seen where prints[earlier] == print {
                    if isRepeated(key, from: firstKey) { return key }
                }
                (prints + seen).initialize(to: print)
                seen += 1
                key = entries[key + 1].next(after: key + 1)
            }
            return -1
        }
    }

    /// Differs for keys of different length, first eight or last eight bytes, nearly always.
    @inline(__always)
    private func fingerprint(_ key: Int) -> UInt64 {
        let entry = entries[key]
        let start = Int(entry.start) + 1
        let length = entry.value - 2
        let print = UInt64(truncatingIfNeeded: length)
        if length >= 8 {
            let first = UnsafeRawPointer(input + start).loadUnaligned(as: UInt64.self)
            let last = UnsafeRawPointer(input + start + length - 8).loadUnaligned(as: UInt64.self)
            return print ^ (first &* 0x9E37_79B9_7F4A_7C15) ^ (last &* 0xC2B2_AE3D_27D4_EB4F)
        }
        var word: UInt64 = 0
        if start + 8 <= count {
            word = UInt64(littleEndian: UnsafeRawPointer(input + start).loadUnaligned(as: UInt64.self))
            word &= 1 << UInt64(8 * length) - 1
        } else {
            for offset in (0..<length).reversed() { word = word << 8 | UInt64(input[start + offset]) }
        }
        return print ^ (word << 8)
    }

    /// Whether an earlier key of the object is the same; for keys without escapes.
    private func isRepeated(_ key: Int, from firstKey: Int) -> Bool {
        var earlier = firstKey
        while earlier < key {
            if order(earlier, key) == 0 { return true }
            earlier = entries[earlier + 1].next(after: earlier + 1)
        }
        return false
    }

    /// Shorter keys first, equal lengths by bytes; 0 for the same.
    private func order(_ left: Int, _ right: Int) -> Int {
        let (a, b) = (entries[left], entries[right])
        if a.value != b.value { return a.value - b.value }
        return Int(memcmp(input + Int(a.start), input + Int(b.start), a.value))
    }

    /// Sorts the keys, so that no choice of keys makes it slow.
    private func firstRepeatedAmongMany(from firstKey: Int, to end: Int) -> Int {
        var keys: [Int] = []
        var key = firstKey
        while key < end {
            if entries[key].isMarked { return firstRepeatedAmongAny(from: firstKey, to: end) }
            keys.append(key)
            key = entries[key + 1].next(after: key + 1)
        }
        keys.sort { left, right in
            let order = order(left, right)
            return order == 0 ? left < right : order < 0
        }
        let repeated = zip(keys, keys.dropFirst()).lazy.filter { order($0, $1) == 0 }.map(\.1)
        return repeated.min() ?? -1
    }

    /// Where a key has escapes, what it says is written out first.
    private func firstRepeatedAmongAny(from firstKey: Int, to end: Int) -> Int {
        var seen = Set<[UInt8]>()
        var key = firstKey
        while key < end {
            guard seen.insert(content(of: key)).inserted else { return key }
            key = entries[key + 1].next(after: key + 1)
        }
        return -1
    }

    /// The key without quotes and escapes.
    func content(of key: Int) -> [UInt8] {
        let entry = entries[key]
        let content = UnsafeBufferPointer(start: input + Int(entry.start) + 1, count: entry.value - 2)
        return entry.isMarked ? JSONEscapes.resolve(content) : Array(content)
    }
}
