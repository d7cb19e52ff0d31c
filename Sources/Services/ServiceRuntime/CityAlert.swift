import JSONTree
public import NGSILDModel

/// An alert as an entity of type `Alert`: its attributes are those of the Smart Data Models, and `info` holds what the
/// Common Alerting Protocol (OASIS, CAP 1.2) wants, ready to be put into a CAP message.
public struct CityAlert: Sendable {
    /// How severe an alert is: CAP 1.2, clause 3.2.2.
    public enum Severity: String, Sendable, CaseIterable {
        case extreme = "Extreme"
        case severe = "Severe"
        case moderate = "Moderate"
        case minor = "Minor"
        case unknown = "Unknown"

        /// The words of the Smart Data Models.
        var modelWord: String {
            switch self {
            case .extreme: "critical"
            case .severe: "high"
            case .moderate: "medium"
            case .minor: "low"
            case .unknown: "informational"
            }
        }
    }

    /// What CAP says in one language.
    public struct Info: Sendable {
        /// A language tag of RFC 3066, such as `en`.
        public var language: String
        public var event: String
        public var headline: String
        /// `nil` once the alert is over.
        public var description: String?
        public var instruction: String?

        public init(
            language: String, event: String, headline: String, description: String? = nil, instruction: String? = nil
        ) {
            self.language = language
            self.event = event
            self.headline = headline
            self.description = description
            self.instruction = instruction
        }
    }

    /// Whether it stands; `false` once it is over.
    public var isRaised = true
    /// The words of the Smart Data Models, such as `traffic` and `trafficJam`.
    public var category: String
    public var subCategory: String
    /// CAP's categories, such as `Transport`.
    public var capCategories: [String]
    public var severity = Severity.moderate
    /// CAP's words, such as `Immediate` and `Observed`.
    public var urgency = "Immediate"
    public var certainty = "Observed"
    public var onset: Timestamp
    /// Until when it stands without news; `nil` once it is over, and where it stands until it is ended.
    public var expires: Timestamp?
    public var now: Timestamp
    /// In English.
    public var text: String
    /// The ids of the entities that it came from.
    public var sources: [String]
    /// Further relationships: name and ids.
    public var references: [(name: String, ids: [String])] = []
    public var placeName: String
    /// The GeoJSON text of where it is.
    public var location: String?
    /// CAP's area: latitude, longitude and radius in kilometres as `47.1,-1.9 1`; or else a GeoJSON geometry.
    public var circle: String?
    public var geometry: String?
    public var infos: [Info] = []
    /// Further attributes as JSON, each with a comma before it; they alone do not make an alert be written.
    public var further = ""
    /// Attributes that are taken away.
    public var removed: [String] = []

    /// An alert that is raised, of one source; what else is known is set after.
    public init(
        category: String, subCategory: String, capCategories: [String], onset: Timestamp, now: Timestamp, text: String,
        source: String, placeName: String
    ) {
        self.category = category
        self.subCategory = subCategory
        self.capCategories = capCategories
        self.onset = onset
        self.now = now
        self.text = text
        sources = [source]
        self.placeName = placeName
    }

    /// What has to be written so that the alert stands as this says, or is over.
    ///
    /// An alert that lasts keeps its beginning. Nothing is written where what CAP would be told is what the entity has
    /// already, and nothing where an alert is over that was not raised.
    ///
    /// - Parameter present: The alert's entity as it is; `nil` where there is none.
    /// - Throws: `badRequestData` where it makes no entity.
    public func draft(
        id: String, present: EntityRecord?, context: TermContext
    ) throws(NGSILDError) -> EntityDraft? {
        let wasRaised = Self.isRaised(present, context)
        if !isRaised, !wasRaised { return nil }
        var alert = self
        if wasRaised, let known = present.flatMap({ Self.validFrom($0, context) }) { alert.onset = min(onset, known) }
        var info = ByteWriter()
        alert.appendInfo(to: &info)
        let infoText = info.string()
        if isRaised, wasRaised, let present, let root = Self.attribute("info", present, context),
            present.attributes.valueText(of: root) == infoText
        {
            return nil
        }
        var writer = ByteWriter(capacity: 4_096)
        alert.append(
            id: id, messageType: isRaised ? wasRaised ? "Update" : "Alert" : "Cancel", info: infoText, to: &writer)
        return try EntityDifference.draft(
            writer.array(), present: present, optional: ["location", "validTo"] + removed,
            context: context)
    }

    /// Whether an alert's entity says that it stands.
    public static func isRaised(_ entity: EntityRecord?, _ context: TermContext) -> Bool {
        guard let entity, let root = attribute("alertState", entity, context) else { return false }
        return entity.attributes.stringValue(of: root) == "raised"
    }

    private static func attribute(_ name: String, _ entity: EntityRecord, _ context: TermContext) -> Int? {
        context.knownTerm(name).flatMap { entity.attributes.root(named: $0) }
    }

    private static func validFrom(_ entity: EntityRecord, _ context: TermContext) -> Timestamp? {
        guard let root = attribute("validFrom", entity, context),
            let document = try? JSONDocument(parsing: entity.attributes.valueText(of: root)),
            let text = document.member(document.root, "@value").flatMap({ document.string($0) })
        else { return nil }
        return Timestamp(text)
    }

    // MARK: - Writing

    private func append(id: String, messageType: String, info: String, to writer: inout ByteWriter) {
        writer.append("{\"id\":")
        writer.append(jsonString: id)
        writer.append(",\"type\":\"Alert\"")
        ResultEntity.text("category", category, to: &writer)
        ResultEntity.text("subCategory", subCategory, to: &writer)
        ResultEntity.text("severity", severity.modelWord, to: &writer)
        ResultEntity.text("alertState", isRaised ? "raised" : "cleared", to: &writer)
        ResultEntity.time("dateIssued", now, to: &writer)
        ResultEntity.time("validFrom", onset, to: &writer)
        if let end = isRaised ? expires : now { ResultEntity.time("validTo", end, to: &writer) }
        ResultEntity.text("description", text, to: &writer)
        ResultEntity.text("status", "Actual", to: &writer)
        ResultEntity.text("msgType", messageType, to: &writer)
        ResultEntity.relationship("alertSource", sources, to: &writer)
        for (name, ids) in references { ResultEntity.relationship(name, ids, to: &writer) }
        if let location {
            writer.append(",\"location\":{\"type\":\"GeoProperty\",\"value\":")
            writer.append(utf8: location)
            writer.append("}")
        }
        writer.append(",\"info\":{\"type\":\"JsonProperty\",\"json\":")
        writer.append(utf8: info)
        writer.append("}")
        writer.append(utf8: further)
        writer.append("}")
    }

    /// The `info` elements of CAP 1.2, one for each language.
    private func appendInfo(to writer: inout ByteWriter) {
        writer.append("[")
        for (offset, info) in infos.enumerated() {
            if offset > 0 { writer.append(",") }
            writer.append("{\"language\":")
            writer.append(jsonString: info.language)
            writer.append(",\"category\":[")
            for (offset, category) in capCategories.enumerated() {
                if offset > 0 { writer.append(",") }
                writer.append(jsonString: category)
            }
            writer.append("]")
            member("event", info.event, &writer)
            member("urgency", isRaised ? urgency : "Past", &writer)
            member("severity", severity.rawValue, &writer)
            member("certainty", certainty, &writer)
            member("onset", onset.text, &writer)
            if isRaised, let expires { member("expires", expires.text, &writer) }
            member("headline", info.headline, &writer)
            if let description = info.description { member("description", description, &writer) }
            if let instruction = info.instruction { member("instruction", instruction, &writer) }
            writer.append(",\"area\":[{\"areaDesc\":")
            writer.append(jsonString: placeName)
            if let circle {
                member("circle", circle, &writer)
            } else if let geometry {
                writer.append(",\"geometry\":")
                writer.append(utf8: geometry)
            }
            writer.append("}]}")
        }
        writer.append("]")
    }

    private func member(_ name: String, _ value: String, _ writer: inout ByteWriter) {
        writer.append(",")
        writer.append(jsonString: name)
        writer.append(":")
        writer.append(jsonString: value)
    }
}
