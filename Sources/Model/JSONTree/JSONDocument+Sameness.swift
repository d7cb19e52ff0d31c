extension JSONDocument {
    /// Digits up to which a double tells any two numbers apart.
    private static let exactDigits = 15
    /// Members above which those of an object are looked up by a table.
    private static let fewMembers = 16

    /// Whether two values are the same however they are written: members may come in another order, numbers with other zeros
    /// and exponents (`10`, `10.0`, `1e1`), strings with other escapes.
    ///
    /// Numbers of more than 15 digits are the same only when they are written alike.
    ///
    /// - Cost: linear in the size of both.
    public func isSame(_ node: JSONNode, as other: JSONNode, of document: JSONDocument) -> Bool {
        switch kind(node) {
        case .object: document.isObject(other) && hasSameMembers(node, as: other, of: document)
        case .array: document.isArray(other) && hasSameElements(node, as: other, of: document)
        case .string: document.isString(other) && withStringBytes(node) { document.equals(other, $0) }
        case .number: document.isNumber(other) && isSameNumber(node, as: other, of: document)
        case .true, .false: bool(node) == document.bool(other)
        case .null: document.isNull(other)
        }
    }

    private func hasSameElements(_ node: JSONNode, as other: JSONNode, of document: JSONDocument) -> Bool {
        var others = document.elements(other)
        for element in elements(node) {
            guard let same = others.next(), isSame(element, as: same, of: document) else { return false }
        }
        return others.next() == nil
    }

    private func hasSameMembers(_ node: JSONNode, as other: JSONNode, of document: JSONDocument) -> Bool {
        let count = count(node)
        guard count == document.count(other) else { return false }
        var inOrder = document.members(other)
        var byName: [String: JSONNode]?
        for member in members(node) {
            let candidate = inOrder.next()
            let found: JSONNode?
            if let candidate, withStringBytes(member.key, { document.equals(candidate.key, $0) }) {
                found = candidate.value
            } else if count <= Self.fewMembers {
                found = string(member.key).flatMap { document.member(other, named: $0) }
            } else {
                let table = byName ?? document.memberTable(other)
                byName = table
                found = string(member.key).flatMap { table[$0] }
            }
            guard let found, isSame(member.value, as: found, of: document) else { return false }
        }
        return true
    }

    private func memberTable(_ node: JSONNode) -> [String: JSONNode] {
        Dictionary(members(node).map { (string($0.key) ?? "", $0.value) }) { first, _ in first }
    }

    private func isSameNumber(_ node: JSONNode, as other: JSONNode, of document: JSONDocument) -> Bool {
        withBytes(range(node)) { bytes in
            document.withBytes(document.range(other)) { others in
                if bytes.elementsEqual(others) { return true }
                let (digits, otherDigits) = (Self.significantDigits(bytes), Self.significantDigits(others))
                guard max(digits, otherDigits) <= Self.exactDigits, let value = JSONNumber.double(bytes),
                    value == JSONNumber.double(others)
                else { return false }
                // What is too small for a double becomes 0, or loses digits.
                return value == 0 ? digits == 0 && otherDigits == 0 : value.isNormal
            }
        }
    }

    /// The digits from the first that is not 0.
    private static func significantDigits(_ number: UnsafeBufferPointer<UInt8>) -> Int {
        var digits = 0
        for byte in number {
            switch byte {
            case UInt8(ascii: "e"), UInt8(ascii: "E"): return digits
            case UInt8(ascii: "0") where digits == 0: continue
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
            default: continue
            }
        }
        return digits
    }
}
