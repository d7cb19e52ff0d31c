import JSONTree
import NGSILDModel

/// Reads a publication from JSON and refuses what cannot be published as it is written.
struct PublicationReader {
    static let attributeLimit = 64
    private static let textLimit = 4_000
    private static let listLimit = 20
    private static let members: Set<String> = [
        "id", "title", "description", "tenant", "type", "q", "scopeQ", "area", "attributes", "geometryProperty",
        "licence", "publisher", "contact", "updateFrequency", "themes", "keywords", "colourBy", "capSender",
    ]

    private let document: JSONDocument

    static func read(_ body: [UInt8], id: String) throws(NGSILDError) -> Publication {
        let document: JSONDocument
        do { document = try JSONDocument(parsing: body) } catch {
            throw .invalidRequest("The body cannot be read as JSON: \(error)")
        }
        guard document.isObject(document.root) else { throw .badRequestData("A publication is a JSON object") }
        let publication = try PublicationReader(document: document).publication(id)
        try publication.check()
        return publication
    }

    static func isID(_ id: String) -> Bool {
        (1...64).contains(id.utf8.count) && id.first != "-"
            && id.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
            }
    }

    private func publication(_ id: String) throws(NGSILDError) -> Publication {
        guard Self.isID(id) else {
            throw .badRequestData(
                "The id of a publication is 1 to 64 small letters, digits and -, such as air-quality; it is the end of addresses"
            )
        }
        var publication = Publication(id: id)
        for (key, value) in document.members(document.root) {
            let name = document.string(key) ?? ""
            if document.isNull(value) { continue }
            switch name {
            case "id":
                guard try text(value, name) == id else { throw .badRequestData("id is not the one in the path") }
            case "title": publication.title = try localText(value, name)
            case "description": publication.description = try localText(value, name)
            case "tenant": publication.tenant = try text(value, name, mayBeEmpty: true)
            case "type": publication.type = try text(value, name)
            case "q": publication.q = try text(value, name)
            case "scopeQ": publication.scopeQ = try text(value, name)
            case "area": publication.area = try area(value)
            case "attributes": publication.attributes = try attributes(value)
            case "geometryProperty": publication.geometryProperty = try text(value, name)
            case "licence": publication.licence = try text(value, name)
            case "publisher": publication.publisher = try contact(value, name)
            case "contact": publication.contact = try contact(value, name)
            case "updateFrequency": publication.updateFrequency = try text(value, name)
            case "themes": publication.themes = try list(value, name)
            case "keywords": publication.keywords = try list(value, name)
            case "colourBy": publication.colourBy = try text(value, name)
            case "capSender": publication.capSender = try text(value, name)
            default:
                throw .badRequestData(
                    "A publication has no \(name.prefix(60)); it has \(Self.members.sorted().joined(separator: ", "))")
            }
        }
        if publication.geometryProperty == nil, publication.attributes.contains(where: { $0.name == "location" }) {
            publication.geometryProperty = "location"
        }
        return publication
    }

    private func text(_ node: JSONNode, _ name: String, mayBeEmpty: Bool = false) throws(NGSILDError) -> String {
        guard let text = document.string(node), mayBeEmpty || !text.isEmpty else {
            throw .badRequestData("\(name) is a text\(mayBeEmpty ? "" : " that is not empty")")
        }
        guard text.utf8.count <= Self.textLimit else {
            throw .badRequestData("\(name) is longer than \(Self.textLimit) bytes; shorten it")
        }
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\n" && $0 != "\t" || $0.value == 0x7F })
        else { throw .badRequestData("\(name) has control characters; take them out") }
        return text
    }

    private func localText(_ node: JSONNode, _ name: String) throws(NGSILDError) -> LocalText {
        guard document.isObject(node) else { return LocalText([("en", try text(node, name))]) }
        var texts: [(language: String, text: String)] = []
        for (key, value) in document.members(node) {
            let language = document.string(key) ?? ""
            guard (2...16).contains(language.utf8.count),
                language.utf8.allSatisfy({
                    $0 == UInt8(ascii: "-") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
                })
            else {
                throw .badRequestData(
                    "\(name) is a text, or an object from language tags to texts, such as {\"en\":\"Parking\",\"fr\":\"Stationnement\"}"
                )
            }
            texts.append((language.lowercased(), try text(value, name)))
        }
        guard (1...Self.listLimit).contains(texts.count) else {
            throw .badRequestData("\(name) has 1 to \(Self.listLimit) languages")
        }
        return LocalText(texts)
    }

    private func list(_ node: JSONNode, _ name: String) throws(NGSILDError) -> [String] {
        guard document.isArray(node) else { throw .badRequestData("\(name) is an array of texts") }
        var texts: [String] = []
        for element in document.elements(node) {
            guard texts.count < Self.listLimit else {
                throw .badRequestData("\(name) has more than \(Self.listLimit) elements")
            }
            texts.append(try text(element, name))
        }
        return texts
    }

    private func area(_ node: JSONNode) throws(NGSILDError) -> [Double] {
        let numbers = document.isArray(node) ? document.elements(node).prefix(5).compactMap { document.double($0) } : []
        guard numbers.count == 4, abs(numbers[0]) <= 180, abs(numbers[2]) <= 180, abs(numbers[1]) <= 90,
            abs(numbers[3]) <= 90, numbers[0] < numbers[2], numbers[1] < numbers[3]
        else {
            throw .badRequestData(
                "area is [west, south, east, north] in degrees, west less than east and south less than north")
        }
        return numbers
    }

    private func contact(_ node: JSONNode, _ name: String) throws(NGSILDError) -> Publication.Contact {
        var contact = Publication.Contact()
        guard document.isObject(node) else {
            contact.name = try text(node, name)
            return contact
        }
        for (key, value) in document.members(node) {
            switch document.string(key) {
            case "name": contact.name = try text(value, "\(name).name")
            case "email": contact.email = try text(value, "\(name).email")
            case "url": contact.url = try text(value, "\(name).url")
            default: throw .badRequestData("\(name) has name, email and url, nothing else")
            }
        }
        return contact
    }

    private func attributes(_ node: JSONNode) throws(NGSILDError) -> [Publication.Attribute] {
        guard document.isArray(node) else {
            throw .badRequestData("attributes is an array of names of attributes, the ones that are published")
        }
        var attributes: [Publication.Attribute] = []
        for element in document.elements(node) {
            guard attributes.count < Self.attributeLimit else {
                throw .badRequestData("attributes has more than \(Self.attributeLimit) elements")
            }
            attributes.append(try attribute(element))
        }
        return attributes
    }

    private func attribute(_ node: JSONNode) throws(NGSILDError) -> Publication.Attribute {
        if document.isString(node) { return Publication.Attribute(name: try text(node, "attributes")) }
        guard document.isObject(node) else {
            throw .badRequestData("An attribute is a name, or an object with name, label and subAttributes")
        }
        var attribute = Publication.Attribute(name: "")
        for (key, value) in document.members(node) {
            switch document.string(key) {
            case "name": attribute.name = try text(value, "attributes.name")
            case "label": attribute.label = try localText(value, "attributes.label")
            case "subAttributes": attribute.subAttributes = try list(value, "attributes.subAttributes")
            default: throw .badRequestData("An attribute has name, label and subAttributes, nothing else")
            }
        }
        guard !attribute.name.isEmpty else { throw .badRequestData("An attribute has a name") }
        return attribute
    }
}
