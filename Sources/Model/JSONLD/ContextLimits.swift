/// What one context may be made of. Hostile contexts end in an error that names the limit.
enum ContextLimits {
    /// Documents that include one another in a chain.
    static let chain = 16
    /// Documents included in all, each as often as it is included.
    static let documents = 64
    /// Definitions read in all, and elements of arrays.
    static let terms = 100_000
    /// Terms defined through one another; also bounds the stack that a definition needs.
    static let steps = 100
    /// Arrays within arrays.
    static let nesting = 64
    /// Bytes of an IRI. Terms built on terms would otherwise grow without end.
    static let iriLength = 2_048
    /// Bytes of all IRIs together; 100,000 terms of common length come to less than 8 MiB.
    static let iriBytes = 16 << 20
}
