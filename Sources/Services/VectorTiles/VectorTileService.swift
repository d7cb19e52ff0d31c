public import NGSILDModel
public import NGSILDOperations
import Synchronization

/// Makes vector tiles of the city's entities and keeps the newest ones for as long as nothing they show has changed.
///
/// Tiles are made one after another, so that maps leave the other cores to the broker; where too many wait they are
/// refused.
///
/// Invariants:
/// 1. A kept tile is answered only while its revision is that of the state.
/// 2. `cost` is the sum over `kept`, at most `Configuration.keptBytes`.
public actor VectorTileService {
    /// How many tiles may wait, and how much is kept.
    public struct Configuration: Sendable {
        /// Tiles that may wait to be made.
        public var waitingLimit = 512
        /// Tiles kept, in bytes.
        public var keptBytes = 64 << 20
        public init() {}
    }

    private struct Kept {
        let revision: UInt64
        let tile: EntityTile
        var used: UInt64
    }

    private let survey: any EntitySurvey
    private let configuration: Configuration
    private var kept: [String: Kept] = [:]
    private var cost = 0
    private var clock: UInt64 = 0
    private let waiting = Atomic<Int>(0)

    public init(survey: any EntitySurvey, configuration: Configuration = Configuration()) {
        self.survey = survey
        self.configuration = configuration
    }

    /// The tile, as the state is now.
    ///
    /// - Parameter key: says all that the request says, so that equal keys mean equal tiles.
    /// - Throws: what the survey throws; `overloaded` where too many tiles wait.
    public nonisolated func tile(_ request: TileRequest, key: String) async -> Result<EntityTile, NGSILDError> {
        guard waiting.wrappingAdd(1, ordering: .relaxed).newValue <= configuration.waitingLimit else {
            waiting.wrappingSubtract(1, ordering: .relaxed)
            return .failure(.overloaded("More tiles are asked for than can be made; try again in a second"))
        }
        defer { waiting.wrappingSubtract(1, ordering: .relaxed) }
        return await made(request, key)
    }

    private func made(_ request: TileRequest, _ key: String) -> Result<EntityTile, NGSILDError> {
        Result { () throws(NGSILDError) in
            // Linked entities may be of any type.
            let types = request.query.hasLinks ? nil : request.query.types?.alternatives
            let revision = try survey.surveyRevision(of: types, tenant: request.tenant)
            clock += 1
            if kept[key]?.revision == revision, let known = kept[key]?.tile {
                kept[key]?.used = clock
                return known
            }
            let tile = try TileMaker(request: request, survey: survey).make()
            keep(Kept(revision: revision, tile: tile, used: clock), key)
            return tile
        }
    }

    private func keep(_ new: Kept, _ key: String) {
        cost += Self.cost(key, new)
        if let old = kept.updateValue(new, forKey: key) { cost -= Self.cost(key, old) }
        guard cost > configuration.keptBytes else { return }
        for (key, entry) in kept.sorted(by: { $0.value.used < $1.value.used })
        where cost > configuration.keptBytes * 3 / 4 {
            cost -= Self.cost(key, entry)
            kept[key] = nil
        }
    }

    private static func cost(_ key: String, _ entry: Kept) -> Int { key.utf8.count + entry.tile.bytes.count + 200 }
}
