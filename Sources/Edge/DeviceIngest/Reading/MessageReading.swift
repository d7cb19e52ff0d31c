import NGSILDModel

/// What a message has become.
struct MessageReading: Sendable {
    /// An entity to write, and the JSON that it was read from.
    struct Entity: Sendable {
        let draft: EntityDraft
        let json: [UInt8]
    }

    var entities: [Entity] = []
    /// Why records, or all of the message, became nothing.
    var refusals: [String] = []
    /// Why attributes of records that did become entities were left out.
    var leftOut: [String] = []
}

/// Why a record becomes no entity.
struct Refusal: Error {
    let reason: String
}
