/// The query parameters of the specification, and our own.
///
/// - Source: CIM 009 tables 6.3.7-1 to 6.3.18-1, 6.4.3.2-1 to 6.30.3.2-1.
enum Parameter: UInt8, CaseIterable {
    case aggrMethods, aggrPeriodDuration, attrs, collation, containedBy, coordinates, count, csf, datasetId, deleteAll,
        details, drop, endTimeAt
    case entityMap, entityMapLifetime, expandValues, format, geometry, geometryProperty, geoproperty, georel, id,
        idPattern, join
    case joinLevel, jsonKeys, keep, kind, lang, lastN, limit, local, observedAt, offset, omit, options, orderBy,
        orderFrom
    case orderGeometry, pageAfter, pageBefore, pick, q, reload, scopeQ, splitEntities, timeAt, timeproperty, timerel,
        type
    case types, lastEventId
    case at, bbox, cells, index, pollutant, quantity

    /// Whether `+` stands for a space in the value, as clients that encode like web forms send it. Where a space makes
    /// no sense, `+` stands for itself (`scopeQ=/Madrid/+/Park`).
    var takesSpaces: Bool {
        switch self {
        case .q, .csf, .coordinates, .orderFrom, .lang: true
        default: false
        }
    }

    private static let names: [String] = allCases.map { "\($0)" }
    private static let byName: [String: Parameter] = Dictionary(uniqueKeysWithValues: zip(names, allCases))

    /// As it is written in a query.
    var name: String { Self.names[Int(rawValue)] }

    static func named(_ name: String) -> Parameter? { byName[name] }
}

/// A set of parameters that a resource takes.
struct ParameterSet: ExpressibleByArrayLiteral {
    private var bits: UInt64 = 0

    init(arrayLiteral parameters: Parameter...) {
        for parameter in parameters { bits |= Self.bit(parameter) }
    }

    private init(bits: UInt64) { self.bits = bits }

    // The enumeration has fewer than 64 cases.
    private static func bit(_ parameter: Parameter) -> UInt64 { 1 << UInt64(parameter.rawValue) }

    func contains(_ parameter: Parameter) -> Bool { bits & Self.bit(parameter) != 0 }

    /// Whether they have one in common.
    func meets(_ other: ParameterSet) -> Bool { bits & other.bits != 0 }

    func union(_ other: ParameterSet) -> ParameterSet { ParameterSet(bits: bits | other.bits) }

    /// The parameters of the set, in the order of their names.
    var members: [Parameter] { Parameter.allCases.filter(contains).sorted { $0.name < $1.name } }

    var names: String { members.map(\.name).joined(separator: ", ") }
}
