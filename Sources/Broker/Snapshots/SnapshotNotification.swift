import JSONTree
import NGSILDModel
import NGSILDOperations

/// What the endpoint of a snapshot is told of its status.
///
/// - Source: CIM 009 clauses 5.3.4, 5.16.6.
enum SnapshotNotification {
    static func body(_ snapshot: Snapshot, at time: Timestamp) -> [UInt8] {
        var writer = ByteWriter(capacity: 512)
        writer.append("{\"id\":")
        writer.append(jsonString: RandomURN.make("SnapshotNotification"))
        writer.append(",\"type\":\"SnapshotNotification\",\"snapshotId\":")
        writer.append(jsonString: snapshot.id)
        writer.append(",\"notifiedAt\":")
        time.append(quotedTo: &writer)
        writer.append(",\"expiresAt\":")
        snapshot.expiresAt.append(quotedTo: &writer)
        writer.append(",\"snapshotPriority\":")
        writer.append(integer: snapshot.priority)
        writer.append(",\"snapshotStatus\":")
        writer.append(jsonString: snapshot.status.rawValue)
        snapshot.appendDetails(to: &writer)
        writer.append("}")
        return writer.array()
    }

    static func headers(_ snapshot: Snapshot, tenant: String) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = [
            ("Content-Type", "application/json"), ("NGSILD-Snapshot", snapshot.id),
        ]
        if !tenant.isEmpty { headers.append(("NGSILD-Tenant", tenant)) }
        return headers + snapshot.receiverInfo
    }
}
