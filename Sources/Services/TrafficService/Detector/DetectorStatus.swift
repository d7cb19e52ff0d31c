/// Whether a detector can be believed.
struct DetectorStatus: Sendable, Equatable {
    enum Kind: String, Sendable { case ok, silent, stuck, implausible }

    var kind: Kind
    /// A sentence. It stays the same as long as nothing changes.
    var reason: String

    static let ok = DetectorStatus(kind: .ok, reason: "It reports plausible values.")
    var isOk: Bool { kind == .ok }
}
