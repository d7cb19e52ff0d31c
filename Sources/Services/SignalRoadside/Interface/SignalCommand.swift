public import JSONTree
public import NGSILDModel

/// What a controller asks of one intersection: the attribute `command` of a `SignalizedIntersection`.
///
/// It asks, and does not switch: the roadside unit decides what is safe (docs/signals.md).
public struct SignalCommand: Sendable, Equatable {
    /// Grows by one with each command; begins anew when the controller does.
    public var sequence: Int
    /// When that was measured which the command rests on.
    public var measuredAt: Timestamp
    /// From then on it counts as none.
    public var validUntil: Timestamp
    /// Numbers of the signal groups that are wanted green, and of those wanted green while they give way.
    public var protectedGroups: [Int]
    public var permissiveGroups: [Int]

    /// How long a command is valid, in seconds after its measurement.
    public static let validSeconds = 5.0

    public init(
        sequence: Int, measuredAt: Timestamp, validUntil: Timestamp, protectedGroups: [Int],
        permissiveGroups: [Int] = []
    ) {
        self.sequence = sequence
        self.measuredAt = measuredAt
        self.validUntil = validUntil
        self.protectedGroups = protectedGroups
        self.permissiveGroups = permissiveGroups
    }

    /// Which member of a command cannot be read.
    public struct Fault: Error, Equatable, CustomStringConvertible {
        public let description: String
    }

    /// Most groups that a command may name.
    static let mostGroups = 256

    /// Reads the value of the attribute.
    ///
    /// - Throws: ``Fault`` that names the member and what it should be.
    public init(_ document: JSONDocument, _ node: JSONNode) throws(Fault) {
        guard document.isObject(node) else { throw Fault(description: "the command is not a JSON object") }
        guard let sequence = document.member(node, "sequence").flatMap({ document.integer($0) }), sequence >= 0 else {
            throw Fault(description: "sequence is not a number from 0")
        }
        func time(_ name: StaticString) throws(Fault) -> Timestamp {
            guard let text = document.member(node, name).flatMap({ document.string($0) }), let time = Timestamp(text)
            else { throw Fault(description: "\(name) is not a time such as 2026-01-31T12:00:00Z") }
            return time
        }
        func groups(_ name: StaticString) throws(Fault) -> [Int] {
            guard let list = document.member(node, name) else { return [] }
            guard document.isArray(list), document.count(list) <= Self.mostGroups else {
                throw Fault(description: "\(name) is not an array of up to \(Self.mostGroups) group numbers")
            }
            var numbers: [Int] = []
            for element in document.elements(list) {
                guard let number = document.integer(element) else {
                    throw Fault(description: "\(name) holds what is not a group number")
                }
                numbers.append(number)
            }
            return numbers
        }
        self.sequence = sequence
        measuredAt = try time("measuredAt")
        validUntil = try time("validUntil")
        protectedGroups = try groups("protectedGroup")
        permissiveGroups = try groups("permissiveGroup")
    }

    /// Writes the value of the attribute.
    public func append(to writer: inout ByteWriter) {
        writer.append("{\"sequence\":")
        writer.append(integer: sequence)
        writer.append(",\"measuredAt\":")
        measuredAt.append(quotedTo: &writer)
        writer.append(",\"validUntil\":")
        validUntil.append(quotedTo: &writer)
        for (name, numbers) in [("protectedGroup", protectedGroups), ("permissiveGroup", permissiveGroups)] {
            writer.append(",")
            writer.append(jsonString: name)
            writer.append(":[")
            for (place, number) in numbers.enumerated() {
                if place > 0 { writer.append(",") }
                writer.append(integer: number)
            }
            writer.append("]")
        }
        writer.append("}")
    }
}
