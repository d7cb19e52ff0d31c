import JSONLD
import NGSILDModel

/// Reads one term of the query language: an attribute path, and maybe an operator and values.
///
/// - Source: CIM 009 clause 4.9, production rule QueryTerm.
struct QueryTermParser: Sendable {
    let context: TermContext
    let expandValues: Set<String>
    let lifetime: QueryLifetime
    /// How many links away attributes may be asked for.
    var linkedLevels = 0

    private enum Operator {
        case equal, unequal, greater, greaterOrEqual, less, lessOrEqual, matches, matchesNot
    }

    func term(_ text: inout QueryText) throws(NGSILDError) -> AttributeTest {
        text.skipSpaces()
        let isNegated = text.take(UInt8(ascii: "!"))
        let start = text.position
        let path = try path(&text)
        let name = text.text(from: start)
        text.skipSpaces()
        let operatorPlace = text.position
        guard let found = try takeOperator(&text) else {
            return AttributeTest(path: path, comparison: isNegated ? .isAbsent : .exists)
        }
        if isNegated {
            throw text.error("!\(name) already says that \(name) is absent; nothing is compared", at: operatorPlace)
        }
        text.skipSpaces()
        // Of linked entities, the attribute at their end.
        let inner = path.links.isEmpty ? name[...] : name.split { $0 == "{" || $0 == ":" }.last ?? name[...]
        let rootName = String(inner.prefix { $0 != "." && $0 != "[" && $0 != "}" })
        let values = QueryValueParser(
            registry: context.registry, lifetime: lifetime,
            expansion: expandValues.contains(rootName) ? context.context : nil)
        return AttributeTest(path: path, comparison: try comparison(found, values, &text))
    }

    private func comparison(
        _ found: Operator, _ values: QueryValueParser, _ text: inout QueryText
    ) throws(NGSILDError) -> Comparison {
        switch found {
        case .equal: .equal(try values.list(&text))
        case .unequal: .unequal(try values.list(&text))
        case .greater: .ordered(try values.bound(&text, isLower: true, isIncluded: false))
        case .greaterOrEqual: .ordered(try values.bound(&text, isLower: true, isIncluded: true))
        case .less: .ordered(try values.bound(&text, isLower: false, isIncluded: false))
        case .lessOrEqual: .ordered(try values.bound(&text, isLower: false, isIncluded: true))
        case .matches, .matchesNot:
            .pattern(
                try TextPattern(parsing: try text.takePattern(), parameter: text.parameter, lifetime: lifetime),
                isNegated: found == .matchesNot)
        }
    }

    private func takeOperator(_ text: inout QueryText) throws(NGSILDError) -> Operator? {
        if text.take("==") { return .equal }
        if text.take("!~=") { return .matchesNot }
        if text.take("!=") { return .unequal }
        if text.take("~=") { return .matches }
        if text.take(">=") { return .greaterOrEqual }
        if text.take(">") { return .greater }
        if text.take("<=") { return .lessOrEqual }
        if text.take("<") { return .less }
        switch text.next {
        case UInt8(ascii: "="): throw text.error("= is no operator; equality is written ==")
        case UInt8(ascii: "!"), UInt8(ascii: "~"):
            throw text.error("\(text.found) is no operator; use == != > >= < <= ~= or !~=")
        default: return nil
        }
    }

    /// A path alone, as in `orderBy`.
    func path(_ text: inout QueryText) throws(NGSILDError) -> AttributePath {
        let start = text.position
        let links = try links(&text)
        var path = try valuePath(&text)
        path.links = links
        for _ in links {
            text.skipSpaces()
            guard text.take(UInt8(ascii: "}")) else {
                throw text.error("this path into linked entities is never closed; add }", at: start)
            }
        }
        return path
    }

    /// The Relationships before a path into linked entities: those of `a{b{`, or of `a{Type:b{Type,Type:`.
    private func links(_ text: inout QueryText) throws(NGSILDError) -> [AttributePath.Link] {
        var links: [AttributePath.Link] = []
        while true {
            let start = text.position
            guard let name = text.takeName(), text.next == UInt8(ascii: "{") else {
                text.position = start
                return links
            }
            guard links.count < linkedLevels else {
                throw text.error(
                    linkedLevels == 0
                        ? "\(name){...} asks for attributes of linked entities; that goes with join=inline or join=flat, in queries for entities"
                        : "this goes deeper into linked entities than joinLevel, which is \(linkedLevels)",
                    at: start)
            }
            _ = text.take(UInt8(ascii: "{"))
            let relationship = try context.queryTerm(name, lifetime)
            links.append(AttributePath.Link(relationship: relationship, types: try types(&text)))
        }
    }

    /// The types in `{Device,Sensor:humidity}`; none are fine too.
    private func types(_ text: inout QueryText) throws(NGSILDError) -> [TermID] {
        text.skipSpaces()
        let start = text.position
        var types: [TermID] = []
        while let name = text.takeTypeHint() {
            types.append(try context.queryTerm(name, lifetime))
            if text.take(UInt8(ascii: ":")) { return types }
            guard text.take(UInt8(ascii: ",")) else { break }
        }
        text.position = start
        return []
    }

    private func valuePath(_ text: inout QueryText) throws(NGSILDError) -> AttributePath {
        let start = text.position
        guard let name = text.takeName() else {
            throw text.error("the name of an attribute is expected, not \(text.found); a name starts with a letter")
        }
        var path = AttributePath(root: try root(name, at: start, text))
        while text.next == UInt8(ascii: ".") {
            if let member = path.member {
                throw text.error("\(member.rawValue) is a plain value without sub-attributes")
            }
            _ = text.take(UInt8(ascii: "."))
            guard let name = text.takeName() else {
                throw text.error("the name of a sub-attribute is expected after the dot, not \(text.found)")
            }
            guard case .attribute = path.root else {
                throw text.error("\(name) is looked for in a plain value", at: start)
            }
            if let member = AttributePath.Member(rawValue: name) {
                path.member = member
            } else {
                path.subAttributes.append(try context.queryTerm(name, lifetime))
            }
        }
        if text.next == UInt8(ascii: "[") {
            if path.member != nil { throw text.error("the brackets look into a plain value") }
            guard case .attribute = path.root else { throw text.error("the brackets look into a plain value") }
            path.trailing = try text.takeTrailingPath()
        }
        if text.next == UInt8(ascii: "{") {
            throw text.error("only the name of a Relationship stands before {, without dots and brackets")
        }
        return path
    }

    private func root(_ name: String, at place: Int, _ text: QueryText) throws(NGSILDError) -> AttributePath.Root {
        switch name {
        case "createdAt": return .createdAt
        case "modifiedAt": return .modifiedAt
        case "expiresAt": return .expiresAt
        case "scope": return .scope
        case "id": throw text.error("id is no attribute; use the parameter id or idPattern", at: place)
        case "type": throw text.error("type is no attribute; use the parameter type", at: place)
        default: return .attribute(try context.queryTerm(name, lifetime))
        }
    }
}

extension QueryText {
    /// Takes `[a.b]`, the path into a compound value or a language tag.
    fileprivate mutating func takeTrailingPath() throws(NGSILDError) -> [[UInt8]] {
        let open = position
        position += 1
        var names: [[UInt8]] = []
        while true {
            let start = position
            while let byte = next, byte >= 0x20, byte != UInt8(ascii: "."), byte != UInt8(ascii: "]"),
                byte != UInt8(ascii: "[")
            {
                position += 1
            }
            if isAtEnd { throw error("this bracket is never closed; add ]", at: open) }
            guard position > start else {
                throw error("the name of a member is expected in the brackets, not \(found)")
            }
            names.append(Array(bytes[start..<position]))
            if take(UInt8(ascii: ".")) { continue }
            guard take(UInt8(ascii: "]")) else { throw error("\(found) is not understood in brackets; write a[b.c]") }
            break
        }
        if next == UInt8(ascii: "[") { throw error("one pair of brackets is enough; write a[b.c] for a[b][c]") }
        return names
    }

    /// Takes a regular expression: in double quotes, or up to the next `;` `|` or `)` that stands outside of brackets.
    ///
    /// In quotes, `\"` stands for a quote; any other backslash belongs to the expression.
    fileprivate mutating func takePattern() throws(NGSILDError) -> String {
        let start = position
        if take(UInt8(ascii: "\"")) {
            var pattern: [UInt8] = []
            while let byte = next, byte != UInt8(ascii: "\"") {
                position += 1
                if byte == UInt8(ascii: "\\"), let escaped = next {
                    position += 1
                    if escaped != UInt8(ascii: "\"") { pattern.append(byte) }
                    pattern.append(escaped)
                } else {
                    pattern.append(byte)
                }
            }
            guard take(UInt8(ascii: "\"")) else { throw error("this quote is never closed; add \"", at: start) }
            return String(decoding: pattern, as: UTF8.self)
        }
        skipBarePattern()
        var end = position
        while end > start, bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
        guard end > start else { throw error("a regular expression is expected, not \(found)") }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    private mutating func skipBarePattern() {
        var depth = 0
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\\"): position += 1
            case UInt8(ascii: "["): skipCharacterClass()
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"):
                if depth == 0 { return }
                depth -= 1
            case UInt8(ascii: ";"), UInt8(ascii: "|"): if depth == 0 { return }
            default: break
            }
            position = min(position + 1, bytes.count)
        }
    }

    /// Moves to the bracket that closes a class; where there is none, stays.
    private mutating func skipCharacterClass() {
        var index = position + 1
        if index < bytes.count, bytes[index] == UInt8(ascii: "^") { index += 1 }
        if index < bytes.count, bytes[index] == UInt8(ascii: "]") { index += 1 }
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "]") {
                position = index
                return
            }
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
    }
}
