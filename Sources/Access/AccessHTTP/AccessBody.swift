import JSONTree
import NGSILDHTTP
import NGSILDModel

/// The JSON object that a request about access brings.
struct AccessBody {
    private static let sizeLimit = 64 << 10

    private let document: JSONDocument

    /// - Parameter known: the members that may be in it; another one is refused, for it may be a mistake.
    init(_ request: HTTPRequest, known: Set<String>) throws(Refusal) {
        let bytes = request.bodyBytes
        guard bytes.count <= Self.sizeLimit else {
            throw Refusal(.badRequestData("The body is longer than \(Self.sizeLimit) bytes"))
        }
        guard request.header("Content-Type")?.lowercased().hasPrefix("application/json") == true else {
            throw Refusal(
                .problem(
                    status: 415, title: "Unsupported Media Type",
                    detail: "The body has to be JSON; send Content-Type: application/json"))
        }
        guard let document = try? JSONDocument(parsing: bytes), document.isObject(document.root) else {
            throw Refusal(.invalidRequest("The body is no JSON object"))
        }
        self.document = document
        for (key, _) in document.members(document.root) {
            let name = document.string(key) ?? ""
            guard known.contains(name) else {
                throw Refusal(
                    .badRequestData(
                        "The body has the member \"\(name.prefix(80))\"; known are \(known.sorted().joined(separator: ", "))"
                    ))
            }
        }
    }

    /// A text; `nil` where it is absent or null.
    func optionalText(_ name: String) throws(Refusal) -> String? {
        guard let node = document.member(document.root, named: name), !document.isNull(node) else { return nil }
        guard let text = document.string(node) else {
            throw Refusal(.badRequestData("The member \"\(name)\" is not a text"))
        }
        return text
    }

    func text(_ name: String) throws(Refusal) -> String {
        guard let text = try optionalText(name) else {
            throw Refusal(.badRequestData("The body has no member \"\(name)\""))
        }
        return text
    }

    /// An array of texts; `nil` where it is absent.
    func optionalTexts(_ name: String) throws(Refusal) -> [String]? {
        guard let node = document.member(document.root, named: name) else { return nil }
        guard document.isArray(node) else {
            throw Refusal(.badRequestData("The member \"\(name)\" is not an array of texts"))
        }
        var texts: [String] = []
        for element in document.elements(node) {
            guard let text = document.string(element) else {
                throw Refusal(.badRequestData("The member \"\(name)\" is not an array of texts"))
            }
            texts.append(text)
        }
        return texts
    }

    func texts(_ name: String) throws(Refusal) -> [String] {
        guard let texts = try optionalTexts(name) else {
            throw Refusal(.badRequestData("The body has no member \"\(name)\""))
        }
        return texts
    }

    /// A time; `.none` where it is absent.
    func time(_ name: String) throws(Refusal) -> Timestamp {
        guard let text = try optionalText(name) else { return .none }
        guard let time = Timestamp(text) else {
            throw Refusal(.badRequestData("The member \"\(name)\" is no time such as 2026-12-31T12:00:00Z"))
        }
        return time
    }
}
