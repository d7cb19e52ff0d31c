import JSONTree
import NGSILDModel
import NGSILDQuery

/// Checks a definition and makes the subscription that it describes.
///
/// - Source: CIM 009 clauses 5.2.12 to 5.2.15, 5.2.22, 5.2.33, 5.8.1.4.
struct SubscriptionReader {
    typealias Member = SubscriptionDefinition.Member

    let definition: SubscriptionDefinition
    let registry: TermRegistry

    private static let listLimit = 1_000
    private static let known: Set<String> = [
        "subscriptionName", "description", "entities", "watchedAttributes", "notificationTrigger", "q", "geoQ",
        "scopeQ", "lang", "datasetId", "isActive", "expiresAt", "throttling", "jsonldContext", "localOnly",
        "splitEntities", "notification.attributes", "notification.pick", "notification.omit", "notification.format",
        "notification.sysAttrs", "notification.endpoint", "notification.showChanges", "notification.join",
        "notification.joinLevel", "timeInterval", "csf", "temporalQ", "expandValues", "ngsildConformance",
        "jsonKeys", "containedBy",
    ]
    private static let unsupported: [(name: String, instead: String)] = [
        ("timeInterval", "leave it out to be notified of changes"),
        ("csf", "leave it out"),
        ("temporalQ", "leave it out"),
        ("notification.joinLevel", "leave it out"),
    ]

    func read(
        id: String, tenant: String, stored: StoredSubscription, record: DeliveryRecord
    ) throws(NGSILDError) -> Subscription {
        try refuseUnknown()
        var conditions = Subscription.Conditions()
        conditions.selectors = try selectors()
        conditions.watched = Set(try terms("watchedAttributes") ?? [])
        conditions.triggers = try triggers()
        if conditions.selectors.isEmpty, conditions.watched.isEmpty, try bool("localOnly") != true {
            throw .badRequestData(
                "The subscription selects nothing; give \"entities\" (with their types) or \"watchedAttributes\"")
        }
        try readFilters(&conditions)
        for name in ["subscriptionName", "description"] { _ = try text(name) }
        _ = try bool("splitEntities")
        return Subscription(
            id: id, tenant: tenant, stored: stored, conditions: conditions, representation: try representation(),
            endpoint: try EndpointReader(definition["notification.endpoint"]).read(),
            isActive: try bool("isActive") ?? true, expiresAt: try expiry(),
            throttling: try throttling(), record: record)
    }

    private func refuseUnknown() throws(NGSILDError) {
        for (name, _) in definition.members where !SubscriptionReader.known.contains(name) {
            throw .badRequestData(
                "A subscription has no member \"\(SubscriptionReader.shown(name))\"; check its spelling")
        }
        for (name, instead) in SubscriptionReader.unsupported where definition[name] != nil {
            throw .operationNotSupported(
                "\"\(SubscriptionReader.shown(name))\" is not supported in subscriptions yet; \(instead)")
        }
        if try bool("notification.showChanges") == true {
            throw .operationNotSupported("\"showChanges\" is not supported in subscriptions yet; leave it out")
        }
        if let join = try text("notification.join"), join != "@none" {
            throw .operationNotSupported("\"join\" is not supported in subscriptions yet; leave it out")
        }
    }

    private static func shown(_ name: String) -> String {
        name.hasPrefix("notification.") ? "notification.\(name.dropFirst(13))" : name
    }

    // The kinds of members

    private func text(_ name: String) throws(NGSILDError) -> String? {
        guard let member = definition[name] else { return nil }
        guard let text = member.json.string(member.root), !text.isEmpty else {
            throw .badRequestData("\"\(name)\" is a string that is not empty")
        }
        return text
    }

    private func bool(_ name: String) throws(NGSILDError) -> Bool? {
        guard let member = definition[name] else { return nil }
        guard let value = member.json.bool(member.root) else { throw .badRequestData("\"\(name)\" is true or false") }
        return value
    }

    private func texts(_ name: String) throws(NGSILDError) -> [String]? {
        guard let member = definition[name] else { return nil }
        var result: [String] = []
        if member.json.isArray(member.root) {
            for element in member.json.elements(member.root) {
                guard let text = member.json.string(element), !text.isEmpty else {
                    throw .badRequestData("\"\(name)\" is an array of strings that are not empty")
                }
                result.append(text)
                if result.count > SubscriptionReader.listLimit {
                    throw .badRequestData("\"\(name)\" has more than \(SubscriptionReader.listLimit) elements")
                }
            }
        }
        guard !result.isEmpty else {
            throw .badRequestData("\"\(name)\" is an array of strings with at least one; leave it out for no limit")
        }
        return result
    }

    private func terms(_ name: String) throws(NGSILDError) -> [TermID]? {
        guard let texts = try texts(name), let member = definition[name] else { return nil }
        let context = try member.names.context(registry)
        var terms: [TermID] = []
        for text in texts { terms.append(try context.term(text)) }
        return terms
    }

    // The members

    private func selectors() throws(NGSILDError) -> [Subscription.EntitySelector] {
        guard let member = definition["entities"] else { return [] }
        let json = member.json
        guard json.isArray(member.root), json.count(member.root) > 0 else {
            throw .badRequestData("\"entities\" is an array with at least one selector; leave it out for any entity")
        }
        let context = try member.names.context(registry)
        var result: [Subscription.EntitySelector] = []
        for element in json.elements(member.root) {
            result.append(try selector(json, element, context))
            if result.count > 100 {
                throw .badRequestData("\"entities\" has more than 100 selectors; split the subscription")
            }
        }
        return result
    }

    private func selector(
        _ json: JSONDocument, _ node: JSONNode, _ context: TermContext
    ) throws(NGSILDError) -> Subscription.EntitySelector {
        guard json.isObject(node), let type = json.member(node, "type") ?? json.member(node, "@type"),
            let typeText = json.string(type), !typeText.isEmpty
        else {
            throw .badRequestData(
                "Each of \"entities\" is an object with \"type\", a string; \"*\" stands for any type")
        }
        var selector = Subscription.EntitySelector(
            types: try TypeSelection(parsing: typeText, context: context, lifetime: .standing))
        for (key, value) in json.members(node) {
            switch json.string(key) ?? "" {
            case "type", "@type": continue
            case "id", "@id":
                let ids = json.isArray(value) ? json.elements(value).map { json.string($0) } : [json.string(value)]
                for id in ids {
                    guard let id, EntityID.isValid(id) else {
                        throw .badRequestData("The \"id\" in \"entities\" is a URI (or an array of them)")
                    }
                    selector.ids.insert(id)
                }
            case "idPattern":
                guard let pattern = json.string(value) else {
                    throw .badRequestData("The \"idPattern\" in \"entities\" is a string, a regular expression")
                }
                selector.idPattern = try TextPattern(parsing: pattern, lifetime: .standing)
            case let name: throw .badRequestData("The selectors in \"entities\" have no member \"\(name)\"")
            }
        }
        return selector
    }

    private func triggers() throws(NGSILDError) -> NotificationTrigger {
        guard let names = try texts("notificationTrigger") else { return .standard }
        var result: NotificationTrigger = []
        for name in names {
            guard let trigger = NotificationTrigger(named: name) else {
                let all = NotificationTrigger.names.map(\.name).joined(separator: ", ")
                throw .badRequestData("\"\(name)\" is no notificationTrigger; there are \(all)")
            }
            result.formUnion(trigger)
        }
        return result
    }

    private func readFilters(_ conditions: inout Subscription.Conditions) throws(NGSILDError) {
        if let q = try text("q"), let member = definition["q"] {
            conditions.expression = try QueryExpression(
                parsing: q, context: try member.names.context(registry), lifetime: .standing)
        }
        if let scopeQ = try text("scopeQ") { conditions.scope = try ScopeQuery(parsing: scopeQ) }
        guard let member = definition["geoQ"] else { return }
        let json = member.json
        func part(_ name: StaticString) -> String? { json.member(member.root, name).flatMap { json.string($0) } }
        guard let georel = part("georel"), let geometry = part("geometry"),
            let coordinates = json.member(member.root, "coordinates")
        else { throw .badRequestData("\"geoQ\" is an object with \"georel\", \"geometry\" and \"coordinates\"") }
        conditions.geo = try GeoQuery(
            georel: georel, geometry: geometry, coordinates: json, coordinates, geoproperty: part("geoproperty"),
            context: try member.names.context(registry), lifetime: .standing)
    }

    private func representation() throws(NGSILDError) -> EntityRepresentation {
        var result = EntityRepresentation()
        switch try text("notification.format") {
        case nil, "normalized": break
        case "keyValues", "simplified": result.form = .simplified
        case "concise": result.form = .concise
        case let format?:
            throw .badRequestData(
                "\"\(format)\" is no notification format; there are normalized, concise, simplified and keyValues")
        }
        result.showsSystemAttributes = try bool("notification.sysAttrs") ?? false
        result.language = try text("lang")
        if let datasets = try texts("datasetId") { result.datasets = Set(datasets) }
        if let attributes = try terms("notification.attributes") { result.picked = Set(attributes) }
        try readProjection(&result)
        return result
    }

    private func readProjection(_ result: inout EntityRepresentation) throws(NGSILDError) {
        for name in ["notification.pick", "notification.omit"] {
            guard let names = try texts(name), let member = definition[name] else { continue }
            let picks = name == "notification.pick"
            if picks, definition["notification.attributes"] != nil {
                throw .badRequestData("\"attributes\" and \"pick\" say the same thing; give one of them")
            }
            let context = try member.names.context(registry)
            var terms: Set<TermID> = []
            for name in names where !["id", "type", "scope"].contains(name) {
                guard !name.contains("{") else {
                    throw .operationNotSupported("\"\(name)\" picks inside an attribute, which is not supported yet")
                }
                terms.insert(try context.term(name))
            }
            if picks {
                result.picked = terms
                result.showsID = names.contains("id")
                result.showsType = names.contains("type")
                result.showsScope = names.contains("scope")
            } else {
                result.omitted = terms
                if names.contains("id") { result.showsID = false }
                if names.contains("type") { result.showsType = false }
                if names.contains("scope") { result.showsScope = false }
            }
        }
    }

    private func expiry() throws(NGSILDError) -> Timestamp {
        guard let text = try text("expiresAt") else { return .none }
        guard let time = Timestamp(text) else {
            throw .badRequestData("\"expiresAt\" is a date and time in UTC, as in 2027-01-31T12:00:00Z")
        }
        return time
    }

    private func throttling() throws(NGSILDError) -> Int64 {
        guard let member = definition["throttling"] else { return 0 }
        guard let seconds = member.json.double(member.root), seconds > 0, seconds <= 31_622_400 else {
            throw .badRequestData("\"throttling\" is a number of seconds greater than 0, at most a year")
        }
        return Int64(seconds * 1_000_000)
    }
}
