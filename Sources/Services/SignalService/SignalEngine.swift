import NGSILDModel
import NGSILDOperations
import ServiceRuntime
import SignalRoadside
import Synchronization

/// The statistics as they were after the last step, for whoever must not wait.
final class PublishedStatistics: Sendable {
    private let value = Mutex(SignalServiceStatistics())
    func set(_ statistics: SignalServiceStatistics) { value.withLock { $0 = statistics } }
    var newest: SignalServiceStatistics { value.withLock { $0 } }
}

/// An entity of a tenant.
struct SignalKey: Hashable, Sendable {
    var tenant: String
    var id: String
}

/// The worker of the service: takes changes in, decides, and writes.
///
/// Steps never overlap. Invariants:
/// 1. `members` has each followed entity that refers to an intersection, and that intersection's `Site` has its id.
/// 2. `detectors` has, for each site with a configuration, the detectors that it names, and no others.
actor SignalEngine {
    let operations: ServiceOperations
    let configuration: SignalServiceConfiguration
    var vocabulary: SignalVocabulary
    private let inbox: ChangeInbox
    private let published: PublishedStatistics
    var statistics = SignalServiceStatistics()

    /// Intersections, those included whose own entity is not there yet.
    var sites: [SignalKey: Site] = [:]
    var members: [SignalKey: (kind: SignalEntity, site: SignalKey)] = [:]
    var detectors: [SignalKey: [(site: SignalKey, place: Int)]] = [:]
    /// Sites whose configuration has changed, and those of which something new is known.
    var changed: Set<SignalKey> = []
    var touched: Set<SignalKey> = []
    private var hasRead = false
    private var toldOfLimit = false
    private let turn = Turn()

    init(
        _ operations: ServiceOperations, _ configuration: SignalServiceConfiguration, _ inbox: ChangeInbox,
        _ published: PublishedStatistics
    ) {
        self.published = published
        self.operations = operations
        self.configuration = configuration
        self.inbox = inbox
        vocabulary = SignalVocabulary(registry: operations.registry)
    }

    /// Works off what waits.
    func workOff() async {
        await turn.run { await step() }
    }

    private func step() async {
        let (changes, isBehind) = inbox.take()
        if isBehind { statistics.timesBehind += 1 }
        if isBehind || !hasRead {
            hasRead = true
            await readEverything()
        } else {
            for change in changes { take(change) }
        }
        guard !changed.isEmpty || !touched.isEmpty else { return }
        let clock = ContinuousClock()
        let start = clock.now
        var drafts: [String: [BatchMember]] = [:]
        for key in changed.sorted(by: Self.isOrdered) {
            rebuild(key, &drafts)
            await Task.yield()
        }
        changed = []
        let deciding = clock.now
        let keys = touched.sorted(by: Self.isOrdered)
        touched = []
        for (place, key) in keys.enumerated() {
            decide(key, &drafts)
            // Others get their turn on this thread.
            if place % 16 == 15 { await Task.yield() }
        }
        statistics.decidingMicroseconds = (clock.now - deciding).microseconds
        await write(drafts)
        let took = (clock.now - start).microseconds
        statistics.lastMicroseconds = took
        statistics.mostMicroseconds = max(statistics.mostMicroseconds, took)
        statistics.sumMicroseconds += took
        published.set(statistics)
    }

    private static func isOrdered(_ one: SignalKey, _ other: SignalKey) -> Bool {
        (one.tenant, one.id) < (other.tenant, other.id)
    }

    // MARK: - Taking in

    private func take(_ change: EntityChange) {
        guard let entity = change.after ?? change.before, let kind = vocabulary.kind(entity.types) else { return }
        let key = SignalKey(tenant: change.tenant, id: change.id)
        if kind == .detector {
            guard let after = change.after, let uses = detectors[key] else { return }
            takeReadings(AttributeReading(after, &vocabulary), uses)
            return
        }
        guard let after = change.after else {
            forget(key, kind)
            return
        }
        let live = kind.liveAttributes
        let isConfiguration =
            change.before == nil || change.attributes.contains { !live.contains(vocabulary.name($0.name)) }
            || change.attributes.isEmpty
        if isConfiguration {
            place(key, kind, after)
        } else if kind == .group, let member = members[key] {
            takeState(of: key, AttributeReading(after, &vocabulary), member.site)
        }
    }

    /// Notes where an entity belongs.
    func place(_ key: SignalKey, _ kind: SignalEntity, _ entity: EntityRecord) {
        if kind == .intersection {
            guard let site = site(key) else { return }
            site.isPresent = true
            changed.insert(key)
            return
        }
        guard kind != .detector else { return }
        let reading = AttributeReading(entity, &vocabulary)
        let owner = reading.objects("refSignalizedIntersection").first.map { SignalKey(tenant: key.tenant, id: $0) }
        if let former = members[key], former.site != owner {
            sites[former.site]?.members.remove(key.id)
            changed.insert(former.site)
            members[key] = nil
        }
        guard let owner else { return }
        if members[key] == nil, members.count >= configuration.memberLimit {
            tellOfLimit("There are more than \(configuration.memberLimit) groups, phases, plans and lanes of signals")
            return
        }
        guard let site = site(owner) else { return }
        members[key] = (kind, owner)
        site.members.insert(key.id)
        changed.insert(owner)
    }

    private func site(_ key: SignalKey) -> Site? {
        if let site = sites[key] { return site }
        guard sites.count < configuration.intersectionLimit else {
            tellOfLimit(
                "There are more than \(configuration.intersectionLimit) intersections; \(key.id) and others keep their plan"
            )
            return nil
        }
        let site = Site()
        sites[key] = site
        return site
    }

    private func tellOfLimit(_ sentence: String) {
        guard !toldOfLimit else { return }
        toldOfLimit = true
        configuration.onProblem(sentence)
    }

    private func forget(_ key: SignalKey, _ kind: SignalEntity) {
        if kind == .intersection {
            sites[key]?.isPresent = false
            changed.insert(key)
        } else if let member = members.removeValue(forKey: key) {
            sites[member.site]?.members.remove(key.id)
            changed.insert(member.site)
        }
    }

    // MARK: - Writing

    /// Writes what has to be written, each tenant's in as few batches as it takes.
    private func write(_ drafts: [String: [BatchMember]]) async {
        for (tenant, members) in drafts where !members.isEmpty {
            for start in stride(from: 0, to: members.count, by: 1_000) {
                let part = Array(members[start..<min(start + 1_000, members.count)])
                // An update creates nothing: an intersection that was deleted meanwhile stays deleted.
                switch await operations.submit(.batchUpdate(part, overwrite: true), tenant: tenant) {
                case .failure(.nonexistentTenant): forgetTenant(tenant)
                case .failure(let error):
                    configuration.onProblem("What signals are asked for could not be written: \(error.detail)")
                case .batch(let outcome):
                    if let error = outcome.errors.first(where: { !Self.isGone($0.error) }) {
                        configuration.onProblem("\(error.entityID ?? "?") was refused: \(error.error.detail)")
                    }
                default: break
                }
            }
        }
    }

    private static func isGone(_ error: NGSILDError) -> Bool {
        if case .resourceNotFound = error { true } else { false }
    }

    private func forgetTenant(_ tenant: String) {
        sites = sites.filter { $0.key.tenant != tenant }
        members = members.filter { $0.key.tenant != tenant }
        detectors = detectors.filter { $0.key.tenant != tenant }
        count()
    }

    func count() {
        statistics.intersections = sites.values.count { $0.isPresent }
        statistics.faulty = sites.values.count { $0.isPresent && $0.configuration == nil }
    }
}

/// What the engine knows of one intersection.
final class Site {
    /// Whether its own entity is there.
    var isPresent = false
    /// The ids of its groups, phases, plans and lanes.
    var members: Set<String> = []
    var configuration: SiteConfiguration?
    var controller: SiteController?
    /// What was written last: the phase and reason of a decision, and when; the queues; the fault.
    var written: (phase: Int, reason: String, at: Timestamp)?
    var writtenQueues: [Double] = []
    var writtenFault: String?
}

extension Duration {
    fileprivate var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
