import GeoJSON
import NGSILDModel
import NGSILDQuery

/// What tells a subscription from others of the same type and attribute, so that an index can pass it over: something
/// that every entity has which it selects.
enum SubscriptionMark {
    /// `q` asks for an attribute that is this text.
    case text(TextEquality)
    /// `q` asks for a number in a range.
    case number(NumericBound)
    /// Every id begins with one of these.
    case prefixes(Set<String>)
    /// `geoQ` asks for something that meets this box.
    case place(TermID, BoundingBox)
    case none

    init(_ conditions: Subscription.Conditions) {
        if let text = conditions.expression?.textEqualities.first {
            self = .text(text)
        } else if let prefixes = Self.prefixes(conditions.selectors) {
            self = .prefixes(prefixes)
        } else if let bound = conditions.expression?.numericBounds.first {
            self = .number(bound)
        } else if let geo = conditions.geo, let box = geo.searchBox {
            self = .place(geo.attribute, box)
        } else {
            self = .none
        }
    }

    /// How much of a prefix is looked at.
    static let prefixLimit = 64

    private static func prefixes(_ selectors: [Subscription.EntitySelector]) -> Set<String>? {
        guard !selectors.isEmpty else { return nil }
        var result: Set<String> = []
        for selector in selectors {
            if !selector.ids.isEmpty {
                for id in selector.ids {
                    guard let prefix = Self.prefix(id) else { return nil }
                    result.insert(prefix)
                }
            } else if let pattern = selector.idPattern, let prefix = literalPrefix(of: pattern.source) {
                result.insert(prefix)
            } else {
                return nil
            }
        }
        return result
    }

    /// The beginning of an id, as far as it is looked at; `nil` when there are letters that can be written in two ways.
    private static func prefix(_ id: String) -> String? {
        id.utf8.allSatisfy { $0 < 0x80 } ? String(decoding: id.utf8.prefix(prefixLimit), as: UTF8.self) : nil
    }

    /// The text that every match of a regular expression begins with, if the expression is anchored and says so plainly.
    static func literalPrefix(of pattern: String) -> String? {
        guard pattern.hasPrefix("^"), !pattern.utf8.contains(UInt8(ascii: "|")) else { return nil }
        var prefix: [UInt8] = []
        var rest = pattern.utf8.dropFirst()
        loop: while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\\"):
                // Only a mark stands for itself behind a backslash.
                guard let next = rest.first, next < 0x80, !isLetterOrDigit(next) else { break loop }
                rest.removeFirst()
                prefix.append(next)
            case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "{"), UInt8(ascii: "+"):
                // It says how often the letter before it comes, which may be never.
                if !prefix.isEmpty { prefix.removeLast() }
                break loop
            case UInt8(ascii: "."), UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "$"),
                UInt8(ascii: "^"), 0x80...:
                break loop
            default: prefix.append(byte)
            }
        }
        return prefix.isEmpty ? nil : String(decoding: prefix.prefix(prefixLimit), as: UTF8.self)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return (lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z"))
            || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
    }
}
