/// How a table is read, where somebody says so; what is `nil` is guessed.
public struct TableReading: Codable, Sendable, Equatable {
    /// The name of a `TextEncoding`.
    public var encoding: String?
    /// One ASCII character, or `tab`.
    public var delimiter: String?
    /// `.` or `,`.
    public var decimal: String?

    public init(encoding: String? = nil, delimiter: String? = nil, decimal: String? = nil) {
        self.encoding = encoding
        self.delimiter = delimiter
        self.decimal = decimal
    }

    /// The same, understood.
    struct Rules {
        var encoding: TextEncoding?
        var delimiter: UInt8?
        var decimal: String?
    }

    func rules() throws(ImportError) -> Rules {
        var rules = Rules(decimal: decimal)
        if let encoding {
            guard let known = TextEncoding(name: encoding) else {
                throw Self.unusable("encoding", "it must be one of \(TextEncoding.names)")
            }
            rules.encoding = known
        }
        if let delimiter {
            guard let byte = TabularMapping.delimiter(delimiter) else {
                throw Self.unusable("delimiter", TabularMapping.delimiterRule)
            }
            rules.delimiter = byte
        }
        if let decimal, decimal != ".", decimal != "," { throw Self.unusable("decimal", "it must be \".\" or \",\"") }
        return rules
    }

    private static func unusable(_ key: String, _ reason: String) -> ImportError {
        .invalidMapping(file: "the reading", line: nil, key: key, reason: reason)
    }
}
