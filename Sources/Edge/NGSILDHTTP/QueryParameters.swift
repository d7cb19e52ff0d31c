import JSONTree

/// The parameters of a query string, decoded, in order.
struct QueryParameters {
    private var pairs: [(name: Parameter, value: String)] = []
    /// The names of `pairs`: most of what is asked for is not there.
    private var present: ParameterSet = []

    /// How many parameters a query may have, whatever their names.
    private static let limit = 64

    /// No parameters.
    init() {}

    /// - Throws: when an escape is broken, a name appears twice or is not among `allowed`.
    init(_ query: Substring, allowing allowed: ParameterSet) throws(HTTPFailure) {
        if query.isEmpty { return }
        let parts = query.utf8.split(separator: UInt8(ascii: "&"), maxSplits: Self.limit)
        guard parts.count <= Self.limit else {
            throw .invalidRequest("The query has more than \(Self.limit) parameters")
        }
        for part in parts {
            let sides = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(sides[0], false) else { throw Self.broken(part) }
            guard let parameter = Parameter.named(name), allowed.contains(parameter) else {
                let known = allowed.names
                throw .invalidRequest(
                    "The query parameter \"\(name)\" is not taken here; \(known.isEmpty ? "none is" : "taken are \(known)")"
                )
            }
            guard !present.contains(parameter) else {
                throw .invalidRequest("The query parameter \"\(name)\" is given twice")
            }
            guard let value = sides.count > 1 ? Self.decode(sides[1], parameter.takesSpaces) : "" else {
                throw Self.broken(part)
            }
            append(parameter, value)
        }
    }

    private mutating func append(_ name: Parameter, _ value: String) {
        pairs.append((name, value))
        present = present.union([name])
    }

    private static func decode(_ bytes: Substring.UTF8View.SubSequence, _ plusIsSpace: Bool) -> String? {
        var text = Substring(bytes)
        return text.withUTF8 { PercentCoding.decode($0, plusIsSpace: plusIsSpace) }
    }

    private static func broken(_ part: Substring.UTF8View.SubSequence) -> HTTPFailure {
        .invalidRequest("The query string part \"\(Substring(part))\" is not percent-encoded UTF-8")
    }

    var isEmpty: Bool { pairs.isEmpty }

    subscript(name: Parameter) -> String? {
        guard present.contains(name) else { return nil }
        return pairs.first { $0.name == name }?.value
    }

    /// Whether a parameter of a set is there.
    func contains(anyOf names: ParameterSet) -> Bool { present.meets(names) }

    /// Adds a parameter that was sent in the body of a query.
    mutating func add(_ name: Parameter, _ value: String) throws(HTTPFailure) {
        if self[name] != nil { throw .badRequest("\"\(name.name)\" is given in the URL and in the body") }
        append(name, value)
    }

    /// The parameters that are in a set.
    func only(_ names: ParameterSet) -> QueryParameters {
        var result = QueryParameters()
        for pair in pairs where names.contains(pair.name) { result.append(pair.name, pair.value) }
        return result
    }

    /// A list such as `a,b`; `nil` when the parameter is absent.
    func list(_ name: Parameter) throws(HTTPFailure) -> [String]? {
        guard let text = self[name] else { return nil }
        let items = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard items.allSatisfy({ !$0.isEmpty }) else {
            throw .badRequest("The parameter \"\(name.name)\" has an empty item")
        }
        return items
    }

    /// `true`, `false`, or `nil` when the parameter is absent.
    func choice(_ name: Parameter) throws(HTTPFailure) -> Bool? {
        switch self[name] {
        case nil: return nil
        case "false": return false
        case "true": return true
        case let text?: throw .badRequest("The parameter \"\(name.name)\" is \"\(text)\"; it is true or false")
        }
    }

    func flag(_ name: Parameter) throws(HTTPFailure) -> Bool { try choice(name) ?? false }

    func number(_ name: Parameter, default standard: Int) throws(HTTPFailure) -> Int {
        guard let text = self[name] else { return standard }
        guard let value = Int(text), value >= 0, value <= Int(Int32.max) else {
            throw .badRequest(
                "The parameter \"\(name.name)\" is \"\(text)\"; it is a number from 0 to \(Int32.max)")
        }
        return value
    }

    /// The words of `options`, each of them one of `known`.
    func options(_ known: Set<String>) throws(HTTPFailure) -> Set<String> {
        guard let words = try list(.options) else { return [] }
        for word in words where !known.contains(word) {
            let names = known.sorted().joined(separator: ", ")
            throw .invalidRequest("The option \"\(word)\" is not taken here; taken are \(names)")
        }
        return Set(words)
    }
}
