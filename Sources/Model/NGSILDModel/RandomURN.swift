/// Names for what the broker makes itself.
public enum RandomURN {
    /// A URI that nobody can guess: `urn:ngsi-ld:KIND:` and 128 random bits.
    public static func make(_ kind: String) -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = (0..<2).map { _ in
            let digits = String(generator.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        return "urn:ngsi-ld:\(kind):" + digits.joined()
    }
}
