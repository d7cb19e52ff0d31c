import CPCRE2
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A pattern compiled by PCRE2.
///
/// PCRE2 counts steps of backtracking, but not the characters that one step runs over, so the worst effort is about
/// the product of both. Therefore the steps allowed fall with the length of the text, texts are cut at a length, and
/// a pattern that answers one question has a time budget for all its texts.
///
/// Invariants:
/// 1. `code` is never changed after `init`, so that threads may share it (pcre2api, MULTITHREADING).
/// 2. Texts are valid UTF-8 up to a cut at the end, which falls between characters: PCRE2 is told not to check.
final class PatternProgram: @unchecked Sendable {
    struct CompileError: Error {
        let message: String
        /// Counted from 1.
        let character: Int
        let isTooLarge: Bool
    }

    private static let parenthesisLimit: UInt32 = 64
    private static let compiledSizeLimit = 64 << 10
    /// How many texts may reach the limit before a pattern that gives up for good does so.
    private static let patience = 8
    /// Time for all texts before a pattern that gives up for good does so.
    private static let budgetNanoseconds = 250_000_000
    private static let spareLimit = 4

    private let code: OpaquePointer
    private let spare = Mutex<[PatternSession]>([])
    private let limitHits = Atomic<Int>(0)
    private let spentNanoseconds = Atomic<Int>(0)
    private let givesUpForGood: Bool

    init(_ source: String, givesUpForGood: Bool) throws(CompileError) {
        guard let settings = pcre2_compile_context_create_8(nil) else { throw Self.noMemory }
        defer { pcre2_compile_context_free_8(settings) }
        pcre2_set_parens_nest_limit_8(settings, Self.parenthesisLimit)
        let options =
            UInt32(PCRE2_UTF) | UInt32(PCRE2_NEVER_BACKSLASH_C) | UInt32(PCRE2_DOLLAR_ENDONLY)
            | UInt32(PCRE2_NO_UTF_CHECK)
        var failure: Int32 = 0
        var offset = 0
        let bytes = Array(source.utf8)
        guard let code = pcre2_compile_8(bytes, bytes.count, options, &failure, &offset, settings) else {
            throw Self.compileError(failure, at: offset, in: bytes)
        }
        var size = 0
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_SIZE), &size)
        guard size <= Self.compiledSizeLimit else {
            pcre2_code_free_8(code)
            throw CompileError(message: "it needs \(size) bytes compiled", character: 1, isTooLarge: true)
        }
        self.code = code
        self.givesUpForGood = givesUpForGood
    }

    deinit { pcre2_code_free_8(code) }

    var gaveUp: Bool { limitHits.load(ordering: .relaxed) > 0 }

    func outcome(_ text: UnsafeBufferPointer<UInt8>) -> TextPattern.Outcome {
        if givesUpForGood, limitHits.load(ordering: .relaxed) >= Self.patience { return .gaveUp }
        guard let session = spare.withLock({ $0.popLast() }) ?? PatternSession() else { return .gaveUp }
        let start = Self.roughNanoseconds()
        let result = session.match(code, text)
        spend(Self.roughNanoseconds() - start)
        if result < 0, result != PCRE2_ERROR_NOMATCH {
            // The session goes, and with it the memory that the attempt took.
            limitHits.wrappingAdd(1, ordering: .relaxed)
            return .gaveUp
        }
        spare.withLock { sessions in
            if sessions.count < Self.spareLimit { sessions.append(session) }
        }
        return result >= 0 ? .match : .noMatch
    }

    private func spend(_ nanoseconds: Int) {
        guard nanoseconds > 0, givesUpForGood else { return }
        let total = spentNanoseconds.wrappingAdd(nanoseconds, ordering: .relaxed).newValue
        if total > Self.budgetNanoseconds { limitHits.wrappingAdd(Self.patience, ordering: .relaxed) }
    }

    /// A clock that is cheap and ticks every few milliseconds: over many texts the ticks add up to the time spent.
    private static func roughNanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
    }

    private static let sizeErrors = [
        PCRE2_ERROR_PARENTHESES_NEST_TOO_DEEP, PCRE2_ERROR_PATTERN_TOO_LARGE, PCRE2_ERROR_HEAP_FAILED,
        PCRE2_ERROR_PATTERN_TOO_COMPLICATED, PCRE2_ERROR_LOOKBEHIND_TOO_COMPLICATED,
    ]

    private static let noMemory = CompileError(message: "there is no memory left", character: 1, isTooLarge: true)

    private static func compileError(_ number: Int32, at offset: Int, in pattern: [UInt8]) -> CompileError {
        var message = [UInt8](repeating: 0, count: 256)
        let length = pcre2_get_error_message_8(number, &message, message.count)
        let text = length > 0 ? String(decoding: message.prefix(Int(length)), as: UTF8.self) : "error \(number)"
        let character =
            String(decoding: pattern.prefix(min(offset, pattern.count)), as: UTF8.self).unicodeScalars.count + 1
        return CompileError(message: text, character: character, isTooLarge: sizeErrors.contains(number))
    }
}
