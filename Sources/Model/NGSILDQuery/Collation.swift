import CICU
public import NGSILDModel
import Synchronization

/// An order of texts as people of a language expect it, after the Unicode collation algorithm.
///
/// - Source: CIM 009 clause 4.23.1; RFC 6067.
public final class Collation: @unchecked Sendable {
    // Never changed after it was opened; ICU lets many threads make keys with one collator.
    private let collator: OpaquePointer

    /// ICU's root order, which fits no language in particular and all of them passably.
    public static let root: Collation? = try? Collation("und")

    private static let opened = Mutex<[String: Collation]>([:])
    private static let openedLimit = 64

    /// How many bytes of a text decide on its place.
    static let textLimit = 512

    /// The order that a tag such as `de-u-co-phonebk` names.
    ///
    /// - Throws: `badRequestData` when the tag is not well formed.
    public static func named(_ tag: String) throws(NGSILDError) -> Collation {
        if let known = opened.withLock({ $0[tag] }) { return known }
        let collation = try Collation(tag)
        opened.withLock { opened in
            if opened.count >= openedLimit { opened.removeAll() }
            opened[tag] = collation
        }
        return collation
    }

    private init(_ tag: String) throws(NGSILDError) {
        let refusal = NGSILDError.badRequestData(
            "The collation \"\(tag.prefix(64))\" is no language tag such as de, sv or de-u-co-phonebk")
        guard !tag.isEmpty, tag.utf8.count <= 128, tag.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw refusal
        }
        var status = U_ZERO_ERROR
        var parsed: Int32 = 0
        var locale = [CChar](repeating: 0, count: 256)
        let length = parvis_locale_for_tag(tag, &locale, 255, &parsed, &status)
        guard status.rawValue <= 0, Int(parsed) == tag.utf8.count, length < 255 else { throw refusal }
        status = U_ZERO_ERROR
        guard let collator = parvis_collator_open(locale, &status), status.rawValue <= 0 else { throw refusal }
        self.collator = collator
    }

    deinit { parvis_collator_close(collator) }

    /// Bytes that compare as the text does. Texts that differ only beyond `textLimit` bytes have the same.
    ///
    /// - Cost: about 0.5 us for a name.
    func key(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        let text = UnsafeBufferPointer(rebasing: text.prefix(Self.textLimit))
        return withUnsafeTemporaryAllocation(of: UInt16.self, capacity: Self.textLimit) { units in
            var count = 0
            if text.allSatisfy({ $0 < 0x80 }) {
                for byte in text {
                    units[count] = UInt16(byte)
                    count += 1
                }
            } else {
                for unit in String(decoding: text, as: UTF8.self).utf16 where count < Self.textLimit {
                    units[count] = unit
                    count += 1
                }
            }
            return key(units.baseAddress, count)
        }
    }

    private func key(_ units: UnsafeMutablePointer<UInt16>?, _ count: Int) -> [UInt8] {
        func key(capacity: Int) -> (bytes: [UInt8], length: Int) {
            var length = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
                length = Int(
                    parvis_collator_sort_key(collator, units, Int32(count), buffer.baseAddress, Int32(capacity)))
                initialized = min(max(0, length), capacity)
            }
            return (bytes, length)
        }
        let first = key(capacity: 3 * count + 32)
        if first.length <= 3 * count + 32 { return first.bytes }
        return key(capacity: min(first.length, 64 * Self.textLimit)).bytes
    }
}
