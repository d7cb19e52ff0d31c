public import JSONTree

/// What became of a command: the attribute `acknowledgement` of a `SignalizedIntersection`.
public struct SignalAcknowledgement: Sendable, Equatable {
    /// That of the command; `nil` where it could not be read.
    public var sequence: Int?
    public var isAccepted: Bool
    /// Why it was refused, in a sentence; `nil` for one that was accepted.
    public var reason: String?

    public init(sequence: Int?, isAccepted: Bool, reason: String? = nil) {
        self.sequence = sequence
        self.isAccepted = isAccepted
        self.reason = reason
    }

    /// Writes the value of the attribute.
    public func append(to writer: inout ByteWriter) {
        writer.append("{")
        if let sequence {
            writer.append("\"sequence\":")
            writer.append(integer: sequence)
            writer.append(",")
        }
        writer.append("\"isAccepted\":")
        if isAccepted { writer.append("true") } else { writer.append("false") }
        if let reason {
            writer.append(",\"reason\":")
            writer.append(jsonString: reason)
        }
        writer.append("}")
    }
}

/// Who decides what the lamps show: the attribute `activeControl` of a `SignalizedIntersection`.
public enum ActiveControl: String, Sendable, CaseIterable {
    /// Commands are followed.
    case adaptive
    /// There is no command that is valid: the fixed plan goes on by the clock.
    case fixedPlan
    /// Somebody has waited for as long as is allowed, and is served now.
    case longestRed
}
