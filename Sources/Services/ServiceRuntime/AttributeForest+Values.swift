import JSONTree
public import NGSILDModel

/// What services read of attributes that others wrote.
extension AttributeForest {
    /// The value where it is a finite number.
    public func number(of root: Int) -> Double? {
        let node = nodes[root]
        guard node.flags.contains(.isNumber), node.number.isFinite else { return nil }
        return node.number
    }

    /// The `unitCode` of a node whose value is a number. Quotation marks inside texts are escaped, so the member's name
    /// is where it is found.
    public func unitCode(of root: Int) -> String? {
        let node = nodes[root]
        guard node.flags.contains(.isNumber) else { return nil }
        let key: StaticString = "\"unitCode\":\""
        let name = UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)
        var place = node.value.upperBound
        let end = node.head.upperBound
        while place + name.count < end {
            if bytes[place] == name[0], bytes[place..<place + name.count].elementsEqual(name) {
                let start = place + name.count
                guard let close = bytes[start..<end].firstIndex(of: UInt8(ascii: "\"")) else { return nil }
                return String(decoding: bytes[start..<close], as: UTF8.self)
            }
            place += 1
        }
        return nil
    }

    /// The object of a Relationship, the first where it has many; `nil` for other attributes.
    public func firstObject(of root: Int) -> String? {
        guard nodes[root].kind == .relationship else { return nil }
        if let one = stringValue(of: root) { return one }
        guard let document = try? JSONDocument(parsing: valueText(of: root)), document.isArray(document.root) else {
            return nil
        }
        for element in document.elements(document.root) { return document.string(element) }
        return nil
    }
}
