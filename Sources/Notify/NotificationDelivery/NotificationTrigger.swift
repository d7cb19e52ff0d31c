/// The kinds of changes that make a notification.
///
/// - Source: CIM 009 clause 5.2.12, member notificationTrigger.
struct NotificationTrigger: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    static let entityCreated = NotificationTrigger(rawValue: 1)
    static let entityDeleted = NotificationTrigger(rawValue: 2)
    static let attributeCreated = NotificationTrigger(rawValue: 4)
    static let attributeUpdated = NotificationTrigger(rawValue: 8)
    static let attributeDeleted = NotificationTrigger(rawValue: 16)
    static let entityUpdated: NotificationTrigger = [.attributeCreated, .attributeUpdated, .attributeDeleted]
    /// What holds when a subscription names none.
    static let standard: NotificationTrigger = [.attributeCreated, .attributeUpdated]

    static let names: [(name: String, trigger: NotificationTrigger)] = [
        ("entityCreated", .entityCreated), ("entityUpdated", .entityUpdated), ("entityDeleted", .entityDeleted),
        ("attributeCreated", .attributeCreated), ("attributeUpdated", .attributeUpdated),
        ("attributeDeleted", .attributeDeleted),
    ]

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init?(named name: String) {
        guard let found = NotificationTrigger.names.first(where: { $0.name == name }) else { return nil }
        self = found.trigger
    }
}
