/// What a policy can let callers do.
///
/// - Source: the names of CIM 009 table 4.20-1, and Parvis's own behind them.
public enum AccessOperation: Int, Sendable, CaseIterable, Hashable {
    case createEntity, updateEntity, appendAttrs, updateAttrs, deleteAttrs, deleteEntity
    case createBatch, upsertBatch, updateBatch, deleteBatch, mergeBatch
    case mergeEntity, replaceEntity, replaceAttrs, purgeEntity
    case upsertTemporal, appendAttrsTemporal, deleteAttrsTemporal, updateAttrInstanceTemporal
    case deleteAttrInstanceTemporal, deleteTemporal
    case retrieveEntity, queryEntity, queryBatch, retrieveTemporal, queryTemporal
    case retrieveEntityTypes, retrieveEntityTypeDetails, retrieveEntityTypeInfo
    case retrieveAttrTypes, retrieveAttrTypeDetails, retrieveAttrTypeInfo
    case createSubscription, updateSubscription, retrieveSubscription, querySubscription, deleteSubscription
    case retrieveEntityMap, updateEntityMap, deleteEntityMap, createEntityMapQueryEntity
    case createEntityMapQueryTemporal
    case retrieveContextSourceIdentity

    /// The live stream of changes at `/console/stream`.
    case followChanges
    /// Contexts that the broker hosts: adding and deleting them, and reading them.
    case provideContext, retrieveContext
    /// Snapshots: creating, cloning, changing, deleting and purging them, and reading what they are.
    case provideSnapshot, retrieveSnapshot
    /// Alert rules at `/admin/rules`, and waiting notifications and dead letters at `/admin/notifications`.
    case manageRules, manageNotifications
    /// Everything below `/admin`, and the figures for operators.
    case administer

    /// The group names that `operations` of a policy may use.
    ///
    /// - Source: CIM 009 table 4.20-2; `temporalOps`, `writeOps`, `subscribe` and `everything` are Parvis's own.
    public static let groups: [String: Set<AccessOperation>] = [
        "retrieveOps": [.retrieveEntity, .queryEntity],
        "updateOps": [.updateEntity, .updateAttrs, .replaceEntity, .replaceAttrs],
        "associationOps": association,
        "federationOps": association.union([
            .retrieveEntityMap, .updateEntityMap, .deleteEntityMap, .createEntityMapQueryEntity,
        ]),
        "redirectionOps": discovery.union([
            .createEntity, .updateEntity, .appendAttrs, .updateAttrs, .deleteAttrs, .deleteEntity, .mergeEntity,
            .replaceEntity, .replaceAttrs, .retrieveEntity, .queryEntity, .purgeEntity, .retrieveEntityMap,
            .updateEntityMap, .deleteEntityMap, .createEntityMapQueryEntity, .retrieveContextSourceIdentity,
        ]),
        "temporalOps": [.retrieveTemporal, .queryTemporal],
        "writeOps": writing,
        "subscribe": subscribing,
        "readOps": reading,
        "everything": Set(allCases),
    ]

    private static let discovery: Set<AccessOperation> = [
        .retrieveEntityTypes, .retrieveEntityTypeDetails, .retrieveEntityTypeInfo, .retrieveAttrTypes,
        .retrieveAttrTypeDetails, .retrieveAttrTypeInfo,
    ]
    private static let subscribing: Set<AccessOperation> = [
        .createSubscription, .updateSubscription, .retrieveSubscription, .querySubscription, .deleteSubscription,
    ]
    private static let association: Set<AccessOperation> = discovery.union(subscribing).union([
        .retrieveEntity, .queryEntity, .queryBatch, .retrieveContextSourceIdentity,
    ])
    private static let reading: Set<AccessOperation> = discovery.union([
        .retrieveEntity, .queryEntity, .queryBatch, .retrieveTemporal, .queryTemporal, .followChanges,
        .retrieveContext, .retrieveContextSourceIdentity,
    ])
    private static let writing: Set<AccessOperation> = [
        .createEntity, .updateEntity, .appendAttrs, .updateAttrs, .deleteAttrs, .deleteEntity, .createBatch,
        .upsertBatch, .updateBatch, .deleteBatch, .mergeBatch, .mergeEntity, .replaceEntity, .replaceAttrs,
        .purgeEntity,
    ]

    /// The operations that a name of an operation or group stands for; `nil` for a name that is neither.
    public static func named(_ name: String) -> Set<AccessOperation>? {
        if let one = byName[name] { return [one] }
        return groups[name]
    }

    /// Its name in policies.
    public var name: String { Self.names[rawValue] }

    private static let names = allCases.map { "\($0)" }
    private static let byName = Dictionary(uniqueKeysWithValues: zip(names, allCases))
}
