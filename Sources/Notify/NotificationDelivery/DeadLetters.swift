import JSONTree
import NGSILDModel
import NGSILDOperations
import Synchronization

/// The notifications that were given up, kept until somebody replays or drops them. What they hold is in the store only.
///
/// Documents: one of `indexKind` for each subscription lists its letters; each letter's body, an `OutboxRow`, is a
/// document of a kind of its subscription.
///
/// Invariants:
/// 1. `letters` is what the store will hold once `pending` is written.
/// 2. A subscription has at most as many letters as are allowed; one more drops the oldest.
final class DeadLetters: Sendable {
    typealias Owner = OutboxRow.Recipient

    struct Letter: Hashable, Sendable {
        let id: String
        let at: Timestamp
        var reason: String
        /// Bytes that are kept.
        let length: Int
        var isReplayed = false
    }

    private struct Place: Hashable {
        let owner: Owner
        let id: String
    }

    private struct State {
        var letters: [Owner: [Letter]] = [:]
        var pending: [Place: [UInt8]?] = [:]
        var changed: Set<Owner> = []
        var dropped = 0
    }

    static let indexKind = "deadLetters"
    static func kind(_ owner: Owner) -> String { "deadLetter " + owner.id }

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) { self.limit = max(1, limit) }

    /// Takes in what the store lists.
    func load(_ documents: [(tenant: String, key: String, body: [UInt8])]) {
        state.withLock { state in
            for document in documents {
                let letters = DeadLetters.decode(document.body)
                if !letters.isEmpty { state.letters[Owner(tenant: document.tenant, id: document.key)] = letters }
            }
        }
    }

    /// - Returns: how many older ones were dropped for it.
    @discardableResult
    func add(_ letter: Letter, _ body: [UInt8], of owner: Owner) -> Int {
        state.withLock { state in
            state.letters[owner, default: []].append(letter)
            state.pending[Place(owner: owner, id: letter.id)] = .some(body)
            state.changed.insert(owner)
            let surplus = (state.letters[owner]?.count ?? 0) - limit
            guard surplus > 0 else { return 0 }
            for old in state.letters[owner]?.prefix(surplus) ?? [] {
                state.pending[Place(owner: owner, id: old.id)] = .some(nil)
            }
            state.letters[owner]?.removeFirst(surplus)
            state.dropped += surplus
            return surplus
        }
    }

    func update(_ id: String, of owner: Owner, _ change: (inout Letter) -> Void) {
        state.withLock { state in
            guard let index = state.letters[owner]?.firstIndex(where: { $0.id == id }) else { return }
            if var letter = state.letters[owner]?[index] {
                change(&letter)
                state.letters[owner]?[index] = letter
            }
            state.changed.insert(owner)
        }
    }

    /// - Returns: whether it was there.
    @discardableResult
    func remove(_ id: String, of owner: Owner) -> Bool {
        state.withLock { state in
            guard let index = state.letters[owner]?.firstIndex(where: { $0.id == id }) else { return false }
            state.letters[owner]?.remove(at: index)
            if state.letters[owner]?.isEmpty == true { state.letters[owner] = nil }
            state.pending[Place(owner: owner, id: id)] = .some(nil)
            state.changed.insert(owner)
            return true
        }
    }

    func letters(of owner: Owner) -> [Letter] { state.withLock { $0.letters[owner] ?? [] } }
    var count: Int { state.withLock { $0.letters.values.reduce(0) { $0 + $1.count } } }
    /// Letters that were dropped for newer ones.
    var dropped: Int { state.withLock { $0.dropped } }

    /// What has to be written for the store to hold what is here.
    func takeChanges() -> [DocumentUpdate] {
        state.withLock { state in
            if state.changed.isEmpty { return [] }
            var updates: [DocumentUpdate] = []
            for (place, body) in state.pending {
                updates.append(
                    DocumentUpdate(
                        kind: DeadLetters.kind(place.owner), tenant: place.owner.tenant, key: place.id, body: body))
            }
            for owner in state.changed {
                updates.append(
                    DocumentUpdate(
                        kind: DeadLetters.indexKind, tenant: owner.tenant, key: owner.id,
                        body: state.letters[owner].map(DeadLetters.encode)))
            }
            state.pending = [:]
            state.changed = []
            return updates
        }
    }

    /// Takes back changes that could not be written; newer ones of the same letters win.
    func putBack(_ updates: [DocumentUpdate]) {
        state.withLock { state in
            for update in updates {
                if update.kind == DeadLetters.indexKind {
                    state.changed.insert(Owner(tenant: update.tenant, id: update.key))
                } else {
                    let owner = Owner(tenant: update.tenant, id: String(update.kind.dropFirst("deadLetter ".count)))
                    let place = Place(owner: owner, id: update.key)
                    if state.pending[place] == nil { state.pending[place] = .some(update.body) }
                }
            }
        }
    }

    /// Forgets the letters of a subscription or, without an id, of a tenant that is gone with its documents.
    func forget(tenant: String) {
        state.withLock { state in
            state.letters = state.letters.filter { $0.key.tenant != tenant }
            state.pending = state.pending.filter { $0.key.owner.tenant != tenant }
            state.changed = state.changed.filter { $0.tenant != tenant }
        }
    }

    func removeAll(of owner: Owner) { for letter in letters(of: owner) { remove(letter.id, of: owner) } }

    private static func encode(_ letters: [Letter]) -> [UInt8] {
        var writer = ByteWriter()
        writer.append("{\"letters\":[")
        for (offset, letter) in letters.enumerated() {
            if offset > 0 { writer.append(UInt8(ascii: ",")) }
            writer.append("{\"id\":")
            writer.append(jsonString: letter.id)
            writer.append(",\"at\":")
            letter.at.append(quotedTo: &writer)
            writer.append(",\"reason\":")
            writer.append(jsonString: letter.reason)
            writer.append(",\"length\":")
            writer.append(integer: letter.length)
            writer.append(UInt8(ascii: "}"))
        }
        writer.append("]}")
        return writer.array()
    }

    private static func decode(_ body: [UInt8]) -> [Letter] {
        guard let json = try? JSONDocument(parsing: body), let list = json.member(json.root, "letters") else {
            return []
        }
        var letters: [Letter] = []
        for element in json.elements(list) {
            guard let id = json.member(element, "id").flatMap({ json.string($0) }),
                let at = json.member(element, "at").flatMap({ json.string($0) }).flatMap({ Timestamp($0) }),
                let reason = json.member(element, "reason").flatMap({ json.string($0) })
            else { continue }
            letters.append(
                Letter(
                    id: id, at: at, reason: reason,
                    length: json.member(element, "length").flatMap { json.integer($0) } ?? 0))
        }
        return letters
    }
}
