/// Reads a moment out of one cell, by a pattern of the fields that Unicode's date patterns name (UTS 35).
package struct TimeFormat: Sendable, Equatable {
    enum Field: Sendable, Equatable {
        case year, month, day, hour, minute, second, fraction, offset
        case literal(UInt8)
    }

    enum Kind: Sendable, Equatable {
        case pattern([Step])
        case iso8601
        /// Numbers since 1970-01-01T00:00:00Z, times this many milliseconds.
        case epoch(milliseconds: Double)
    }

    struct Step: Sendable, Equatable {
        let field: Field
        let width: Int
    }

    /// A moment, or a time on the local clock when the cell names no offset.
    package enum Moment: Equatable {
        case local(Int64)
        case utc(Int64)
    }

    let kind: Kind

    package static let iso8601 = TimeFormat(kind: .iso8601)
    package static let hint =
        "write iso8601, unix, unix-ms, or a pattern of yyyy MM dd HH mm ss SSS XXX with the characters between them"

    private init(kind: Kind) { self.kind = kind }

    /// - Returns: `nil` when the pattern has a letter that is no field, or no year, month and day.
    package init?(_ text: String) {
        switch text {
        case "iso8601": kind = .iso8601
        case "unix": kind = .epoch(milliseconds: 1000)
        case "unix-ms": kind = .epoch(milliseconds: 1)
        default:
            guard let steps = Self.steps(text) else { return nil }
            kind = .pattern(steps)
        }
    }

    private static func steps(_ text: String) -> [Step]? {
        var steps: [Step] = []
        var rest = Array(text.utf8)[...]
        while let letter = rest.first {
            if letter == UInt8(ascii: "'") {
                rest = rest.dropFirst()
                guard let end = rest.firstIndex(of: UInt8(ascii: "'")) else { return nil }
                steps += rest[..<end].map { Step(field: .literal($0), width: 1) }
                rest = rest[(end + 1)...]
                continue
            }
            let width = rest.prefix { $0 == letter }.count
            rest = rest.dropFirst(width)
            switch (letter, width) {
            case (UInt8(ascii: "y"), 4): steps.append(Step(field: .year, width: 4))
            case (UInt8(ascii: "M"), 1...2): steps.append(Step(field: .month, width: width))
            case (UInt8(ascii: "d"), 1...2): steps.append(Step(field: .day, width: width))
            case (UInt8(ascii: "H"), 1...2): steps.append(Step(field: .hour, width: width))
            case (UInt8(ascii: "m"), 1...2): steps.append(Step(field: .minute, width: width))
            case (UInt8(ascii: "s"), 1...2): steps.append(Step(field: .second, width: width))
            case (UInt8(ascii: "S"), 1...9): steps.append(Step(field: .fraction, width: width))
            case (UInt8(ascii: "X"), 1...3): steps.append(Step(field: .offset, width: width))
            case (UInt8(ascii: "a")...UInt8(ascii: "z"), _) where letter != UInt8(ascii: "T"): return nil
            case (UInt8(ascii: "A")...UInt8(ascii: "Z"), _) where letter != UInt8(ascii: "T"): return nil
            default: steps += (0..<width).map { _ in Step(field: .literal(letter), width: 1) }
            }
        }
        for needed in [Field.year, .month, .day] where !steps.contains(where: { $0.field == needed }) { return nil }
        return steps
    }

    /// The moment in a cell, or `nil` when the cell does not follow the format or names no real moment.
    package func read(_ cell: UnsafeBufferPointer<UInt8>) -> Moment? {
        switch kind {
        case .epoch(let milliseconds):
            guard let number = CellNumber.double(cell) else { return nil }
            let value = (number * milliseconds).rounded()
            guard value >= Double(Timestamp.first), value <= Double(Timestamp.last) else { return nil }
            return .utc(Int64(value))
        case .iso8601: return Self.readISO8601(cell)
        case .pattern(let steps): return Self.read(cell, steps)
        }
    }

    /// ISO 8601 with a date and, after `T` or a space, a time with or without seconds, fraction and offset.
    private static func readISO8601(_ cell: UnsafeBufferPointer<UInt8>) -> Moment? {
        var reader = DigitReader(cell)
        var civil = CivilTime(year: 0, month: 0, day: 0)
        guard let year = reader.digits(4, 4), reader.take("-"), let month = reader.digits(2, 2), reader.take("-"),
            let day = reader.digits(2, 2)
        else { return nil }
        (civil.year, civil.month, civil.day) = (year, month, day)
        if reader.isAtEnd { return civil.isValid ? .local(civil.milliseconds) : nil }
        guard reader.take("T") || reader.take("t") || reader.take(" "), let hour = reader.digits(2, 2),
            reader.take(":"), let minute = reader.digits(2, 2)
        else { return nil }
        (civil.hour, civil.minute) = (hour, minute)
        if reader.take(":") {
            guard let second = reader.digits(2, 2) else { return nil }
            civil.second = second
            if reader.take(".") || reader.take(",") {
                guard let fraction = reader.fraction(atMost: 9) else { return nil }
                civil.millisecond = fraction
            }
        }
        guard civil.isValid else { return nil }
        if reader.isAtEnd { return .local(civil.milliseconds) }
        guard let offset = reader.offset(), reader.isAtEnd else { return nil }
        return .utc(civil.milliseconds - offset)
    }

    private static func read(_ cell: UnsafeBufferPointer<UInt8>, _ steps: [Step]) -> Moment? {
        var reader = DigitReader(cell)
        var civil = CivilTime(year: 0, month: 1, day: 1)
        var offset: Int64?
        for step in steps {
            // A field of one letter takes one or two digits, a field of two letters exactly two.
            let most = max(2, step.width)
            switch step.field {
            case .literal(let byte): guard reader.take(byte) else { return nil }
            case .offset:
                guard let value = reader.offset() else { return nil }
                offset = value
            case .fraction:
                guard let value = reader.fraction(atMost: step.width) else { return nil }
                civil.millisecond = value
            case .year, .month, .day, .hour, .minute, .second:
                guard let value = reader.digits(step.width, most) else { return nil }
                switch step.field {
                case .year: civil.year = value
                case .month: civil.month = value
                case .day: civil.day = value
                case .hour: civil.hour = value
                case .minute: civil.minute = value
                default: civil.second = value
                }
            }
        }
        guard reader.isAtEnd, civil.isValid else { return nil }
        return offset.map { .utc(civil.milliseconds - $0) } ?? .local(civil.milliseconds)
    }
}

/// Walks over a cell.
private struct DigitReader {
    private let cell: UnsafeBufferPointer<UInt8>
    private var index = 0

    init(_ cell: UnsafeBufferPointer<UInt8>) { self.cell = cell }

    var isAtEnd: Bool { index == cell.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool { take(UInt8(ascii: character)) }

    mutating func take(_ byte: UInt8) -> Bool {
        guard index < cell.count, cell[index] == byte else { return false }
        index += 1
        return true
    }

    mutating func digits(_ least: Int, _ most: Int) -> Int? {
        var value = 0
        var count = 0
        while count < most, index < cell.count, CellNumber.isDigit(cell[index]) {
            value = value * 10 + Int(cell[index] - UInt8(ascii: "0"))
            index += 1
            count += 1
        }
        return count >= least ? value : nil
    }

    /// Digits behind the point as whole milliseconds; further digits are cut off.
    mutating func fraction(atMost most: Int) -> Int? {
        let start = index
        var value = 0
        while index - start < most, index < cell.count, CellNumber.isDigit(cell[index]) {
            if index - start < 3 { value = value * 10 + Int(cell[index] - UInt8(ascii: "0")) }
            index += 1
        }
        let count = index - start
        guard count > 0 else { return nil }
        return count == 1 ? value * 100 : count == 2 ? value * 10 : value
    }

    mutating func offset() -> Int64? {
        var end = index
        while end < cell.count, end - index < 6 { end += 1 }
        while end > index {
            let text = String(decoding: UnsafeBufferPointer(rebasing: cell[index..<end]), as: UTF8.self)
            if let offset = ZoneRule.offset(text) {
                index = end
                return offset
            }
            end -= 1
        }
        return nil
    }
}
