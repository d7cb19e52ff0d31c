extension JSONScanner {
    @inline(__always)
    func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// The end of the number that starts with a digit or a minus sign.
    @inline(__always)
    func endOfNumber(_ start: Int, _ isInteger: inout Bool) throws(JSONParseError) -> Int {
        var position = start
        if input[position] == UInt8(ascii: "-") {
            position += 1
            guard position < count else { throw failure(.unexpectedEnd, at: position) }
        }
        let first = position
        position = try endOfDigits(position, of: start)
        if input[first] == UInt8(ascii: "0"), position > first + 1 { throw failure(.badNumber, at: start) }
        isInteger = true
        guard position < count else { return position }
        if input[position] == UInt8(ascii: ".") {
            isInteger = false
            position = try endOfDigits(position + 1, of: start)
            guard position < count else { return position }
        }
        if input[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if position < count, input[position] == UInt8(ascii: "+") || input[position] == UInt8(ascii: "-") {
                position += 1
            }
            position = try endOfDigits(position, of: start)
        }
        return position
    }

    /// The end of one or more digits.
    @inline(__always)
    private func endOfDigits(_ first: Int, of number: Int) throws(JSONParseError) -> Int {
        var position = first
        while position < count, isDigit(input[position]) { position += 1 }
        guard position > first else {
            throw position < count ? failure(.badNumber, at: number) : failure(.unexpectedEnd, at: position)
        }
        return position
    }
}
