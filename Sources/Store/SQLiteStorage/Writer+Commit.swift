import BrokerStorage
import GRDBSQLite
import NGSILDModel

extension Writer {
    /// Applies a commit in one transaction.
    func apply(_ commit: Commit) throws(StorageError) -> CommitOutcome {
        let pending = terms.pending()
        if commit.isEmpty, pending.iris.isEmpty { return .committed(firstSequence: lastSequence + 1, numbers: []) }

        var tenants = tenants
        var numbers: [Int64] = []
        var conflicts: [Int] = []
        let done: Void? = try transaction { () throws(StorageError) -> Void? in
            try writeTerms(pending.iris, after: pending.after)
            try remove(tenants: commit.removedTenants, from: &tenants)
            for name in commit.createdTenants { _ = try number(ofTenant: name, in: &tenants) }
            try writeEntities(commit, tenants: &tenants, numbers: &numbers, conflicts: &conflicts)
            if !conflicts.isEmpty { return nil }
            try writeOutbox(commit)
            try writeDocuments(commit.documents, tenants: &tenants)
            try writeHistory(commit.history, tenants: &tenants)
            return ()
        }
        guard done != nil else { return .conflicts(conflicts) }

        let first = lastSequence + 1
        lastSequence += UInt64(numbers.count)
        self.tenants = tenants
        terms.markDurable(through: pending.after + pending.iris.count)
        return .committed(firstSequence: first, numbers: numbers)
    }

    private func writeTerms(_ iris: ArraySlice<String>, after: Int) throws(StorageError) {
        for (offset, iri) in iris.enumerated() {
            statements.insertTerm.bind(Int64(after + offset + 1), at: 1)
            try statements.insertTerm.bind(iri, at: 2)
            try statements.insertTerm.run()
        }
    }

    // MARK: Tenants

    private func number(ofTenant name: String, in tenants: inout [ExactText: Int64]) throws(StorageError) -> Int64 {
        if let known = tenants[ExactText(name)] { return known }
        try statements.insertTenant.bind(name, at: 1)
        try statements.insertTenant.run()
        let number = sqlite3_last_insert_rowid(connection.handle)
        tenants[ExactText(name)] = number
        return number
    }

    private func remove(tenants names: [String], from tenants: inout [ExactText: Int64]) throws(StorageError) {
        for name in names {
            guard let number = tenants.removeValue(forKey: ExactText(name)) else { continue }
            for statement in statements.removeTenant {
                statement.bind(number, at: 1)
                try statement.run()
            }
            // The default tenant is there again at once, under a new number: its old changes are gone too.
            if name.isEmpty { _ = try self.number(ofTenant: name, in: &tenants) }
        }
    }

    // MARK: Entities and changes

    /// Writes the entities and their changes. After a conflict it only looks for further ones.
    private func writeEntities(
        _ commit: Commit, tenants: inout [ExactText: Int64], numbers: inout [Int64], conflicts: inout [Int]
    ) throws(StorageError) {
        let writes = commit.entities
        if writes.isEmpty { return }
        numbers.reserveCapacity(writes.count)
        ChangeRow.begin(&changeBytes)
        var rowStart = 0
        var lastTenant = ""
        var tenant = try number(ofTenant: writes[0].tenant, in: &tenants)
        lastTenant = writes[0].tenant
        for (index, write) in writes.enumerated() {
            if !write.tenant.utf8.elementsEqual(lastTenant.utf8) {
                tenant = try number(ofTenant: write.tenant, in: &tenants)
                lastTenant = write.tenant
            }
            let revision = lastSequence + UInt64(index) + 1
            guard let number = try writeEntity(write, tenant: tenant, revision: revision) else {
                conflicts.append(index)
                continue
            }
            if !conflicts.isEmpty { continue }
            numbers.append(number)
            ChangeRow.append(write, tenant: tenant, number: number, to: &changeBytes)
            if changeBytes.count >= ChangeRow.fullBytes || index == writes.count - 1 {
                statements.insertChange.bind(lastSequence + UInt64(rowStart) + 1, at: 1)
                statements.insertChange.bind(Int64(index + 1 - rowStart), at: 2)
                statements.insertChange.bind(commit.at.microseconds, at: 3)
                try statements.insertChange.run(blob: changeBytes, at: 4)
                ChangeRow.begin(&changeBytes)
                rowStart = index + 1
            }
        }
    }

    /// - Returns: the entity's number; `nil` if it is not as expected.
    private func writeEntity(_ write: EntityWrite, tenant: Int64, revision: UInt64) throws(StorageError) -> Int64? {
        switch write.expectation {
        case .absent:
            guard let body = write.body else {
                throw .failed(reason: "the deletion of \(write.id) states no revision")
            }
            let insert = statements.insertEntity
            insert.bind(revision, at: 1)
            insert.bind(tenant, at: 2)
            try insert.bind(write.id, at: 3)
            insert.bind(revision, at: 4)
            try insert.run(blob: body, at: 5)
            return sqlite3_changes64(connection.handle) == 1 ? Int64(bitPattern: revision) : nil

        case .revision(let expected):
            let find = statements.findEntity
            find.bind(tenant, at: 1)
            try find.bind(write.id, at: 2)
            defer { find.reset() }
            guard try find.step(), find.uint64(1) == expected else { return nil }
            let number = find.int64(0)
            find.reset()
            if let body = write.body {
                statements.updateEntity.bind(number, at: 1)
                statements.updateEntity.bind(revision, at: 2)
                try statements.updateEntity.run(blob: body, at: 3)
            } else {
                statements.deleteEntity.bind(number, at: 1)
                try statements.deleteEntity.run()
            }
            return number
        }
    }

    // MARK: Outbox, documents and history

    private func writeOutbox(_ commit: Commit) throws(StorageError) {
        for range in commit.removedOutbox {
            let remove = statements.removeOutbox
            remove.bind(min(range.lowerBound, UInt64(Int64.max)), at: 1)
            remove.bind(min(range.upperBound, UInt64(Int64.max)), at: 2)
            try remove.run()
        }
        guard let body = commit.outbox else { return }
        guard !commit.entities.isEmpty else {
            throw .failed(reason: "an outbox row without entity writes has no sequence number")
        }
        statements.insertOutbox.bind(lastSequence + 1, at: 1)
        try statements.insertOutbox.run(blob: body, at: 2)
    }

    private func writeDocuments(
        _ writes: [DocumentWrite], tenants: inout [ExactText: Int64]
    ) throws(StorageError) {
        for write in writes {
            if let body = write.body {
                let put = statements.putDocument
                try put.bind(write.kind, at: 1)
                try put.bind(write.key, at: 2)
                put.bind(try number(ofTenant: write.tenant, in: &tenants), at: 3)
                try put.run(blob: body, at: 4)
            } else if let tenant = tenants[ExactText(write.tenant)] {
                let delete = statements.deleteDocument
                try delete.bind(write.kind, at: 1)
                try delete.bind(write.key, at: 2)
                delete.bind(tenant, at: 3)
                try delete.run()
            }
        }
    }

    private func writeHistory(_ chunks: [HistoryChunk], tenants: inout [ExactText: Int64]) throws(StorageError) {
        for chunk in chunks {
            let tenant = try number(ofTenant: chunk.series.tenant, in: &tenants)
            if chunk.count == 0 {
                let delete = statements.deleteChunk
                delete.bind(try number(ofSeries: chunk, tenant: tenant), at: 1)
                delete.bind(chunk.start.microseconds, at: 2)
                try delete.run()
                continue
            }
            let put = statements.putChunk
            put.bind(try number(ofSeries: chunk, tenant: tenant), at: 1)
            put.bind(chunk.start.microseconds, at: 2)
            put.bind(chunk.end.microseconds, at: 3)
            put.bind(Int64(chunk.count), at: 4)
            try put.run(blob: chunk.body, at: 5)
        }
    }

    /// The number of a chunk's series, whose `longest` covers the chunk from then on.
    private func number(ofSeries chunk: HistoryChunk, tenant: Int64) throws(StorageError) -> Int64 {
        let (difference, overflow) = chunk.end.microseconds.subtractingReportingOverflow(chunk.start.microseconds)
        let span = overflow ? Int64.max : max(0, difference)
        let find = statements.findSeries
        find.bind(tenant, at: 1)
        try find.bind(chunk.series.entity, at: 2)
        find.bind(Int64(chunk.series.attribute.number), at: 3)
        try find.bind(chunk.series.dataset, at: 4)
        defer { find.reset() }
        if try find.step() {
            let number = find.int64(0)
            let longest = find.int64(1)
            find.reset()
            if span > longest {
                statements.widenSeries.bind(number, at: 1)
                statements.widenSeries.bind(span, at: 2)
                try statements.widenSeries.run()
            }
            return number
        }
        let insert = statements.insertSeries
        insert.bind(tenant, at: 1)
        try insert.bind(chunk.series.entity, at: 2)
        insert.bind(Int64(chunk.series.attribute.number), at: 3)
        try insert.bind(chunk.series.dataset, at: 4)
        insert.bind(span, at: 5)
        try insert.run()
        return sqlite3_last_insert_rowid(connection.handle)
    }
}
