import AccessPolicies
import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// Checks a definition and makes the subscription that it describes.
///
/// - Source: CIM 009 clauses 5.2.12 to 5.2.15, 5.2.22, 5.2.33, 5.8.1.4.
struct SubscriptionReader {
    typealias Member = SubscriptionDefinition.Member

    let definition: SubscriptionDefinition
    let registry: TermRegistry
    /// Finds linked entities; `nil`: there are none.
    var consumption: (any EntityConsumption)?
    /// Finds the owners of subscriptions; `nil`: those with an owner deliver nothing.
    var callers: (any CallerDirectory)?

    static let listLimit = 1_000

    func read(
        id: String, tenant: String, stored: StoredSubscription, record: DeliveryRecord
    ) throws(NGSILDError) -> Subscription {
        try SubscriptionMembers.check(definition)
        let form = try form()
        var conditions = Subscription.Conditions()
        conditions.selectors = try selectors()
        conditions.watched = Set(try terms("watchedAttributes") ?? [])
        conditions.triggers = try triggers()
        try readFilters(&conditions, linkedLevels: max(Self.linkedLevels, form.retrieval?.levels ?? 0))
        let timeInterval = try seconds("timeInterval")
        try checkCombinations(conditions, timeInterval)
        for name in ["subscriptionName", "description", "jsonKeys"] { _ = try text(name) }
        _ = try bool("splitEntities")
        let owner = SubscriptionOwner(id: stored.owner, space: tenant, callers: callers)
        return Subscription(
            id: id, tenant: tenant, stored: stored, conditions: conditions, form: form,
            endpoint: try EndpointReader(definition["notification.endpoint"]).read(),
            isActive: try bool("isActive") ?? true, expiresAt: try expiry(), throttling: try seconds("throttling"),
            timeInterval: timeInterval,
            linkedEntity: { [consumption] in consumption?.linkedEntity(id: $0, tenant: tenant).flatMap(owner.seen) },
            owner: owner, record: record)
    }

    /// How many links away `q` reaches, also without `join`.
    private static let linkedLevels = 3

    /// What members say about each other (table 5.2.12-1).
    private func checkCombinations(
        _ conditions: Subscription.Conditions, _ timeInterval: Int64
    ) throws(NGSILDError) {
        let isLocal = try bool("localOnly")
        if conditions.selectors.isEmpty, conditions.watched.isEmpty, isLocal != true {
            throw .badRequestData(
                "The subscription selects nothing; give \"entities\" (with their types) or \"watchedAttributes\"")
        }
        if isLocal == false, conditions.selectors.contains(where: { $0.types.alternatives == nil }) {
            throw .badRequestData(
                "The type \"*\" means all entities of this broker; it goes without \"localOnly\": false")
        }
        guard timeInterval > 0 else { return }
        for name in ["watchedAttributes", "throttling"] where definition[name] != nil {
            throw .badRequestData(
                "\"timeInterval\" notifies whether anything changed or not, so it goes without \"\(name)\"")
        }
        if conditions.selectors.isEmpty, isLocal != true {
            throw .badRequestData("\"timeInterval\" needs \"entities\", which say whom to notify of")
        }
    }

    // Members of a kind

    func text(_ name: String) throws(NGSILDError) -> String? {
        guard let member = definition[name] else { return nil }
        guard let text = member.json.string(member.root), !text.isEmpty else {
            throw .badRequestData("\"\(name)\" is a string that is not empty")
        }
        return text
    }

    func bool(_ name: String) throws(NGSILDError) -> Bool? {
        guard let member = definition[name] else { return nil }
        guard let value = member.json.bool(member.root) else { throw .badRequestData("\"\(name)\" is true or false") }
        return value
    }

    func texts(_ name: String) throws(NGSILDError) -> [String]? {
        guard let member = definition[name] else { return nil }
        var result: [String] = []
        if member.json.isArray(member.root) {
            for element in member.json.elements(member.root) {
                guard let text = member.json.string(element), !text.isEmpty else {
                    throw .badRequestData("\"\(name)\" is an array of strings that are not empty")
                }
                result.append(text)
                if result.count > Self.listLimit {
                    throw .badRequestData("\"\(name)\" has more than \(Self.listLimit) elements")
                }
            }
        }
        guard !result.isEmpty else {
            throw .badRequestData("\"\(name)\" is an array of strings with at least one; leave it out for no limit")
        }
        return result
    }

    func terms(_ name: String) throws(NGSILDError) -> [TermID]? {
        guard let texts = try texts(name), let member = definition[name] else { return nil }
        let context = try member.names.context(registry)
        var terms: [TermID] = []
        for text in texts { terms.append(try context.term(text, for: .question)) }
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

    private func readFilters(
        _ conditions: inout Subscription.Conditions, linkedLevels: Int
    ) throws(NGSILDError) {
        let expanded = (try text("expandValues") ?? "").split(separator: ",").map { String($0.filter { $0 != " " }) }
        if let q = try text("q"), let member = definition["q"] {
            conditions.expression = try QueryExpression(
                parsing: q, context: try member.names.context(registry), expandValues: Set(expanded),
                lifetime: .standing, linkedLevels: linkedLevels)
        }
        if let csf = try text("csf"), let member = definition["csf"] {
            // It filters the sources that entities come from; those of this broker come from none, and pass.
            _ = try QueryExpression(parsing: csf, context: try member.names.context(registry), parameter: "csf")
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

    private func expiry() throws(NGSILDError) -> Timestamp {
        guard let text = try text("expiresAt") else { return .none }
        guard let time = Timestamp(text) else {
            throw .badRequestData("\"expiresAt\" is a date and time in UTC, as in 2027-01-31T12:00:00Z")
        }
        return time
    }

    /// Seconds as microseconds; 0 when the member is not there.
    private func seconds(_ name: String) throws(NGSILDError) -> Int64 {
        guard let member = definition[name] else { return 0 }
        guard let seconds = member.json.double(member.root), seconds >= 0.001, seconds <= 31_622_400 else {
            throw .badRequestData("\"\(name)\" is a number of seconds greater than 0, from a millisecond to a year")
        }
        return Int64(seconds * 1_000_000)
    }
}
