import AlertRules
import NGSILDModel
import NGSILDOperations
import NGSILDQuery
import ServiceRuntime
import Synchronization

/// Runs rules over the history, to tell when they would have fired.
///
/// Which entities a rule selects is asked of how they are now; what they said, of their history.
final class RuleTrials: Sendable {
    /// Tests under way; more are refused.
    private static let testLimit = 2
    private static let entityLimit = 2_000
    private static let firingLimit = 1_000
    /// What is done without looking at the time and letting others go on: a schedule may change a hundred times a day.
    private static let (sliceSeconds, sliceValues) = (86_400.0, 1_024)
    /// Days without an answer to the question, and at most.
    private static let (defaultDays, mostDays) = (7.0, 366.0)
    /// Seconds before the beginning that decide what stands there.
    private static let leadSeconds = 86_400.0

    private let operations: ServiceOperations
    private let clock: @Sendable () -> Timestamp
    private let timeLimit: Duration
    private let valueLimit: Int
    private let underWay = Mutex(0)

    /// - Parameters:
    ///   - timeLimit: After which a test answers with what it has.
    ///   - valueLimit: Values that are read for a test.
    init(
        _ operations: ServiceOperations, clock: @escaping @Sendable () -> Timestamp,
        timeLimit: Duration = .seconds(30), valueLimit: Int = 2_000_000
    ) {
        self.operations = operations
        self.clock = clock
        self.timeLimit = timeLimit
        self.valueLimit = valueLimit
    }

    func run(
        _ rule: AlertRule, tenant: String, from: Timestamp?, to: Timestamp?
    ) async throws(NGSILDError) -> RuleTestReport {
        guard let temporal = operations.temporal else {
            throw .operationNotSupported(
                "No history is kept here, so rules cannot be tested; start without --no-history")
        }
        let now = clock()
        let end = min(to ?? now, now)
        let start = from ?? end.adding(seconds: -Self.defaultDays * 86_400)
        guard start < end else { throw .badRequestData("\"from\" is before \"to\", and in the past") }
        guard end.adding(seconds: -Self.mostDays * 86_400) <= start else {
            throw .badRequestData("\"from\" and \"to\" are at most \(Int(Self.mostDays)) days apart")
        }
        let query: EntityQuery
        do throws(RuleError) {
            query = try rule.condition.selection.entityQuery(
                TermContext(context: .core, registry: operations.registry), lifetime: .once)
        } catch { throw .badRequestData(error.description) }
        let isFree = underWay.withLock { count in
            guard count < Self.testLimit else { return false }
            count += 1
            return true
        }
        guard isFree else { throw .overloaded("\(Self.testLimit) tests of rules are under way; try again in a moment") }
        defer { underWay.withLock { $0 -= 1 } }
        return try await run(rule.condition, query, EntityHistory(temporal), tenant: tenant, from: start, to: end)
    }

    private func run(
        _ condition: RuleCondition, _ query: EntityQuery, _ history: EntityHistory, tenant: String, from: Timestamp,
        to: Timestamp
    ) async throws(NGSILDError) -> RuleTestReport {
        var report = RuleTestReport(from: from, to: to)
        var vocabulary = RuleVocabulary(registry: operations.registry)
        let deadline = ContinuousClock.now + timeLimit
        var pages = EntityPages(
            condition.selection.types, query, of: tenant, operations.consumption, &vocabulary)
        while let page = pages.next() {
            for entity in page {
                guard report.entities < Self.entityLimit, report.values < valueLimit,
                    report.firings.count < Self.firingLimit, ContinuousClock.now < deadline, !Task.isCancelled
                else {
                    report.isTruncated = true
                    return Self.sorted(report)
                }
                report.entities += 1
                try await test(entity, condition, history, &vocabulary, tenant: tenant, until: deadline, &report)
            }
        }
        if let failure = pages.failure { throw failure }
        return Self.sorted(report)
    }

    private static func sorted(_ report: RuleTestReport) -> RuleTestReport {
        var report = report
        report.firings.sort { ($0.from, $0.entity) < ($1.from, $1.entity) }
        if report.firings.count > firingLimit {
            report.firings.removeLast(report.firings.count - firingLimit)
            report.isTruncated = true
        }
        return report
    }

    private func test(
        _ entity: EntityRecord, _ condition: RuleCondition, _ history: EntityHistory,
        _ vocabulary: inout RuleVocabulary, tenant: String, until deadline: ContinuousClock.Instant,
        _ report: inout RuleTestReport
    ) async throws(NGSILDError) {
        var names: Set<TermID> = []
        for name in entity.attributes.names {
            var isAsked = condition.hearsEverything
            for attribute in condition.attributes where vocabulary.matches(name, attribute.name) { isAsked = true }
            if isAsked { names.insert(name) }
        }
        let start = report.from.adding(seconds: -Self.leadSeconds - condition.holdSeconds)
        let known = start.adding(seconds: -max(condition.windowSeconds, condition.silenceSeconds))
        var found: [RuleObservation] = []
        var end = report.to
        if !names.isEmpty {
            let read = try await history.observations(
                condition, of: entity.id, names, tenant: tenant, from: known, to: report.to,
                limit: valueLimit - report.values, &vocabulary)
            found = read.observations
            report.values += read.count
            if let reached = read.reached {
                report.isTruncated = true
                end = min(end, reached)
            }
        }
        // A value that stands since before is known from the entity.
        found = Self.standing(entity, condition, &vocabulary, before: found.first?.time ?? report.to) + found
        let born = entity.createdAt.isSet ? entity.createdAt : known
        // Values may be older than their entity, where they were brought in.
        let watched = max(start, min(born, found.first?.time ?? born))
        var replay = RuleReplay(condition, start: watched, heard: max(known, min(born, watched)))
        let isWhole = await Self.run(&replay, over: found, to: end, until: deadline)
        if !isWhole { report.isTruncated = true }
        let name = vocabulary.placeName(of: entity)
        for firing in replay.finish(at: isWhole ? end : replay.clock, from: report.from) {
            report.firings.append(
                .init(entity: entity.id, name: name, from: firing.from, to: firing.to, peak: firing.peak))
        }
    }

    /// - Returns: `false` where the time for it was over before.
    private static func run(
        _ replay: inout RuleReplay, over found: [RuleObservation], to end: Timestamp,
        until deadline: ContinuousClock.Instant
    ) async -> Bool {
        func goesOn() async -> Bool {
            await Task.yield()
            return ContinuousClock.now < deadline && !Task.isCancelled
        }
        for (place, observation) in found.enumerated() where observation.time <= end {
            if place % sliceValues == sliceValues - 1, await !goesOn() { return false }
            guard await pass(&replay, to: observation.time, goesOn) else { return false }
            replay.take(observation)
        }
        return await pass(&replay, to: end, goesOn)
    }

    private static func pass(
        _ replay: inout RuleReplay, to time: Timestamp, _ goesOn: () async -> Bool
    ) async -> Bool {
        while replay.clock.adding(seconds: sliceSeconds) < time {
            replay.pass(to: replay.clock.adding(seconds: sliceSeconds))
            if await !goesOn() { return false }
        }
        return true
    }

    private static func standing(
        _ entity: EntityRecord, _ condition: RuleCondition, _ vocabulary: inout RuleVocabulary, before time: Timestamp
    ) -> [RuleObservation] {
        var found: [RuleObservation] = []
        for (place, attribute) in condition.attributes.enumerated() {
            guard let root = vocabulary.root(named: attribute.name, in: entity.attributes) else { continue }
            let said = entity.attributes.nodes[root].historyTime
            guard said < time, said.isSet else { continue }
            found.append(
                RuleObservation(time: said, values: [(place, vocabulary.value(attribute, entity.attributes, root))]))
        }
        return found.sorted { $0.time < $1.time }
    }
}
