import GeoJSON
import JSONTree
import NGSILDModel

/// An alert that a city publishes, as a message of the Common Alerting Protocol.
///
/// Everything comes from attributes that are published. `info` is taken as services of the city write it; an alert
/// without gets one from `category`, `severity` and `description`. Words that CAP does not know become its `Unknown`.
///
/// - Source: OASIS, CAP 1.2, clause 3.2.
struct CAPMessage {
    static let mediaType = "application/cap+xml"
    private static let infoLimit = 10
    private static let textLimit = 4_000

    let sender: String
    let senderName: String
    let entity: PublishedEntity
    /// When the messages before this one were sent, the oldest first.
    var earlier: [Timestamp] = []

    /// When the alert was issued; `nil`: it says no time, and is no message.
    var sent: Timestamp? { Self.time(entity, "dateIssued") ?? Self.time(entity, "validFrom") }
    var isRaised: Bool { (entity.value("alertState")?.text ?? "raised") != "cleared" && kind != "Cancel" }
    private var kind: String { Self.word(entity.value("msgType")?.text, ["Alert", "Update", "Cancel"], "Alert") }

    /// Without spaces, commas, < and &.
    func identifier(_ sent: Timestamp) -> String {
        var identifier = ""
        for scalar in entity.id.unicodeScalars {
            if ",<&%".unicodeScalars.contains(scalar) || !scalar.isASCII {
                for byte in String(scalar).utf8 { identifier += "%" + String(byte, radix: 16, uppercase: true) }
            } else {
                identifier.unicodeScalars.append(scalar)
            }
        }
        return identifier + ":" + String(sent.microseconds / 1_000_000)
    }

    var headline: String {
        for info in infos {
            if let text = info.text("headline") ?? info.text("event") { return text.cut(to: 160) }
        }
        return (entity.value("description")?.text ?? entity.displayName).cut(to: 160)
    }

    var summary: String {
        (infos.lazy.compactMap { $0.text("description") }.first ?? entity.value("description")?.text ?? "").cut(to: 500)
    }

    func xml(_ sent: Timestamp) -> [UInt8] {
        var writer = ByteWriter(capacity: 4_096)
        writer.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        writer.append("<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">")
        writer.append(element: "identifier", identifier(sent))
        writer.append(element: "sender", sender)
        writer.append(element: "sent", Self.text(sent))
        writer.append(
            element: "status",
            Self.word(entity.value("status")?.text, ["Actual", "Exercise", "System", "Test", "Draft"], "Actual"))
        // An update of what nobody can look up is news.
        writer.append(element: "msgType", kind == "Update" && earlier.isEmpty ? "Alert" : kind)
        writer.append(element: "scope", "Public")
        if kind != "Alert", !earlier.isEmpty {
            let references = earlier.map { "\(sender),\(identifier($0)),\(Self.text($0))" }
            writer.append(element: "references", references.joined(separator: " "))
        }
        let infos = infos
        if infos.isEmpty {
            appendOwnInfo(to: &writer)
        } else {
            for info in infos { append(info, to: &writer) }
        }
        writer.append("</alert>\n")
        return writer.array()
    }

    // MARK: - Info

    private static let categories = [
        "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other",
    ]
    private static let urgencies = ["Immediate", "Expected", "Future", "Past", "Unknown"]
    private static let severities = ["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
    private static let certainties = ["Observed", "Likely", "Possible", "Unlikely", "Unknown"]

    private struct Info {
        let document: JSONDocument
        let node: JSONNode

        func text(_ name: StaticString) -> String? {
            document.member(node, name).flatMap { document.string($0) }.map { $0.cut(to: CAPMessage.textLimit) }
        }

        func texts(_ name: StaticString) -> [String] {
            guard let value = document.member(node, name) else { return [] }
            guard document.isArray(value) else { return document.string(value).map { [$0] } ?? [] }
            return document.elements(value).prefix(20).compactMap { document.string($0) }
        }
    }

    private var infos: [Info] {
        guard let json = entity.value("info")?.json, let document = try? JSONDocument(parsing: json) else { return [] }
        guard document.isArray(document.root) else {
            return document.isObject(document.root) ? [Info(document: document, node: document.root)] : []
        }
        return document.elements(document.root).prefix(Self.infoLimit).filter { document.isObject($0) }
            .map { Info(document: document, node: $0) }
    }

    private func append(_ info: Info, to writer: inout ByteWriter) {
        writer.append("<info>")
        if let language = info.text("language"), language.utf8.count <= 35,
            language.utf8.allSatisfy({
                $0 == UInt8(ascii: "-") || ($0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z"))
            }), !language.isEmpty
        {
            writer.append(element: "language", language)
        }
        let categories = info.texts("category").filter { Self.categories.contains($0) }
        for category in categories.isEmpty ? ["Other"] : categories { writer.append(element: "category", category) }
        writer.append(element: "event", info.text("event") ?? headline)
        writer.append(element: "urgency", Self.word(info.text("urgency"), Self.urgencies, "Unknown"))
        writer.append(element: "severity", Self.word(info.text("severity"), Self.severities, "Unknown"))
        writer.append(element: "certainty", Self.word(info.text("certainty"), Self.certainties, "Unknown"))
        for (name, element) in [("onset", "onset"), ("expires", "expires")] as [(StaticString, StaticString)] {
            if let time = info.text(name).flatMap({ Timestamp($0) }) {
                writer.append(element: element, Self.text(time))
            }
        }
        writer.append(element: "senderName", senderName)
        for name in ["headline", "description", "instruction"] as [StaticString] {
            if let text = info.text(name) { writer.append(element: name, text) }
        }
        let areas = info.document.member(info.node, "area").map {
            info.document.isArray($0) ? Array(info.document.elements($0).prefix(20)) : [$0]
        }
        for area in areas ?? [] where info.document.isObject(area) {
            let area = Info(document: info.document, node: area)
            writer.append("<area>")
            writer.append(element: "areaDesc", area.text("areaDesc") ?? entity.displayName)
            if let circle = area.text("circle"), Self.isCircle(circle) {
                writer.append(element: "circle", circle)
            } else if let geometry = area.document.member(area.node, "geometry"),
                let document = try? JSONDocument(parsing: area.document.text(geometry)),
                let shape = try? Geometry(parsing: document, node: document.root)
            {
                Self.append(shape, to: &writer)
            } else if let shape = entity.shape {
                Self.append(shape, to: &writer)
            }
            writer.append("</area>")
        }
        writer.append("</info>")
    }

    /// For alerts of others, which have the attributes of the Smart Data Models only.
    private func appendOwnInfo(to writer: inout ByteWriter) {
        writer.append("<info>")
        let category = [
            "traffic": "Transport", "weather": "Met", "naturalDisaster": "Geo", "environment": "Env",
            "health": "Health", "security": "Security", "agriculture": "Env",
        ][entity.value("category")?.text ?? ""]
        writer.append(element: "category", category ?? "Other")
        writer.append(
            element: "event", (entity.value("subCategory") ?? entity.value("category"))?.text.cut(to: 160) ?? headline)
        writer.append(element: "urgency", isRaised ? "Unknown" : "Past")
        let severity = [
            "critical": "Extreme", "high": "Severe", "medium": "Moderate", "low": "Minor",
        ][entity.value("severity")?.text ?? ""]
        writer.append(element: "severity", severity ?? "Unknown")
        writer.append(element: "certainty", "Unknown")
        if let onset = Self.time(entity, "validFrom") { writer.append(element: "onset", Self.text(onset)) }
        if let end = Self.time(entity, "validTo") { writer.append(element: "expires", Self.text(end)) }
        writer.append(element: "senderName", senderName)
        writer.append(element: "headline", headline)
        if let text = entity.value("description")?.text {
            writer.append(element: "description", text.cut(to: Self.textLimit))
        }
        if let shape = entity.shape {
            writer.append("<area>")
            writer.append(element: "areaDesc", entity.displayName.cut(to: 160))
            Self.append(shape, to: &writer)
            writer.append("</area>")
        }
        writer.append("</info>")
    }

    // MARK: - Words, times, places

    private static func word(_ text: String?, _ known: [String], _ usual: String) -> String {
        text.flatMap { known.contains($0) ? $0 : nil } ?? usual
    }

    static func time(_ entity: PublishedEntity, _ name: String) -> Timestamp? {
        entity.value(name).flatMap { time($0.json) }
    }

    /// A time as a text, or as the object that NGSI-LD makes of one.
    static func time(_ json: [UInt8]) -> Timestamp? {
        guard let document = try? JSONDocument(parsing: json) else { return nil }
        let node = document.member(document.root, "@value") ?? document.root
        return document.string(node).flatMap { Timestamp($0) }
    }

    /// CAP 1.2, clause 3.3.2: no Z, and no parts of seconds.
    static func text(_ time: Timestamp) -> String { String(time.text.prefix(19)) + "-00:00" }

    /// `latitude,longitude radius`, the radius in kilometres.
    private static func isCircle(_ text: String) -> Bool {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, let radius = Double(parts[1]), radius >= 0, radius.isFinite else { return false }
        let pair = parts[0].split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        guard pair.count == 2, let latitude = pair[0], let longitude = pair[1] else { return false }
        return abs(latitude) <= 90 && abs(longitude) <= 180
    }

    /// Outer rings as polygons; everything else by its box, a point as a circle without a radius.
    private static func append(_ shape: Geometry, to writer: inout ByteWriter) {
        switch shape {
        case .polygon(let polygon): append(polygon, to: &writer)
        case .multiPolygon(let polygons): for polygon in polygons.prefix(100) { append(polygon, to: &writer) }
        case .point(let position):
            writer.append(element: "circle", "\(position.latitude),\(position.longitude) 0")
        default:
            let box = shape.boundingBox
            let corners = [
                (box.minLatitude, box.minLongitude), (box.minLatitude, box.maxLongitude),
                (box.maxLatitude, box.maxLongitude), (box.maxLatitude, box.minLongitude),
                (box.minLatitude, box.minLongitude),
            ]
            writer.append(element: "polygon", corners.map { "\($0.0),\($0.1)" }.joined(separator: " "))
        }
    }

    private static func append(_ polygon: Polygon, to writer: inout ByteWriter) {
        guard let ring = polygon.rings.first, ring.count >= 4, ring.count <= 10_000 else { return }
        writer.append(
            element: "polygon", ring.map { "\($0.latitude),\($0.longitude)" }.joined(separator: " "))
    }
}
