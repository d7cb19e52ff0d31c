public import JSONLD
import JSONTree
import Synchronization

/// What a name is to be of: an attribute of an entity (or a type), an attribute of an attribute, or something asked for.
public enum NameUse: Sendable { case attribute, subAttribute, question }

/// A resolved @context together with the numbers of the terms that were used under it.
///
/// It answers on the hot path: a name in a request becomes a number, a number becomes the quoted name for an answer.
public final class TermContext: Sendable {
    public let context: ResolvedContext
    public let registry: TermRegistry

    private struct State {
        /// Names of attributes and types that were checked.
        var expansions: [TermKey: UInt32] = [:]
        /// Those of them that were found fit for types of entities.
        var types: [TermKey: UInt32] = [:]
        /// Members of values that may be kept.
        var members: Set<TermKey> = []
        /// Values of the vocabulary, which may be any text.
        var values: [String: UInt32] = [:]
        var names = TermNames(starts: [], lengths: [], bytes: [])
        /// As `names`, for values.
        var valueNames = TermNames(starts: [], lengths: [], bytes: [])
    }

    private let state = Mutex(State())
    private static let expansionLimit = 65_536
    /// How many bytes a member's name may have so that what was found of it is kept.
    private static let keptMemberLength = 128

    public init(context: ResolvedContext, registry: TermRegistry) {
        self.context = context
        self.registry = registry
    }

    /// The number of the IRI that a name of an attribute or type stands for, given now if it is new.
    ///
    /// - Parameter use: what it is to name; what is asked for may have any name.
    /// - Throws: `badRequestData` for a text that may not be such a name (clauses 4.5.1, 4.6.2), for another name of a
    ///   member that is no attribute there, and for one that tells of a person (`PersonalData`).
    public func term(_ name: UnsafeBufferPointer<UInt8>, for use: NameUse = .attribute) throws(NGSILDError) -> TermID {
        let key = TermKey(name)
        if let number = state.withLock({ $0.expansions[key] }) { return TermID(number) }
        return try add(key, String(decoding: name, as: UTF8.self), use)
    }

    /// The number of the IRI that a name of an attribute or type stands for, given now if it is new.
    ///
    /// - Throws: `badRequestData` as `term(_:for:)` does.
    public func term(_ name: String, for use: NameUse = .attribute) throws(NGSILDError) -> TermID {
        var name = name
        let found = name.withUTF8 { buffer in
            let key = TermKey(buffer)
            return (key, state.withLock { $0.expansions[key] })
        }
        if let number = found.1 { return TermID(number) }
        return try add(found.0, name, use)
    }

    /// The number of the IRI that the name of a type of entities stands for, given now if it is new.
    ///
    /// - Throws: `badRequestData` as `term` does, and for a type that would be a person (`PersonalData`).
    public func typeTerm(_ name: String) throws(NGSILDError) -> TermID {
        var text = name
        let key = text.withUTF8 { TermKey($0) }
        if let number = state.withLock({ $0.types[key] }) { return TermID(number) }
        let iri = context.expand(term: name)
        if let reason = PersonalData.reason(againstType: iri) ?? PersonalData.reason(againstType: name) {
            throw PersonalData.error(name, reason)
        }
        let id = try term(name)
        state.withLock { state in
            if state.types.count < Self.expansionLimit { state.types[key] = id.number }
        }
        return id
    }

    /// Checks the name of a member inside a value.
    ///
    /// - Throws: `badRequestData` for one that tells of a person (`PersonalData`).
    func checkMember(_ name: UnsafeBufferPointer<UInt8>) throws(NGSILDError) {
        let isKept = name.count <= Self.keptMemberLength
        let key = TermKey(isKept ? name : UnsafeBufferPointer(rebasing: name[..<0]))
        if isKept, state.withLock({ $0.members.contains(key) }) { return }
        let text = String(decoding: name, as: UTF8.self)
        if let reason = PersonalData.reason(against: text) { throw PersonalData.error(text, reason) }
        state.withLock { state in
            if isKept, state.members.count < Self.expansionLimit { state.members.insert(key) }
        }
    }

    /// The number of the IRI that a name stands for, or `nil` if nothing stored uses it: for queries, which must not
    /// make the vocabulary grow.
    public func knownTerm(_ name: String) -> TermID? { registry.knownID(for: context.expand(term: name)) }

    /// The number of the IRI that a value of the vocabulary stands for (a VocabProperty's, or an `objectType`).
    public func vocabularyTerm(_ value: String) throws(NGSILDError) -> TermID {
        if let number = state.withLock({ $0.values[value] }) { return TermID(number) }
        let id = try registry.id(for: context.expand(term: value))
        state.withLock { state in
            if state.values.count < Self.expansionLimit { state.values[value] = id.number }
        }
        return id
    }

    /// Terms of the core context that say something of an attribute and cannot name one (clause 4.5.1).
    private static let reserved = Set(
        [
            "datasetId", "instanceId", "observedAt", "unitCode", "valueType", "objectType", "entityIdSealed",
            "entityTypeSealed", "previousValue", "previousObject", "previousLanguageMap", "previousVocab",
            "previousJson", "previousValueList", "previousObjectList",
        ].map { ResolvedContext.core.expand(term: $0) })

    /// Members of entities that are no attributes, by the IRIs that they have in the core context (clause 4.5.1).
    private static let entityMembers = members(["scope", "createdAt", "modifiedAt", "deletedAt", "expiresAt"])

    /// Those of attributes that may name an attribute of an entity, but not one beside them (clause 4.5.2).
    private static let attributeMembers = members(
        ["lang", "entity", "entityList"] + AttributeKind.allCases.map { "\($0.valueMember)" })

    private static func members(_ names: [String]) -> [String: String] {
        Dictionary(names.map { (ResolvedContext.core.expand(term: $0), $0) }) { first, _ in first }
    }

    private func add(_ key: TermKey, _ name: String, _ use: NameUse) throws(NGSILDError) -> TermID {
        let iri = context.expand(term: name)
        guard AttributeName.isValid(name), !iri.hasPrefix("@") else {
            throw .badRequestData(
                "\"\(name)\" cannot name an attribute or type; a name is a letter and then letters, digits and _, or an IRI"
            )
        }
        if Self.reserved.contains(iri) {
            throw .badRequestData("\"\(name)\" cannot stand here; it is no name of an attribute or type")
        }
        // Such a member is known by its name only. Under another it would be kept as an attribute, and answered as the member.
        let alias = (Self.entityMembers[iri] ?? Self.attributeMembers[iri]).flatMap { $0 == name ? nil : $0 }
        if let member = alias, use == .subAttribute || (use == .attribute && Self.entityMembers[iri] != nil) {
            throw .badRequestData(
                "\"\(name)\" stands for \"\(member)\", which is no attribute here; write \"\(member)\"")
        }
        if let reason = PersonalData.reason(against: iri) ?? PersonalData.reason(against: name) {
            throw PersonalData.error(name, reason)
        }
        let id = try registry.id(for: iri)
        if alias != nil { return id }  // It depends on the use.
        state.withLock { state in
            if state.expansions.count < Self.expansionLimit { state.expansions[key] = id.number }
        }
        return id
    }

    /// The names of terms under this context; take it once for each answer.
    public func names() -> TermNames { state.withLock { $0.names } }

    /// A newer table of names that knows `id`; unchanged when no IRI has that number, as only damaged data can ask.
    public func names(including id: TermID) -> TermNames {
        let iri = registry.iri(id)
        guard !iri.isEmpty else { return names() }
        let name = name(ofIRI: iri)
        return state.withLock { state in
            if !state.names.knows(id) { state.names = state.names.adding(id, name) }
            return state.names
        }
    }

    /// How values of the vocabulary are written, which may be any text; as `names(including:)` otherwise.
    func valueNames(including id: TermID) -> TermNames {
        let known = state.withLock { $0.valueNames }
        let iri = registry.iri(id)
        if known.knows(id) || iri.isEmpty { return known }
        let name = context.compact(iri: iri)
        return state.withLock { state in
            if !state.valueNames.knows(id) { state.valueNames = state.valueNames.adding(id, name) }
            return state.valueNames
        }
    }

    /// The name of an attribute or type, unquoted.
    public func name(_ id: TermID) -> String { name(ofIRI: registry.iri(id)) }

    /// How a value of the vocabulary is written, unquoted.
    public func valueName(_ id: TermID) -> String { context.compact(iri: registry.iri(id)) }

    /// The compacted name of the IRI of an attribute or type; the IRI where what is left of it behind a vocabulary is no
    /// name (`AttributeName`), so that whoever sends back what was answered is not refused.
    public func name(ofIRI iri: String) -> String {
        let name = context.compact(iri: iri)
        return AttributeName.isValid(name) ? name : iri
    }
}

/// A name as bytes with its hash, so that a lookup makes no String.
private struct TermKey: Hashable {
    let bytes: [UInt8]
    init(_ buffer: UnsafeBufferPointer<UInt8>) { bytes = Array(buffer) }
}

/// The compacted names of terms, quoted as JSON strings, by number. Immutable.
public final class TermNames: Sendable {
    private let starts: ContiguousArray<UInt32>
    private let lengths: ContiguousArray<UInt32>
    private let bytes: ContiguousArray<UInt8>

    init(starts: ContiguousArray<UInt32>, lengths: ContiguousArray<UInt32>, bytes: ContiguousArray<UInt8>) {
        self.starts = starts
        self.lengths = lengths
        self.bytes = bytes
    }

    @inline(__always)
    func knows(_ id: TermID) -> Bool { Int(id.number) < lengths.count && lengths[Int(id.number)] > 0 }

    /// Appends the quoted name; returns whether it is known.
    @inline(__always)
    func append(_ id: TermID, to writer: inout ByteWriter) -> Bool {
        let index = Int(id.number)
        guard index < lengths.count, lengths[index] > 0 else { return false }
        let start = Int(starts[index])
        let length = Int(lengths[index])
        bytes.withUnsafeBufferPointer { writer.append(UnsafeBufferPointer(rebasing: $0[start..<start + length])) }
        return true
    }

    func adding(_ id: TermID, _ name: String) -> TermNames {
        var starts = starts
        var lengths = lengths
        var bytes = bytes
        while starts.count <= Int(id.number) {
            starts.append(0)
            lengths.append(0)
        }
        var writer = ByteWriter(capacity: name.utf8.count + 2)
        writer.append(jsonString: name)
        starts[Int(id.number)] = UInt32(bytes.count)
        lengths[Int(id.number)] = UInt32(writer.count)
        writer.withBytes { bytes.append(contentsOf: $0) }
        return TermNames(starts: starts, lengths: lengths, bytes: bytes)
    }
}
