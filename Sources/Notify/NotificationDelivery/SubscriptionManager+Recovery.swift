import NGSILDOperations

extension SubscriptionManager {
    private static let pageLimit = 256

    /// Reads the outbox from its beginning and queues, by their numbers, the rows that were not told.
    func recover() throws {
        let tenants = state.withLock { $0.tenants }
        var after: UInt64 = 0
        while true {
            let page = try documents.outbox(after: after, limit: SubscriptionManager.pageLimit)
            for entry in page { recover(entry, tenants) }
            guard page.count == SubscriptionManager.pageLimit, let last = page.last else { break }
            after = last.sequence
        }
        for tenant in tenants.values {
            for queue in tenant.queues.values { queue.listing()?.list(queue) }
        }
        delivery.noteProgress()
    }

    private func recover(_ entry: OutboxEntry, _ tenants: [String: TenantSubscriptions]) {
        guard let row = OutboxRow(entry.body, sequence: entry.sequence) else {
            logger.error(
                "a row of the outbox cannot be read; what it has to tell is lost",
                metadata: ["row": "\(entry.sequence)"])
            return delivery.ledger.add(entry.sequence, recipients: 0, length: 0)
        }
        var queues: [SubscriptionQueue] = []
        for recipient in row.recipients {
            guard let tenant = tenants[recipient.tenant], let subscription = tenant.byID[recipient.id],
                let queue = tenant.queues[recipient.id], entry.sequence > subscription.stored.since,
                entry.sequence > subscription.record.values.deliveredThrough
            else { continue }
            queues.append(queue)
        }
        delivery.ledger.add(entry.sequence, recipients: queues.count, length: entry.body.count)
        for queue in queues { queue.spill(entry.sequence) }
    }
}
