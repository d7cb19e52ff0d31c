import DatasetImport
import struct Foundation.Date

/// What is kept of an import on disk, and told of it.
struct ImportState: Codable, Sendable {
    enum Kind: String, Codable, Sendable {
        /// A file that comes up in pieces.
        case file
        /// Many entities changed in the same way.
        case edit
    }

    /// Where an import stands. `uploading` -> `ready` -> `running` <-> `paused` -> `done`, or `failed`, `cancelled`, `stopped`;
    /// whatever ran -> `undoing` -> `undone`.
    enum Status: String, Codable, Sendable {
        case uploading, ready, running, paused, done, failed, cancelled
        /// The server was stopped while it ran; it can go on, or be undone.
        case stopped
        case undoing, undone

        var isActive: Bool { self == .running || self == .paused || self == .undoing }
        /// Whether something may have been written.
        var hasRun: Bool { ![.uploading, .ready].contains(self) }
    }

    enum Format: String, Codable, Sendable { case csv, geojson, gtfs, edit }

    /// Something that became nothing, and why.
    struct Failure: Codable, Sendable, Equatable {
        var reason: String
        var count: Int
        /// `row`, `value` or `entity`.
        var unit: String
        /// The lines of the first cases.
        var lines: [Int] = []
        var example = ""
    }

    /// What an undo did.
    struct Undo: Codable, Sendable, Equatable {
        /// Entities that were created and are deleted again.
        var deleted = 0
        /// Entities that are as they were before.
        var restored = 0
        /// Entities that somebody else deleted meanwhile.
        var gone = 0
        /// Entities that were changed meanwhile, and left as they are.
        var leftAlone = 0
        /// The first of them.
        var leftAloneIDs: [String] = []
        /// Entities with a history from before, whose new moments stay.
        var historiesKept = 0
    }

    struct Counts: Codable, Sendable, Equatable {
        var rows = 0
        var created = 0
        var updated = 0
        var failed = 0
        var moments = 0
        /// Batches that are done, of all runs.
        var batches = 0
    }

    var id: String
    var kind: Kind
    /// The file's name, or what is changed.
    var name: String
    var tenant: String
    var size = 0
    var pieceBytes = 0
    /// The numbers of the pieces that came.
    var received: [Int] = []
    var createdAt: Double
    var changedAt: Double
    var status: Status
    var format: Format?
    /// How the table is read, where somebody corrected that.
    var reading: TableReading?
    /// The mapping that it ran with.
    var mapping: String?
    /// Of a feed: its name, and whether its stop times are brought in.
    var feed: String?
    var stopTimes: Bool?
    var edit: EntityEdit?
    var counts = Counts()
    var seconds = 0.0
    var failures: [Failure] = []
    /// Why it stopped, as a sentence.
    var message: String?
    var undo: Undo?

    var pieces: Int { pieceBytes > 0 ? (size + pieceBytes - 1) / pieceBytes : 0 }
    var isComplete: Bool { received.count == pieces }

    mutating func touch() { changedAt = Date().timeIntervalSince1970 }
}

/// One change of many entities.
struct EntityEdit: Codable, Sendable, Equatable {
    enum Action: String, Codable, Sendable { case set, unit, remove, delete }

    var action: Action
    /// The name of the attribute; of `delete` empty.
    var attribute = ""
    /// Of `set` the new instance of the attribute, as JSON in normalized form.
    var instance: String?
    /// Of `unit` the UN/CEFACT code.
    var unitCode: String?
    /// How many entities were chosen.
    var count = 0

    init(action: Action, attribute: String = "", instance: String? = nil, unitCode: String? = nil) {
        self.action = action
        self.attribute = attribute
        self.instance = instance
        self.unitCode = unitCode
    }
}
