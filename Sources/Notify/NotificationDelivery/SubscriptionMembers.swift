import NGSILDModel

/// The members that a subscription can have.
///
/// A member of another name says nothing and is passed over, as JSON-LD does with names that it does not know, unless it
/// looks like one of these: to pass over a slip of the pen would make another subscription than was meant.
///
/// - Source: CIM 009 clauses 5.2.12, 5.2.14.
enum SubscriptionMembers {
    static let ofSubscription: Set<String> = [
        "subscriptionName", "description", "entities", "watchedAttributes", "notificationTrigger", "q", "geoQ",
        "scopeQ", "lang", "datasetId", "isActive", "expiresAt", "throttling", "jsonldContext", "localOnly",
        "splitEntities", "timeInterval", "csf", "expandValues", "ngsildConformance", "jsonKeys", "temporalQ",
        "notification",
    ]
    static let ofNotification: Set<String> = [
        "attributes", "pick", "omit", "format", "sysAttrs", "endpoint", "showChanges", "join", "joinLevel",
    ]
    private static let prefix = "notification."

    /// Whether the member, named as in a `SubscriptionDefinition`, is one of a subscription.
    static func contains(_ name: String) -> Bool {
        name.hasPrefix(prefix)
            ? ofNotification.contains(String(name.dropFirst(prefix.count))) : ofSubscription.contains(name)
    }

    /// Refuses names that look like one of a member but are none, and the member that has no place here.
    static func check(_ definition: SubscriptionDefinition) throws(NGSILDError) {
        if definition["temporalQ"] != nil {
            // Table 5.2.12-1: "to be used only in Context Registration Subscriptions".
            throw .badRequestData(
                "\"temporalQ\" belongs to subscriptions to context source registrations; leave it out, or use \"q\" with observedAt"
            )
        }
    }

    /// Refuses the name of a member that is none of a subscription and looks like one that is.
    static func checkSpelling(_ name: String) throws(NGSILDError) {
        let isInner = name.hasPrefix(prefix)
        let written = isInner ? String(name.dropFirst(prefix.count)) : name
        let known = isInner ? ofNotification : ofSubscription
        let limit = written.utf8.count > 5 ? 2 : 1
        guard written.utf8.count <= 40,
            let meant = known.sorted().first(where: { distance(written.lowercased(), $0.lowercased()) <= limit })
        else { return }
        throw .badRequestData("A subscription has no member \"\(name)\"; \"\(meant)\" is probably meant")
    }

    /// How many letters are to be changed, put in or taken out to make one text of the other (Levenshtein).
    static func distance(_ one: String, _ two: String) -> Int {
        let (one, two) = (Array(one.utf8), Array(two.utf8))
        var row = Array(0...two.count)
        for (line, letter) in one.enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for (column, other) in two.enumerated() {
                let changed = diagonal + (letter == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(changed, row[column] + 1, row[column + 1] + 1)
            }
        }
        return row[two.count]
    }
}
