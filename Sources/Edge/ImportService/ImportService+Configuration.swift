public import JSONLD
public import NGSILDModel
public import NGSILDOperations

extension ImportService {
    /// The operations that imports call.
    public struct Operations: Sendable {
        let provision: any EntityProvision
        let consumption: any EntityConsumption
        /// `nil` where no history is kept: tables of moments are refused then.
        let temporal: (any TemporalService)?
        let registry: TermRegistry
        let contexts: ContextCache

        public init(
            provision: any EntityProvision, consumption: any EntityConsumption, temporal: (any TemporalService)?,
            registry: TermRegistry, contexts: ContextCache
        ) {
            self.provision = provision
            self.consumption = consumption
            self.temporal = temporal
            self.registry = registry
            self.contexts = contexts
        }
    }

    /// Where imports are kept, and their bounds.
    public struct Configuration: Sendable {
        /// Where imports are kept; made with the first one.
        public var directory: String
        /// Bytes of all files, and of the journal of each import; default 1 GiB.
        public var limit = 1 << 30
        /// Imports that are kept; default 100.
        public var importLimit = 100
        /// Entities of one import that can be undone; default 2 million, about 120 bytes of memory each while it is undone.
        public var entityLimit = 2_000_000
        /// Entities that one edit may change; default 50,000.
        public var editLimit = 50_000
        /// Bytes of a piece; default 2 MiB, half of what a request may have.
        public var pieceBytes = 2 << 20
        /// After so long without change a file is removed; default a day.
        public var fileLifetime = Duration.seconds(86_400)
        /// After so long without change an import is forgotten with its journal; default a week.
        public var lifetime = Duration.seconds(7 * 86_400)
        /// Told what could not be kept.
        public var onProblem: @Sendable (String) -> Void = { _ in }

        public init(directory: String) { self.directory = directory }
    }
}

extension ImportAnswer {
    static let done = ImportAnswer(status: 204, body: [])
}
