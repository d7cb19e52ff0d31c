public import NGSILDModel
public import NGSILDOperations
public import NGSILDQuery

/// Where vector tiles of entities come from. They are made elsewhere and answered when they are ready.
public struct EntityTilePages: Sendable {
    /// A tile that is asked for; what the request wrote has been checked as far as HTTP goes.
    public struct Request: Sendable {
        public let tenant: String
        /// Types, q and scopeQ.
        public let query: EntityQuery
        /// The GeoProperty that is drawn.
        public let geometry: TermID
        public let tags: [(name: String, attribute: TermID)]
        /// XYZ; zoom 0 to 20.
        public let zoom: Int
        public let x: Int
        public let y: Int
        /// Cells along an edge in which points gather, 0 to 64.
        public let cells: Int
        public let context: TermContext
        /// Requests with equal keys ask for the same.
        public let key: String
    }

    /// A tile that was made.
    public struct Answer: Sendable {
        public let bytes: [UInt8]
        /// Entities that it had no room for.
        public let omitted: Int

        public init(bytes: [UInt8], omitted: Int) {
            self.bytes = bytes
            self.omitted = omitted
        }
    }

    let make: @Sendable (Request, @escaping @Sendable (Result<Answer, NGSILDError>) -> Void) -> Void
    let survey: any EntitySurvey

    /// - Parameters:
    ///   - survey: tells what types there are.
    ///   - make: called on an event loop; must not block, and replies once, from any thread.
    public init(
        survey: any EntitySurvey,
        make: @escaping @Sendable (Request, @escaping @Sendable (Result<Answer, NGSILDError>) -> Void) -> Void
    ) {
        self.survey = survey
        self.make = make
    }
}
