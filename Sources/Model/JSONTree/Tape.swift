/// The nodes of a parsed text, and as its header the text, which it keeps alive.
@usableFromInline typealias Tape = ManagedBuffer<[UInt8], TapeEntry>

/// One token: a scalar, a key, or the opening or closing of a container. Its kind is told by the byte at `start`.
@usableFromInline struct TapeEntry {
    /// Offset of the first byte.
    @usableFromInline var start: UInt32
    /// For an opening: the flag `isContainer` and the index after its closing. For a scalar or key: the length in
    /// bytes, and the flag `isMarked` for strings with escapes and for integers. For a closing: 0.
    @usableFromInline var rest: UInt32

    @inlinable init(start: UInt32, rest: UInt32) {
        self.start = start
        self.rest = rest
    }

    @usableFromInline static let containerFlag: UInt32 = 1 << 31
    @usableFromInline static let markFlag: UInt32 = 1 << 30
    @usableFromInline static let valueMask: UInt32 = markFlag - 1
    /// A text may be this long, so that lengths and indexes fit beside the flags.
    static let maximumTextLength = Int(valueMask) - 1

    @inlinable var isContainer: Bool { rest & TapeEntry.containerFlag != 0 }
    @inlinable var isMarked: Bool { rest & TapeEntry.markFlag != 0 }
    @inlinable var value: Int { Int(rest & TapeEntry.valueMask) }

    /// The index of what comes after this entry and all that is in it.
    @inlinable func next(after index: Int) -> Int { isContainer ? value : index + 1 }
}
