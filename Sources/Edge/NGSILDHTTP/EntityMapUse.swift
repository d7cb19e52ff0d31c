import JSONTree
import NGSILDModel
import NGSILDOperations
import NGSILDQuery

/// What a query or retrieval has to do with an entity map: it names one in the header `NGSILD-EntityMap`, or asks for one
/// with `entityMap=true`.
///
/// - Source: CIM 009 clauses 5.5.14, 5.7.1.4, 5.7.2.4, 6.4.3.2.
struct EntityMapUse {
    static let header = "NGSILD-EntityMap"
    static let path = "/ngsi-ld/v1/entityMaps/"

    private let exchange: Exchange
    private let service: any EntityMapService
    private let parameters: QueryParameters
    private let named: String?

    /// - Returns: `nil` when the request has nothing to do with entity maps.
    init?(_ exchange: Exchange, _ parameters: QueryParameters) throws(HTTPFailure) {
        let named = exchange.request.fields.entityMap
        if named == nil {
            if parameters.isEmpty { return nil }
            guard try parameters.flag(.entityMap) else { return nil }
        }
        self.exchange = exchange
        self.parameters = parameters
        self.named = named
        service = try exchange.entityMaps()
    }

    /// The map that the request names; `nil` when it names none, or one that is gone.
    private func present(isTemporal: Bool) -> EntityMap? {
        guard let named else { return nil }
        let id = named.split(separator: "/").last.map(String.init) ?? named
        var text = id
        let decoded = text.withUTF8 { PercentCoding.decode($0, plusIsSpace: false) }
        guard let map = try? service.retrieveEntityMap(id: decoded ?? id, tenant: exchange.tenant),
            map.isTemporal == isTemporal
        else { return nil }
        return map
    }

    struct Page {
        let page: EntityPage
        /// 201 when a map was made.
        let status: Int
        let header: (name: String, value: String)
    }

    /// The page of a query that is taken from the map.
    func page(_ query: EntityQuery) throws(HTTPFailure) -> Page {
        let selection = Self.selection(parameters)
        let lifetime = try Self.lifetime(parameters)
        let present = present(isTemporal: false)
        return try translating { () throws(NGSILDError) in
            let map =
                if let present { present } else {
                    try service.createEntityMap(
                        for: query, selection: selection, lifetime: lifetime, tenant: exchange.tenant)
                }
            let page = try service.page(of: map, query, selection: selection, tenant: exchange.tenant)
            return Page(page: page, status: present == nil ? 201 : 200, header: header(map, isPresent: present != nil))
        }
    }

    /// The header of an answer with one entity.
    func header(for entity: EntityRecord) throws(HTTPFailure) -> (name: String, value: String) {
        try header(forEntity: entity.id, isTemporal: false)
    }

    /// The header of an answer with the history of one entity (clause 5.7.3.4).
    func header(forTemporal id: String) throws(HTTPFailure) -> (name: String, value: String) {
        try header(forEntity: id, isTemporal: true)
    }

    private func header(
        forEntity id: String, isTemporal: Bool
    ) throws(HTTPFailure) -> (name: String, value: String) {
        let lifetime = try Self.lifetime(parameters)
        if let present = present(isTemporal: isTemporal), present.entityIDs.contains(id) {
            return header(present, isPresent: true)
        }
        let map = service.createEntityMap(
            ofEntity: id, isTemporal: isTemporal, lifetime: lifetime, tenant: exchange.tenant)
        return header(map, isPresent: false)
    }

    /// The page of a temporal query, with the status and the header that go with it.
    func temporalPage(
        _ query: EntityQuery, _ times: TemporalSelection,
        _ reply: @escaping @Sendable (Result<TemporalPage, NGSILDError>, Int, (name: String, value: String)) -> Void
    ) throws(HTTPFailure) {
        let lifetime = try Self.lifetime(parameters)
        let (service, tenant, scheduler) = (service, exchange.tenant, exchange.request.loop)
        if let present = present(isTemporal: true) {
            let header = header(present, isPresent: true)
            return service.temporalPage(of: present, query, times, tenant: tenant, on: scheduler) {
                reply($0, 200, header)
            }
        }
        service.createEntityMap(
            for: query, times, selection: Self.selection(parameters), lifetime: lifetime, tenant: tenant, on: scheduler
        ) { [self] result in
            switch result {
            case .failure(let error): reply(.failure(error), 0, ("", ""))
            case .success(let map):
                let header = header(map, isPresent: false)
                service.temporalPage(of: map, query, times, tenant: tenant, on: scheduler) { reply($0, 201, header) }
            }
        }
    }

    /// A map that is there is named as the client did.
    private func header(_ map: EntityMap, isPresent: Bool) -> (name: String, value: String) {
        if isPresent, let named { return (Self.header, named) }
        return (Self.header, Self.path + PercentCoding.encode(map.id))
    }

    private static let selecting: [Parameter] = [
        .type, .idPattern, .attrs, .pick, .q, .georel, .geometry, .coordinates, .geoproperty, .scopeQ, .csf,
        .expandValues,
    ]

    /// What selects entities in the parameters, in one text. The order and the page do not matter, nor do ids (5.5.14).
    static func selection(_ parameters: QueryParameters) -> String {
        selecting.compactMap { name in parameters[name].map { "\(name.name)=\($0)" } }.joined(separator: "\n")
    }

    /// `entityMapLifetime` in seconds.
    static func lifetime(_ parameters: QueryParameters) throws(HTTPFailure) -> Double? {
        guard let text = parameters[.entityMapLifetime] else { return nil }
        guard let period = try? CalendarPeriod(parsing: text), !period.isZero else {
            throw .badRequest("entityMapLifetime is \"\(text)\"; write a duration as PT10M, PT1H or P1D")
        }
        // The broker bounds it anyway, so a month may have 30 days.
        return Double(period.months) * 30 * 86_400 + Double(period.microseconds) / 1e6
    }
}

extension Exchange {
    func entityMaps() throws(HTTPFailure) -> any EntityMapService {
        guard let service = services.entityMaps else {
            throw .ngsild(.operationNotSupported("This broker offers no EntityMaps"))
        }
        return service
    }
}
