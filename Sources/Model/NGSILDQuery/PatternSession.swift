import CPCRE2

/// What one match needs for itself: memory and limits.
///
/// `@unchecked Sendable`: a session is used by one thread at a time; it is in the spare list of a `PatternProgram` or in
/// the hands of one call.
final class PatternSession: @unchecked Sendable {
    /// How much of a text patterns see, in bytes.
    static let textLimit = 8_192
    /// Memory for backtracking for one text, KiB.
    private static let heapLimitKiB: UInt32 = 1_024

    private let data: OpaquePointer
    private let limits: OpaquePointer

    init?() {
        guard let data = pcre2_match_data_create_8(1, nil) else { return nil }
        guard let limits = pcre2_match_context_create_8(nil) else {
            pcre2_match_data_free_8(data)
            return nil
        }
        pcre2_set_heap_limit_8(limits, Self.heapLimitKiB)
        self.data = data
        self.limits = limits
    }

    deinit {
        pcre2_match_context_free_8(limits)
        pcre2_match_data_free_8(data)
    }

    /// The result of `pcre2_match`. Cost: at most some tens of milliseconds, whatever the pattern and the text.
    func match(_ code: OpaquePointer, _ text: UnsafeBufferPointer<UInt8>) -> Int32 {
        var options = UInt32(PCRE2_NO_UTF_CHECK)
        var length = text.count
        if length > Self.textLimit {
            options |= UInt32(PCRE2_NOTEOL)
            length = Self.textLimit
            while length > 0, text[length] & 0xC0 == 0x80 { length -= 1 }
        }
        let steps = Self.stepLimit(length)
        pcre2_set_match_limit_8(limits, steps)
        pcre2_set_depth_limit_8(limits, steps)
        return pcre2_match_8(code, text.baseAddress, length, 0, options, data, limits)
    }

    private static func stepLimit(_ length: Int) -> UInt32 {
        switch length {
        case ...64: 50_000
        case ...256: 20_000
        case ...1_024: 5_000
        default: 2_000
        }
    }
}
