import JSONTree

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A JSON value where it stands in an entity's bytes: minified and well formed, escapes as they were written.
///
/// It borrows the bytes: use it only inside the closure that lent them. Damaged bytes give wrong answers, never a
/// crash: each step checks the end.
struct StoredJSON {
    let bytes: UnsafeBufferPointer<UInt8>
    let start: Int
    let end: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        self.bytes = bytes
        start = max(0, range.lowerBound)
        end = min(range.upperBound, bytes.count)
    }

    /// 0 when there is no value.
    @inline(__always)
    var first: UInt8 { start < end ? bytes[start] : 0 }

    var isString: Bool { first == UInt8(ascii: "\"") && end - start >= 2 }
    var isArray: Bool { first == UInt8(ascii: "[") }
    var isObject: Bool { first == UInt8(ascii: "{") }

    var bool: Bool? {
        switch (first, end - start) {
        case (UInt8(ascii: "t"), 4): true
        case (UInt8(ascii: "f"), 5): false
        default: nil
        }
    }

    var number: Double? {
        guard first == UInt8(ascii: "-") || (first >= UInt8(ascii: "0") && first <= UInt8(ascii: "9")) else {
            return nil
        }
        return NumberText.double(bytes, start, end)
    }

    /// Lends the content of a string with escapes resolved; `nil` for other kinds.
    @inline(__always)
    func withString<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R? {
        guard isString else { return nil }
        let content = UnsafeBufferPointer(rebasing: bytes[start + 1..<end - 1])
        guard let base = content.baseAddress, memchr(base, Int32(UInt8(ascii: "\\")), content.count) != nil else {
            return body(content)
        }
        guard let document = try? JSONDocument(parsing: Array(bytes[start..<end])) else { return nil }
        return document.withStringBytes(document.root, body)
    }

    /// Whether `body` accepts one of the elements of an array; `false` for other kinds.
    func containsElement(where body: (StoredJSON) -> Bool) -> Bool {
        guard isArray else { return false }
        var index = start + 1
        while index < end - 1 {
            let elementEnd = Self.endOfValue(bytes, index, end)
            if body(StoredJSON(bytes, index..<elementEnd)) { return true }
            index = elementEnd + 1  // the comma
        }
        return false
    }

    /// Whether `body` accepts one of the members of an object; `false` for other kinds.
    func containsMember(where body: (_ key: StoredJSON, _ value: StoredJSON) -> Bool) -> Bool {
        guard isObject else { return false }
        var index = start + 1
        while index < end - 1 {
            let keyEnd = Self.endOfString(bytes, index, end)
            guard keyEnd < end else { return false }
            let valueEnd = Self.endOfValue(bytes, keyEnd + 1, end)
            if body(StoredJSON(bytes, index..<keyEnd), StoredJSON(bytes, keyEnd + 1..<valueEnd)) { return true }
            index = valueEnd + 1  // the comma
        }
        return false
    }

    /// The value of a member, or `nil` when there is none or this is no object.
    func member(_ name: [UInt8]) -> StoredJSON? {
        var result: StoredJSON?
        _ = containsMember { key, value in
            guard key.withString({ $0.elementsEqual(name) }) == true else { return false }
            result = value
            return true
        }
        return result
    }

    /// Where the string that starts here ends, at most at `end`.
    static func endOfString(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        var index = start + 1
        while index < end, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index + 1, end)
    }

    /// Where the value that starts here ends, at most at `end`. Term holes may stand in it.
    static func endOfValue(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        var index = start
        var depth = 0
        while index < end {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index = endOfString(bytes, index, end)
                continue
            case StoredTerm.mark:
                index += StoredTerm.length
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth < 0 { return index }
            case UInt8(ascii: ",") where depth == 0: return index
            default: break
            }
            index += 1
        }
        return min(index, end)
    }
}
