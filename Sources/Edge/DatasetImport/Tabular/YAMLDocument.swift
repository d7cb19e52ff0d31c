package import JSONTree
import Yams

/// A place in a YAML file: a value, its path of keys, and readings of it whose errors name that path.
package struct YAMLValue {
    let file: String
    let path: String
    private let node: Node

    /// Deepest nesting that a mapping may have, far more than any needs.
    private static let depthLimit = 32

    /// Parses a file's text, which must hold keys and values at its top.
    package static func parse(_ text: String, file: String) throws(ImportError) -> YAMLValue {
        try refuseDepth(text, file: file)
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            let (line, reason) = explain(error)
            throw .invalidMapping(file: file, line: line, key: "YAML", reason: reason)
        } catch {
            throw .invalidMapping(file: file, line: nil, key: "YAML", reason: "\(error)")
        }
        guard let node, node.mapping != nil else {
            throw .invalidMapping(
                file: file, line: 1, key: "YAML",
                reason: "the file holds no keys; it must begin with, for example, type: Room")
        }
        return YAMLValue(file: file, path: "", node: node)
    }

    /// Yams walks a document recursively, so that brackets in brackets could exhaust the stack.
    private static func refuseDepth(_ text: String, file: String) throws(ImportError) {
        var depth = 0
        var line = 1
        for byte in text.utf8 {
            switch byte {
            case 0x0A: line += 1
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            default: break
            }
            if depth > depthLimit {
                throw .invalidMapping(
                    file: file, line: line, key: "YAML", reason: "brackets are nested deeper than \(depthLimit)")
            }
        }
        var indents: [Int] = []
        line = 0
        for row in text.split(separator: "\n", omittingEmptySubsequences: false) {
            line += 1
            var indent = 0
            for byte in row.utf8 {
                // A dash opens a nested block on the same line.
                if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "?") {
                    push(indent)
                } else if byte != UInt8(ascii: " ") {
                    push(indent)
                    break
                }
                indent += 1
            }
            if indents.count > depthLimit * 2 {
                throw .invalidMapping(
                    file: file, line: line, key: "YAML", reason: "blocks are nested deeper than \(depthLimit)")
            }
        }
        func push(_ indent: Int) {
            while let last = indents.last, last >= indent { indents.removeLast() }
            indents.append(indent)
        }
    }

    private static func explain(_ error: YamlError) -> (line: Int?, reason: String) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return (mark.line, "\(problem) at column \(mark.column)")
        case .reader(let problem, _, _, _): return (nil, problem)
        case .duplicatedKeysInMapping(let keys, let context):
            return (context.mark.line, "keys appear twice: \(keys.map { "\($0)" }.joined(separator: ", "))")
        default: return (nil, "\(error)".split(separator: "\n").first.map(String.init) ?? "it cannot be read")
        }
    }

    package func failure(_ reason: String) -> ImportError {
        .invalidMapping(file: file, line: node.mark?.line, key: path.isEmpty ? "YAML" : path, reason: reason)
    }

    /// The value behind a key, or `nil` when the key is not there.
    package func value(_ key: String) throws(ImportError) -> YAMLValue? {
        guard let child = try mapping()[key] else { return nil }
        return YAMLValue(file: file, path: path.isEmpty ? key : "\(path).\(key)", node: child)
    }

    package func required(_ key: String, _ reason: String) throws(ImportError) -> YAMLValue {
        guard let value = try value(key) else {
            throw .invalidMapping(
                file: file, line: path.isEmpty ? nil : node.mark?.line, key: path.isEmpty ? key : "\(path).\(key)",
                reason: "the key is missing; \(reason)")
        }
        return value
    }

    /// Refuses keys that nobody would read, so that a slip of the pen is seen.
    package func allow(_ keys: [String]) throws(ImportError) {
        for (key, child) in try members() where !keys.contains(key) {
            throw child.failure("the key is unknown; known keys are \(keys.joined(separator: ", "))")
        }
    }

    /// The members of a list, in their order.
    package func elements() throws(ImportError) -> [YAMLValue] {
        guard let sequence = node.sequence else { throw failure("it must be a list") }
        return sequence.enumerated().map { YAMLValue(file: file, path: "\(path)[\($0)]", node: $1) }
    }

    /// All keys and values in their order.
    package func members() throws(ImportError) -> [(key: String, value: YAMLValue)] {
        var members: [(String, YAMLValue)] = []
        for (key, child) in try mapping() {
            guard let name = key.scalar?.string else { throw failure("a key is no plain text") }
            members.append((name, YAMLValue(file: file, path: path.isEmpty ? name : "\(path).\(name)", node: child)))
        }
        return members
    }

    private func mapping() throws(ImportError) -> Node.Mapping {
        guard let mapping = node.mapping else { throw failure("it must hold keys and values") }
        return mapping
    }

    package var isMapping: Bool { node.mapping != nil }

    package func text() throws(ImportError) -> String {
        guard let scalar = node.scalar, !scalar.string.isEmpty else { throw failure("it must be a text") }
        return scalar.string
    }

    /// A text, or several as a list.
    package func texts() throws(ImportError) -> [String] {
        guard node.mapping == nil else { throw failure("it must be a text or a list of texts") }
        guard let sequence = node.sequence else { return [node.scalar?.string ?? ""] }
        var texts: [String] = []
        for (index, child) in sequence.enumerated() {
            guard let scalar = child.scalar else {
                throw YAMLValue(file: file, path: "\(path)[\(index)]", node: child).failure("it must be a text")
            }
            texts.append(scalar.string)
        }
        return texts
    }

    package func number() throws(ImportError) -> Double {
        guard let value = node.scalar.flatMap({ Double($0.string) }), value.isFinite else {
            throw failure("it must be a number")
        }
        return value
    }

    /// The value as JSON. Plain `true`, `false` and numbers keep their kind; whatever is quoted is text.
    package func appendJSON(to writer: inout ByteWriter) throws(ImportError) {
        if let scalar = node.scalar {
            let isPlain = scalar.style == .plain || scalar.style == .any
            if isPlain, scalar.string == "true" || scalar.string == "false" {
                writer.append(utf8: scalar.string)
            } else if isPlain, let value = Self.number(scalar.string) {
                writer.append(number: value)
            } else if isPlain, ["", "~", "null"].contains(scalar.string) {
                throw failure("it has no value; NGSI-LD attributes cannot be null")
            } else {
                writer.append(jsonString: scalar.string)
            }
        } else if let sequence = node.sequence {
            writer.append(UInt8(ascii: "["))
            for (index, child) in sequence.enumerated() {
                if index > 0 { writer.append(UInt8(ascii: ",")) }
                try YAMLValue(file: file, path: "\(path)[\(index)]", node: child).appendJSON(to: &writer)
                try refuseLength(writer.count)
            }
            writer.append(UInt8(ascii: "]"))
        } else {
            writer.append(UInt8(ascii: "{"))
            for (index, (key, child)) in try members().enumerated() {
                if index > 0 { writer.append(UInt8(ascii: ",")) }
                writer.append(jsonString: key)
                writer.append(UInt8(ascii: ":"))
                try child.appendJSON(to: &writer)
                try refuseLength(writer.count)
            }
            writer.append(UInt8(ascii: "}"))
        }
    }

    /// Aliases of aliases can stand for far more text than a file holds.
    private func refuseLength(_ length: Int) throws(ImportError) {
        guard length <= 1 << 20 else { throw failure("the value is longer than 1 MiB") }
    }

    private static func number(_ text: String) -> Double? {
        guard let first = text.utf8.first, CellNumber.isDigit(first) || "+-.".utf8.contains(first),
            text.utf8.allSatisfy({ CellNumber.isDigit($0) || "+-.eE".utf8.contains($0) })
        else { return nil }
        return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }
}
