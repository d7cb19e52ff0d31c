import AirQuality
import Forecasting
import JSONLD
import NGSILDModel
import ServiceRuntime

/// What types and attributes mean to the service, whatever @context they were written under: the last part of their IRI
/// decides, so that `https://smartdatamodels.org/dataModel.Environment/pm25` and a plain `PM2.5` are the same.
struct AirVocabulary: Sendable {
    /// The types that the service follows.
    enum FollowedType: Sendable { case observation, alertRule, sensor, calibration, weatherObserved, weatherForecast }

    /// The types that the service follows, by their names.
    static let followedTypes: [String: FollowedType] = [
        "AirQualityObserved": .observation, AlertRule.typeName: .alertRule,
        SensorCalibration.sensorTypeName: .sensor, SensorCalibration.typeName: .calibration,
        "WeatherObserved": .weatherObserved, "WeatherForecast": .weatherForecast,
    ]

    /// The names of the types of some kinds.
    static func typeNames(of kinds: Set<FollowedType>) -> [String] {
        followedTypes.filter { kinds.contains($0.value) }.map(\.key)
    }

    /// The relationship from a result to the station that it is about.
    static let reference = "refAirQualityObserved"

    let registry: TermRegistry
    /// The core @context: what the service writes stands under it.
    let context: TermContext

    private var types: FollowedTypes<FollowedType>
    private var pollutants: [TermID: Pollutant?] = [:]
    private var weather: [TermID: String?] = [:]
    /// Each table holds no more than this; what is beyond is looked up each time.
    private static let limit = 65_536

    init(registry: TermRegistry) {
        self.registry = registry
        types = FollowedTypes(Self.followedTypes, registry: registry)
        context = TermContext(context: .core, registry: registry)
    }

    /// What the first type of interest among an entity's types is.
    mutating func followed(_ types: [TermID]) -> FollowedType? { self.types.kind(of: types) }

    mutating func pollutant(_ attribute: TermID) -> Pollutant? {
        if let known = pollutants[attribute] { return known }
        let found = Pollutant(name: IRI.localName(registry.iri(attribute)))
        if pollutants.count < Self.limit { pollutants[attribute] = found }
        return found
    }

    /// Those of the names that stand for pollutants.
    mutating func pollutantTerms(_ names: [TermID]) -> Set<TermID> { Set(names.filter { pollutant($0) != nil }) }

    /// The name of an attribute that is weather; `nil` for others.
    mutating func weatherName(_ attribute: TermID) -> String? {
        if let known = weather[attribute] { return known }
        let name = String(IRI.localName(registry.iri(attribute)))
        let found = Covariates.isWeather(name) ? name : nil
        if weather.count < Self.limit { weather[attribute] = found }
        return found
    }

    /// The types of one kind that a tenant has entities of, and the one that histories alone may have.
    mutating func types(_ kind: FollowedType, present: [TermID]) -> [TermID] {
        var types = present.filter { followed([$0]) == kind }
        for name in Self.typeNames(of: [kind]) {
            if let term = context.knownTerm(name), !types.contains(term) { types.append(term) }
        }
        return types
    }

    /// The attribute with this name, whatever its @context.
    func attribute(_ name: String, in forest: AttributeForest) -> Int? {
        for root in forest.roots where IRI.localName(registry.iri(forest.nodes[root].name)) == name { return root }
        return nil
    }

    /// The pollutants' names as they are usually written, of those that are known already.
    var usualPollutantTerms: Set<TermID> {
        let names = ["pm25", "pm2.5", "pm2_5", "pm10", "no2", "o3", "so2", "co"]
        return Set(names.flatMap { [$0, $0.uppercased()] }.compactMap { context.knownTerm($0) })
    }

    /// Whether a station is placed to watch traffic: its `stationType` says so.
    func isTraffic(_ entity: EntityRecord) -> Bool {
        let kind = attribute("stationType", in: entity.attributes).flatMap { entity.attributes.stringValue(of: $0) }
        return kind?.lowercased().contains("traffic") ?? false
    }
}
