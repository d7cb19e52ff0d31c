import JSONTree

/// A part of a rule's JSON with the path to it, so that whatever is wrong can be named.
struct RuleJSON {
    let document: JSONDocument
    let node: JSONNode
    let path: String

    func fail(_ reason: String) -> RuleError { RuleError(path, reason) }

    var isObject: Bool { document.isObject(node) }
    var text: String? { document.string(node) }
    var number: Double? { document.double(node) }

    /// - Throws: when it is no object, or has other members than these.
    func checkMembers(_ known: Set<String>) throws(RuleError) {
        guard isObject else { throw fail("an object is expected") }
        for (key, _) in document.members(node) {
            let name = document.string(key) ?? ""
            guard known.contains(name) else {
                throw fail(
                    "there is no member \"\(name.prefix(40))\"; known are \(known.sorted().joined(separator: ", "))")
            }
        }
    }

    func member(_ name: String) -> RuleJSON? {
        guard let found = document.member(node, named: name), !document.isNull(found) else { return nil }
        return RuleJSON(document: document, node: found, path: path.isEmpty ? name : "\(path).\(name)")
    }

    func needed(_ name: String, _ reason: String) throws(RuleError) -> RuleJSON {
        guard let found = member(name) else { throw RuleError(path.isEmpty ? name : "\(path).\(name)", reason) }
        return found
    }

    /// The elements of an array, or the one that stands without.
    func elements(limit: Int) throws(RuleError) -> [RuleJSON] {
        guard document.isArray(node) else { return [self] }
        guard document.count(node) <= limit else { throw fail("there are more than \(limit) elements") }
        return document.elements(node).enumerated().map {
            RuleJSON(document: document, node: $0.element, path: "\(path)[\($0.offset)]")
        }
    }

    func string(_ what: String, limit: Int = RuleLimits.text) throws(RuleError) -> String {
        guard let text, !text.isEmpty, text.utf8.count <= limit else {
            throw fail("\(what) is expected, at most \(limit) bytes")
        }
        return text
    }

    func finite(_ what: String) throws(RuleError) -> Double {
        guard let number, number.isFinite else { throw fail("\(what) is expected, a number") }
        return number
    }

    func seconds(upTo limit: Double) throws(RuleError) -> Double {
        guard let text, let seconds = RuleDuration.seconds(text), seconds > 0, seconds <= limit else {
            throw fail(
                "a duration such as PT15M or P1DT12H is expected, at most P\(Int(limit / 86_400))D; months and years are not used"
            )
        }
        return seconds
    }
}
