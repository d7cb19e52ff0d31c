import MQTTClient
import NGSILDModel

/// Makes entities of a batch of messages, writes them, and counts.
struct IngestBatch {
    let reader: MessageReader
    let writer: EntityWriter
    let counts: IngestCounts

    /// An entity and the message that it is from.
    private struct Item {
        let draft: EntityDraft
        let message: Int
        let rule: Int
    }

    /// What became of entities.
    private struct Written {
        /// How many were kept, by rule.
        var kept: [Int: Int] = [:]
        var refusals: [(message: Int, rule: Int, reason: String)] = []
    }

    /// - Returns: `nil` when all is kept or refused for good; else why nothing can be kept now.
    func take(_ messages: [MQTTIncoming]) -> String? {
        let now = Timestamp.now()
        var items: [Item] = []
        var written = Written()
        var readings: [(rule: Int, message: Int, reading: MessageReading)] = []
        var unmatched: [Int] = []
        for (index, message) in messages.enumerated() {
            guard let (rule, captures) = reader.rule(for: message.topic) else {
                unmatched.append(index)
                continue
            }
            let tenant = reader.rules[rule].rule.tenant
            let constants = constants(of: rule)
            var reading = reader.read(message, by: rule, captures, arrival: now) { id in
                writer.has(constants, id: id, tenant: tenant)
            }
            for entity in reading.entities { items.append(Item(draft: entity.draft, message: index, rule: rule)) }
            reading.entities = []
            readings.append((rule, index, reading))
            // A message may become a thousand entities: what there is goes before there is more.
            guard items.count >= EntityWriter.batchLimit else { continue }
            if let problem = write(items, &written) { return problem }
            items = []
        }
        if let problem = write(items, &written) { return problem }

        // Only now, since the same messages come again when they cannot be kept.
        for index in unmatched { counts.came(nil, bytes: messages[index].payload.count, at: now) }
        for (rule, index, reading) in readings {
            let message = messages[index]
            counts.came(rule, bytes: message.payload.count, at: now)
            for reason in reading.refusals {
                counts.refused(rule, isWhole: true, reason, topic: message.topic, payload: message.payload, at: now)
            }
            for reason in reading.leftOut {
                counts.refused(rule, isWhole: false, reason, topic: message.topic, payload: message.payload, at: now)
            }
        }
        for (index, rule, reason) in written.refusals {
            let message = messages[index]
            counts.refused(rule, isWhole: true, reason, topic: message.topic, payload: message.payload, at: now)
        }
        for (rule, count) in written.kept { counts.kept(rule, entities: max(0, count)) }
        return nil
    }

    private func constants(of rule: Int) -> [TermID] {
        guard case .records(let mapping) = reader.rules[rule].rule.payload else { return [] }
        return mapping.constants.compactMap { try? reader.rules[rule].terms.term($0.name) }
    }

    /// Writes in the order of the messages, as many together as have one tenant.
    private func write(_ items: [Item], _ written: inout Written) -> String? {
        var start = 0
        while start < items.count {
            let tenant = reader.rules[items[start].rule].rule.tenant
            var end = start + 1
            while end < items.count, end - start < EntityWriter.batchLimit,
                reader.rules[items[end].rule].rule.tenant == tenant
            {
                end += 1
            }
            let part = items[start..<end]
            switch writer.upsert(part.map(\.draft), tenant: tenant) {
            case .unavailable(let reason): return reason
            case .kept(let refused):
                for item in part { written.kept[item.rule, default: 0] += 1 }
                for (id, reason) in refused {
                    guard let item = part.first(where: { $0.draft.id == id }) ?? part.first else { continue }
                    written.refusals.append((item.message, item.rule, reason))
                    written.kept[item.rule, default: 0] -= 1
                }
            }
            start = end
        }
        return nil
    }
}
