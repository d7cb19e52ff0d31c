/// A short digest for ids of our own lists; not for anything that an attacker may choose to collide.
///
/// - Source: G. Fowler, L. C. Noll, K.-P. Vo, the 64-bit FNV-1a hash.
enum FNV1a {
    static func hash(_ text: String) -> UInt64 { hash(text.utf8) }

    static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return hash
    }
}
