import DatasetImport

/// Reads one member of `topics`.
struct RuleReader {
    private let value: YAMLValue
    private let topic: TopicPattern

    private static let attributeLimit = 500

    init(_ value: YAMLValue) throws(ImportError) {
        self.value = value
        let member = try value.required("topic", "name it, such as city/traffic/{detector}/state")
        let text = try member.text()
        do throws(TopicPattern.Flaw) { topic = try TopicPattern(text) } catch {
            throw member.failure("\(text): \(error.reason)")
        }
    }

    func read() throws(ImportError) -> IngestRule {
        let kind = try value.value("payload")
        let payload: IngestRule.Payload =
            switch try kind?.text() ?? "json" {
            case "json": try records(isValue: false)
            case "value": try records(isValue: true)
            case "ngsi-ld": try entities()
            default: throw (kind ?? value).failure("it must be json, value or ngsi-ld")
            }
        return IngestRule(
            topic: topic, tenant: try tenant(), context: try value.value("context")?.texts() ?? [], payload: payload)
    }

    private static let common = ["topic", "payload", "tenant", "context"]

    /// As the header NGSILD-Tenant is taken.
    private func tenant() throws(ImportError) -> String {
        guard let member = try value.value("tenant") else { return "" }
        let text = try member.text()
        let isName = text.utf8.allSatisfy {
            (0x30...0x3A).contains($0) || (0x61...0x7A).contains($0 | 0x20) || "-_./".utf8.contains($0)
        }
        guard isName, text.utf8.count <= 128 else {
            throw member.failure("it must have letters, digits, - _ . : / only, at most 128")
        }
        return text
    }

    // MARK: Payloads in NGSI-LD

    private func entities() throws(ImportError) -> IngestRule.Payload {
        try value.allow(Self.common + ["form", "records", "type"])
        let form = try value.value("form")
        let isSimplified: Bool
        switch try form?.text() ?? "normalized" {
        case "normalized", "concise": isSimplified = false
        case "simplified", "keyValues": isSimplified = true
        default: throw (form ?? value).failure("it must be normalized, concise or simplified")
        }
        return .entities(
            simplified: isSimplified, records: try path("records"), types: try value.value("type")?.texts() ?? [])
    }

    // MARK: Payloads with a mapping

    private func records(isValue: Bool) throws(ImportError) -> IngestRule.Payload {
        try value.allow(
            Self.common + ["records", "id", "type", "time", "missing", "static", "attributes"])
        if isValue, let records = try value.value("records") {
            throw records.failure("a payload that is one value has no records")
        }
        let type = try TabularMapping.name(value.required("type", "name the entity type, such as TrafficFlowObserved"))
        let id = try template(
            value.required("id", "give the pattern of the entity ids, such as urn:ngsi-ld:Device:{device}"))
        let time = try self.time()
        let constants = try TabularMapping.constants(value.value("static"))
        var attributes: [RecordMapping.Attribute] = []
        let members = try value.required("attributes", "name at least one attribute and where it stands").members()
        guard !members.isEmpty, members.count <= Self.attributeLimit else {
            throw value.failure("attributes has 1 to \(Self.attributeLimit) members")
        }
        for (name, child) in members {
            try TabularMapping.checkName(name, child)
            if constants.contains(where: { $0.name == name }) {
                throw child.failure("the attribute stands under static too; keep one")
            }
            attributes.append(try attribute(name, child, hasTime: time.isGiven))
        }
        return .records(
            RecordMapping(
                isValue: isValue, records: try path("records"), id: id, type: type, time: time,
                missing: try (value.value("missing")?.texts() ?? []).map { Array($0.utf8) }, constants: constants,
                attributes: attributes))
    }

    private func path(_ key: String) throws(ImportError) -> PayloadPath? {
        guard let member = try value.value(key) else { return nil }
        return try path(member)
    }

    private func path(_ member: YAMLValue) throws(ImportError) -> PayloadPath {
        let text = try member.text()
        guard let path = PayloadPath(text) else {
            throw member.failure("\(text) is no path; write a.b[0], /a/b/0, or $ for the whole")
        }
        return path
    }

    /// A name of the topic in braces, else a path in the payload.
    private func source(_ member: YAMLValue) throws(ImportError) -> RecordMapping.Source {
        let text = try member.text()
        if text.hasPrefix("{"), text.hasSuffix("}") {
            guard let index = topic.names.firstIndex(of: String(text.dropFirst().dropLast())) else {
                throw member.failure("the topic has no \(text)")
            }
            return .capture(index)
        }
        return .path(try path(member))
    }

    private func template(_ member: YAMLValue) throws(ImportError) -> RecordMapping.Template {
        var pieces: [RecordMapping.Template.Piece] = []
        for piece in try TabularMapping.template(member).pieces {
            switch piece {
            case .literal(let bytes): pieces.append(.literal(bytes))
            case .column(let name):
                if let index = topic.names.firstIndex(of: name) {
                    pieces.append(.source(.capture(index), name: name))
                } else {
                    guard let path = PayloadPath(name) else {
                        throw member.failure("{\(name)} is no name of the topic and no path in the payload")
                    }
                    pieces.append(.source(.path(path), name: name))
                }
            }
        }
        return RecordMapping.Template(pieces: pieces)
    }

    private func time() throws(ImportError) -> RecordMapping.Time {
        guard let member = try value.value("time") else { return .none }
        guard member.isMapping else {
            guard try member.text() == "arrival" else {
                throw member.failure("it must be arrival, or {from: PATH, format: FORMAT}")
            }
            return .arrival
        }
        try member.allow(["from", "format", "zone", "offset"])
        let source = try source(member.required("from", "name where the time stands in the payload"))
        var format = TimeFormat.iso8601
        if let text = try member.value("format") {
            guard let read = TimeFormat(try text.text()) else { throw text.failure(TimeFormat.hint) }
            format = read
        }
        return .read(source, format, try TabularMapping.zone(member))
    }

    // MARK: Attributes

    private func attribute(
        _ name: String, _ member: YAMLValue, hasTime: Bool
    ) throws(ImportError) -> RecordMapping.Attribute {
        let (kind, value) = try attributeValue(member)
        if case .time = value, !hasTime { throw member.failure("kind time needs the key time") }
        let unit = try member.isMapping ? member.value("unit") : nil
        return RecordMapping.Attribute(
            name: name, opening: AttributeWriter.name(name) + Array("{".utf8) + AttributeWriter.opening(kind),
            unit: AttributeWriter.unit(try unit?.text()), value: value)
    }

    private func attributeValue(
        _ member: YAMLValue
    ) throws(ImportError) -> (DatasetImport.AttributeKind, RecordMapping.Value) {
        // intensity: flow is short for intensity: {from: flow}.
        guard member.isMapping else { return (.property, .same(try source(member))) }
        let kind = try member.value("kind")
        switch try kind?.text() ?? "property" {
        case "property": return (.property, try property(member))
        case "relationship":
            try member.allow(["kind", "object"])
            let object = try member.required("object", "give the pattern of the target's id")
            return (.relationship, .relationship(try template(object)))
        case "geo":
            try member.allow(["kind", "from", "longitude", "latitude"])
            if let from = try member.value("from") { return (.geoProperty, .geometry(try source(from))) }
            let hint = "name where it stands, or give from for a GeoJSON geometry"
            return (
                .geoProperty,
                .point(
                    longitude: try source(member.required("longitude", hint)),
                    latitude: try source(member.required("latitude", hint)))
            )
        case "time":
            try member.allow(["kind"])
            return (.property, .time)
        default: throw (kind ?? member).failure("it must be property, relationship, geo or time")
        }
    }

    private func property(_ member: YAMLValue) throws(ImportError) -> RecordMapping.Value {
        try member.allow(["kind", "from", "as", "unit", "scale", "offset", "values"])
        let source = try source(member.required("from", "name where the value stands in the payload"))
        let form = try member.value("as")
        let (scale, offset) = (try member.value("scale"), try member.value("offset"))
        if let values = try member.value("values") {
            if let other = form ?? scale ?? offset { throw other.failure("leave it out where values are given") }
            return .table(source, try TabularMapping.table(values))
        }
        let isScaled = scale != nil || offset != nil
        switch try form?.text() ?? (isScaled ? "number" : "same") {
        case "number":
            return .number(source, scale: try scale?.number() ?? 1, offset: try offset?.number() ?? 0)
        case "same", "text", "boolean":
            if let only = scale ?? offset { throw only.failure("only numbers can be scaled") }
            let name = try form?.text()
            return name == "text" ? .text(source) : name == "boolean" ? .boolean(source) : .same(source)
        default: throw (form ?? member).failure("it must be same, number, text or boolean")
        }
    }
}

extension RecordMapping.Time {
    fileprivate var isGiven: Bool { if case .none = self { false } else { true } }
}
