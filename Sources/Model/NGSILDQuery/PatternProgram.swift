import CPCRE2
import Synchronization

/// A pattern compiled by PCRE2.
///
/// Invariants:
/// 1. `code` and `limits` are never changed after `init`, so that threads may share them (pcre2api, MULTITHREADING).
/// 2. A match data block is used by one thread at a time: it is in `spare` or in the hands of one call.
/// 3. Texts are valid UTF-8: PCRE2 is told not to check.
final class PatternProgram: @unchecked Sendable {
    struct CompileError: Error {
        let message: String
        /// Counted from 1.
        let character: Int
        let isTooLarge: Bool
    }

    /// Steps of backtracking for one text, all starting points together: about a millisecond.
    private static let stepLimit: UInt32 = 100_000
    /// Memory for backtracking for one text, KiB.
    private static let heapLimitKiB: UInt32 = 4_096
    private static let parenthesisLimit: UInt32 = 64
    private static let compiledSizeLimit = 64 << 10
    /// How many texts may reach the limit before a pattern that gives up for good does so.
    private static let patience = 8
    private static let spareLimit = 8

    private let code: OpaquePointer
    private let limits: OpaquePointer
    private let spare = Mutex(SpareBlocks())
    private let limitHits = Atomic<Int>(0)
    private let givesUpForGood: Bool

    private struct SpareBlocks: @unchecked Sendable {
        // Blocks in here belong to nobody (invariant 2).
        var blocks: [OpaquePointer] = []
    }

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
        guard size <= Self.compiledSizeLimit, let limits = pcre2_match_context_create_8(nil) else {
            pcre2_code_free_8(code)
            throw size > Self.compiledSizeLimit
                ? CompileError(message: "it needs \(size) bytes compiled", character: 1, isTooLarge: true)
                : Self.noMemory
        }
        pcre2_set_match_limit_8(limits, Self.stepLimit)
        pcre2_set_depth_limit_8(limits, Self.stepLimit)
        pcre2_set_heap_limit_8(limits, Self.heapLimitKiB)
        self.code = code
        self.limits = limits
        self.givesUpForGood = givesUpForGood
    }

    deinit {
        spare.withLock { state in
            for block in state.blocks { pcre2_match_data_free_8(block) }
        }
        pcre2_match_context_free_8(limits)
        pcre2_code_free_8(code)
    }

    var gaveUp: Bool { limitHits.load(ordering: .relaxed) > 0 }

    func outcome(_ text: UnsafeBufferPointer<UInt8>) -> TextPattern.Outcome {
        if givesUpForGood, limitHits.load(ordering: .relaxed) >= Self.patience { return .gaveUp }
        guard let block = takeBlock() else { return .gaveUp }
        defer { giveBack(block) }
        let result = pcre2_match_8(code, text.baseAddress, text.count, 0, UInt32(PCRE2_NO_UTF_CHECK), block, limits)
        if result >= 0 { return .match }
        if result == PCRE2_ERROR_NOMATCH { return .noMatch }
        limitHits.wrappingAdd(1, ordering: .relaxed)
        return .gaveUp
    }

    private func takeBlock() -> OpaquePointer? {
        spare.withLock { $0.blocks.popLast() } ?? pcre2_match_data_create_8(1, nil)
    }

    private func giveBack(_ block: OpaquePointer) {
        let isKept = spare.withLock { state in
            guard state.blocks.count < Self.spareLimit else { return false }
            state.blocks.append(block)
            return true
        }
        if !isKept { pcre2_match_data_free_8(block) }
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
