/// What requests are counted under: the operations of the specification, and what is served beside them.
enum Operation: Int, CaseIterable {
    case createEntity, updateAttributes, appendAttributes, partialAttributeUpdate, deleteAttribute, deleteEntity
    case mergeEntity, replaceEntity, replaceAttribute, purgeEntities
    case batchCreate, batchUpsert, batchUpdate, batchDelete, batchMerge
    case retrieveEntity, queryEntities
    case retrieveEntityTypes, retrieveEntityType, retrieveAttributes, retrieveAttribute
    case upsertTemporal, addTemporal, deleteTemporalAttribute, modifyTemporalInstance, deleteTemporalInstance
    case deleteTemporal, retrieveTemporal, queryTemporal
    case createSubscription, updateSubscription, retrieveSubscription, querySubscriptions, deleteSubscription
    case addContext, listContexts, serveContext, deleteContext
    case createEntityMap, createTemporalEntityMap, retrieveEntityMap, updateEntityMap, deleteEntityMap
    case createSnapshot, cloneSnapshot, retrieveSnapshot, updateSnapshot, deleteSnapshot, purgeSnapshots
    case retrieveSourceIdentity
    case changeStream, notificationStream
    case airMap, airTile
    case entityTiles, entityTileDescription, entityTile
    case publicLayer, publicTile
    case other

    var name: String { "\(self)" }
}
