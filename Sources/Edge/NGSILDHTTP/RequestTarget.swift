import JSONTree

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The resource that a path names.
///
/// - Source: CIM 009 table 6.2-1.
enum Resource: Equatable {
    case entities
    case entity(String)
    case entityAttributes(String)
    case entityAttribute(String, String)
    case batch(BatchOperation)
    case types
    case type(String)
    case attributes
    case attribute(String)
    case subscriptions
    case subscription(String)
    case contexts
    case context(String)
    case sourceIdentity
    case entityMaps(isTemporal: Bool)
    case entityMap(String)
    case snapshots
    case snapshot(String)
    case snapshotClone(String)
    case temporalEntities
    case temporalEntity(String)
    case temporalAttributes(String)
    case temporalAttribute(String, String)
    case temporalInstance(String, String, String)
    case temporalQuery
    /// A resource of the specification that is not offered yet.
    case later(String)
    /// Nothing of NGSI-LD has this path.
    case unknown
    /// The path is not under the API's root.
    case outside

    /// Whether it is no part of what a snapshot freezes, so that the header NGSILD-Snapshot says nothing about it.
    var isAboveSnapshots: Bool {
        switch self {
        case .snapshots, .snapshot, .snapshotClone, .contexts, .context, .sourceIdentity: true
        default: false
        }
    }
}

enum BatchOperation: String, CaseIterable {
    case create, upsert, update, merge, delete, query
}

/// Finds the resource that a request target names.
struct RequestTarget {
    static let root: StaticString = "/ngsi-ld/v1/"

    /// - Parameter target: path and query, as sent.
    /// - Throws: when a segment is not percent-encoded UTF-8.
    static func resource(_ target: String) throws(HTTPFailure) -> Resource {
        var target = target
        let outcome = target.withUTF8 { bytes -> Result<Resource, HTTPFailure> in
            Result { () throws(HTTPFailure) in try resource(bytes) }
        }
        return try outcome.get()
    }

    private static func resource(_ target: UnsafeBufferPointer<UInt8>) throws(HTTPFailure) -> Resource {
        guard target.starts(with: root) else { return .outside }
        var segments = Segments(target, from: root.utf8CodeUnitCount)
        let name = segments.nextRange() ?? 0..<0
        let first = UnsafeBufferPointer(rebasing: target[name])
        if first.equals("entities") { return try entities(&segments) }
        if first.equals("entityOperations") {
            guard let operation = try segments.next().flatMap(BatchOperation.init(rawValue:)), segments.isAtEnd else {
                return .unknown
            }
            return .batch(operation)
        }
        if first.equals("types") { return try pair(&segments, .types) { .type($0) } }
        if first.equals("attributes") { return try pair(&segments, .attributes) { .attribute($0) } }
        if first.equals("subscriptions") { return try pair(&segments, .subscriptions) { .subscription($0) } }
        if first.equals("jsonldContexts") { return try pair(&segments, .contexts) { .context($0) } }
        if first.equals("info") {
            return try segments.next() == "sourceIdentity" && segments.isAtEnd ? .sourceIdentity : .unknown
        }
        if first.equals("temporal") { return try temporal(&segments) }
        if first.equals("entityMaps") {
            return try pair(&segments, .entityMaps(isTemporal: false)) { .entityMap($0) }
        }
        if first.equals("snapshots") { return try snapshots(&segments) }
        for later in ["csourceRegistrations", "csourceSubscriptions"]
        where first.elementsEqual(later.utf8) { return .later(later) }
        return .unknown
    }

    private static func entities(_ segments: inout Segments) throws(HTTPFailure) -> Resource {
        guard let id = try segments.next() else { return .entities }
        guard let part = segments.nextRange() else { return .entity(id) }
        guard segments.equals(part, "attrs") else { return .unknown }
        guard let name = try segments.next() else { return .entityAttributes(id) }
        return segments.isAtEnd ? .entityAttribute(id, name) : .unknown
    }

    private static func temporal(_ segments: inout Segments) throws(HTTPFailure) -> Resource {
        let part = try segments.next()
        switch part {
        case "entities": break
        case "entityOperations": return try segments.next() == "query" && segments.isAtEnd ? .temporalQuery : .unknown
        case "entityMaps": return segments.isAtEnd ? .entityMaps(isTemporal: true) : .unknown
        default: return .unknown
        }
        guard let id = try segments.next() else { return .temporalEntities }
        guard let part = segments.nextRange() else { return .temporalEntity(id) }
        guard segments.equals(part, "attrs") else { return .unknown }
        guard let name = try segments.next() else { return .temporalAttributes(id) }
        guard let instance = try segments.next() else { return .temporalAttribute(id, name) }
        return segments.isAtEnd ? .temporalInstance(id, name, instance) : .unknown
    }

    private static func snapshots(_ segments: inout Segments) throws(HTTPFailure) -> Resource {
        guard let id = try segments.next() else { return .snapshots }
        guard let part = try segments.next() else { return .snapshot(id) }
        return part == "clone" && segments.isAtEnd ? .snapshotClone(id) : .unknown
    }

    private static func pair(
        _ segments: inout Segments, _ list: Resource, _ one: (String) -> Resource
    ) throws(HTTPFailure) -> Resource {
        guard let name = try segments.next() else { return list }
        return segments.isAtEnd ? one(name) : .unknown
    }

    /// Whether the target is that of a query by POST, which changes nothing.
    static func isQuery(_ target: String) -> Bool {
        var target = target
        return target.withUTF8 { bytes in
            bytes.starts(with: "/ngsi-ld/v1/entityOperations/query")
                || bytes.starts(with: "/ngsi-ld/v1/temporal/entityOperations/query")
        }
    }
}

/// The segments of a path, one after the other; an empty one at the end (a slash that closes the path) does not count.
private struct Segments {
    private let target: UnsafeBufferPointer<UInt8>
    private var position: Int
    private let end: Int

    init(_ target: UnsafeBufferPointer<UInt8>, from start: Int) {
        self.target = target
        position = start
        end = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
    }

    var isAtEnd: Bool { position >= end }

    mutating func nextRange() -> Range<Int>? {
        guard position < end else { return nil }
        let start = position
        while position < end, target[position] != UInt8(ascii: "/") { position += 1 }
        defer { position += 1 }
        return start..<position
    }

    mutating func next() throws(HTTPFailure) -> String? {
        guard let range = nextRange() else { return nil }
        let bytes = UnsafeBufferPointer(rebasing: target[range])
        guard let text = PercentCoding.decode(bytes, plusIsSpace: false) else {
            throw .badRequest(
                "The path segment \"\(String(decoding: bytes, as: UTF8.self))\" is not percent-encoded UTF-8")
        }
        return text
    }

    func equals(_ range: Range<Int>, _ text: StaticString) -> Bool {
        UnsafeBufferPointer(rebasing: target[range]).equals(text)
    }
}

extension UnsafeBufferPointer<UInt8> {
    func equals(_ text: StaticString) -> Bool { count == text.utf8CodeUnitCount && starts(with: text) }

    func starts(with text: StaticString) -> Bool {
        guard count >= text.utf8CodeUnitCount, let baseAddress else { return text.utf8CodeUnitCount == 0 }
        return memcmp(baseAddress, text.utf8Start, text.utf8CodeUnitCount) == 0
    }
}
